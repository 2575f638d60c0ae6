//! What wants both distributions as they are: the Jensen-Shannon divergence of softmax(z/T) and softmax(w/T) in nats, and
//! their total variation.
//!
//! A first look takes Σ x and Σ (x − y), from which follows the shift that makes Σ x = Σ y (see the Kullback-Leibler
//! divergence); a second one takes the terms of x and y.

use super::kl_divergence::{Shifted, apart, refined};
use super::{Base, LogitMeasure, total};
use crate::kernels::{Finished, always, beyond_noise};
use crate::lanes::Lanes;
use crate::math::{Precision, Sum, jensen_shannon_term};

/// Jensen-Shannon divergence, or total variation where `VARIATION`.
#[derive(Clone, Copy)]
pub struct LogitDistance<const VARIATION: bool>;

impl<const VARIATION: bool> LogitMeasure<5> for LogitDistance<VARIATION> {
    const TWO: bool = true;
    const BITS: bool = false;
    const SCALED: bool = true;
    const BOUNDED: bool = !VARIATION;
    const KEPT: usize = 3;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 5] {
        let (zero, pair) = (V::zero(), apart::<V, P>(z, w, base));
        if !AGAIN {
            return [pair.share.rest, pair.share.one, pair.difference, zero, zero];
        }
        let term = if VARIATION {
            pair.difference.abs().mul(V::splat(0.5))
        } else {
            jensen_shannon_term::<V, P>(pair.x, pair.y, pair.difference)
        };
        [zero, zero, zero, pair.difference, term]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 5], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 5] {
        let [rest, count, d, ..] = sums;
        let raise = to.above(from).0;
        let d = raise.lowered(Shifted::of(from, to).difference(rest.merge(count).tidy(), d));
        let [rest, count] = raise.rest_and_count(rest, count);
        [rest, count, d, Sum::zero(), Sum::zero()]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(sums: &[Sum<V>; 5], _base: &Base<V>) -> Finished<V> {
        let (scaled, all) = total(sums[0], sums[1]);
        let (d, sum) = (sums[3].tidy().high, sums[4].tidy());
        let second = d.mul(d.div(scaled.high)).mul(V::splat(-0.125));
        let value = if VARIATION { sum } else { beyond_noise(sum.plus(second).tidy(), sum.high) };
        let trusted = if AGAIN { always::<V>() } else { V::not_but(always::<V>(), always::<V>()) };
        Finished { value: value.over(all), trusted }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 5], base: &Base<V>) -> Base<V> {
        refined(sums, base)
    }
}
