//! Entropy of softmax(z/T) in bits, H = log2(Σ 2^t) + Σ 2^t·(−t) / Σ 2^t, both parts ≥ 0; and the perplexity 2^H, which
//! needs no logarithm.

use super::{
    Base, LARGE, Label, LogitMeasure, SEVERAL, SINGLE_SUMS, SingleBase, at_least, log2_of_total, total, trusted,
    unscaled,
};
use crate::kernels::{Finished, always};
use crate::lanes::{Lanes, Singles};
use crate::math::{Power, Precision, Sum, power_of_two_in_lanes};

/// H(softmax(z/T))
#[derive(Clone, Copy)]
pub struct LogitEntropy;

impl LogitMeasure<3> for LogitEntropy {
    const TWO: bool = false;
    const BITS: bool = true;
    const SCALED: bool = true;
    const SINGLE: usize = 5;
    const MIXED: bool = true;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, _w: V, base: &Base<V>) -> [V; 3] {
        let share = base.share::<P>(z);
        let [rest, one] = share.added::<P, AGAIN>(z, base.z);
        // Of the largest t is 0, so that its part may as well be left out.
        [rest, one, rest.mul(V::zero().sub(share.t))]
    }

    #[inline(always)]
    fn terms_in_single<S: Singles>(z: S, _w: S, base: &SingleBase<S>) -> [S; SINGLE_SUMS] {
        let (share, one) = base.apart(base.share(z), z);
        let (part, distance) = (share.whole.mul(share.part), base.distance(&share));
        [share.whole, part, one, share.whole.mul(distance), part.mul(distance)]
    }

    #[inline(always)]
    fn lifted<V: Lanes>(sums: [V; SINGLE_SUMS], [lift, _]: [V; 2], base: &Base<V>) -> [Sum<V>; 3] {
        let [whole, part, count, farther, farther_part] = sums;
        let distances = farther.add(farther_part).mul(lift).mul(base.factor.high);
        [Sum::of(whole.add(part).mul(lift)), Sum::of(count.mul(V::splat(LARGE))), Sum::of(distances)]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 3], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 3] {
        let raise = to.above(from).0;
        let [rest, count] = raise.rest_and_count(sums[0], sums[1]);
        let farther = sums[0].merge(sums[1]).tidy().product(raise.distance);
        [rest, count, raise.lowered(sums[2].merge(farther))]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 3],
        _base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let log = log2_of_total(sums[0], sums[1]);
        let (scaled, all) = total(sums[0], sums[1]);
        let mean = sums[2].tidy().over(all);
        let exact = P::COMPENSATED || AGAIN;
        let trusted = if exact { always::<V>() } else { at_least(scaled.high, SEVERAL) };
        Finished { value: mean.plus(log).tidy(), trusted }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 3], base: &Base<V>) -> Base<V> {
        base.mixed(sums[0])
    }
}

/// 2^H
#[derive(Clone, Copy)]
pub struct LogitPerplexity;

impl LogitMeasure<3> for LogitPerplexity {
    const TWO: bool = false;
    // A pure number, to be left as it is: as one in nats is where no base is asked for.
    const BITS: bool = false;
    const SCALED: bool = false;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 3] {
        LogitEntropy::terms::<V, P, AGAIN>(z, w, base)
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 3], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 3] {
        LogitEntropy::raised(sums, from, to)
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 3],
        _base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let (scaled, all) = total(sums[0], sums[1]);
        let mean = unscaled(sums[2].tidy().over(all)).tidy();
        let power = Power::of::<f64>(mean.high, mean.low);
        let value = all.times(power.mantissa::<f64>()).times(power_of_two_in_lanes(power.n));
        Finished { value, trusted: trusted::<V, P, AGAIN>(scaled) }
    }
}
