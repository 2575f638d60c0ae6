//! The logarithm of the sum of exponentials, in nats: log Σ e^(z/T) = m/T + log(number of the largest + Σ 2^t).

use super::{Base, LARGE, Label, LogitMeasure, SINGLE_SUMS, SMALL, SingleBase, ln_2, log2_of_total, times, total};
use crate::kernels::{Finished, always};
use crate::lanes::{Lanes, Singles};
use crate::math::{Precision, Sum};

/// log Σ e^(z/T)
#[derive(Clone, Copy)]
pub struct LogSumExp;

impl LogitMeasure<2> for LogSumExp {
    const TWO: bool = false;
    const BITS: bool = false;
    const SCALED: bool = false;
    const CANCELS: bool = true;
    const SINGLE: usize = 3;
    const MIXED: bool = true;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, _w: V, base: &Base<V>) -> [V; 2] {
        base.share::<P>(z).apart(z, base.z)
    }

    #[inline(always)]
    fn terms_in_single<S: Singles>(z: S, _w: S, base: &SingleBase<S>) -> [S; SINGLE_SUMS] {
        let (share, one) = base.apart(base.share(z), z);
        [share.whole, share.whole.mul(share.part), one, S::zero(), S::zero()]
    }

    #[inline(always)]
    fn lifted<V: Lanes>([whole, part, count, ..]: [V; SINGLE_SUMS], [lift, _]: [V; 2], _base: &Base<V>) -> [Sum<V>; 2] {
        [Sum::of(whole.add(part).mul(lift)), Sum::of(count.mul(V::splat(LARGE)))]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 2], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 2] {
        to.above(from).0.rest_and_count(sums[0], sums[1])
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 2],
        base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let largest = times::<V, f64>(base.z, V::zero(), base.in_nats());
        let log = ln_2().times(log2_of_total(sums[0], sums[1]).mul(V::splat(SMALL)));
        let value = largest.merge(log).tidy();
        if P::COMPENSATED || AGAIN {
            return Finished { value, trusted: always::<V>() };
        }
        // What an error of the others' sum, in proportion, is to the logarithm; float32 lanes want it to be less than 3/4.
        let lends = sums[0].high.div(total(sums[0], sums[1]).0.high);
        let doubtful = value.high.abs().less(lends.mul(V::splat(4.0 / 3.0)));
        Finished { value, trusted: V::not_but(doubtful, always::<V>()) }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 2], base: &Base<V>) -> Base<V> {
        base.mixed(sums[0])
    }
}
