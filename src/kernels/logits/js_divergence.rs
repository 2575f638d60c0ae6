//! What wants both distributions as they are: the Jensen-Shannon divergence of softmax(z/T) and softmax(w/T) in nats, and
//! their total variation.
//!
//! A first look takes Σ x and Σ (x − y), from which follows the shift that makes Σ x = Σ y (see the Kullback-Leibler
//! divergence); a second one takes the terms of x and y.

use super::kl_divergence::{Shifted, apart, refined};
use super::{Base, Label, LogitMeasure, unscaled};
use crate::kernels::{Finished, always, beyond_noise};
use crate::lanes::Lanes;
use crate::math::{Precision, Sum, jensen_shannon_term};

/// Jensen-Shannon divergence, or total variation where `VARIATION`.
#[derive(Clone, Copy)]
pub struct LogitDistance<const VARIATION: bool>;

impl<const VARIATION: bool> LogitMeasure<4> for LogitDistance<VARIATION> {
    const TWO: bool = true;
    const BITS: bool = false;
    const SCALED: bool = true;
    const BOUNDED: bool = !VARIATION;
    const KEPT: usize = 2;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 4] {
        let (zero, pair) = (V::zero(), apart::<V, P, AGAIN>(z, w, base));
        if !AGAIN {
            return [pair.share.value, pair.difference, zero, zero];
        }
        let term = if VARIATION {
            pair.difference.abs().mul(V::splat(0.5))
        } else {
            jensen_shannon_term::<V, P>(pair.x, pair.y, pair.difference)
        };
        [zero, zero, pair.difference, term]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 4], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 4] {
        let [all, d, ..] = sums;
        let ((raise, other), all) = (to.above(from), all.tidy());
        let d = Shifted::of(&raise, &other).difference(all, d);
        [raise.lowered(all), raise.lowered(d), Sum::zero(), Sum::zero()]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 4],
        _base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let (a, d, sum) = (sums[0].tidy(), sums[2].tidy().high, sums[3].tidy());
        let second = d.mul(d.div(a.high)).mul(V::splat(-0.125));
        let value = if VARIATION { sum } else { beyond_noise(sum.plus(second).tidy(), sum.high) };
        let trusted = if AGAIN { always::<V>() } else { V::not_but(always::<V>(), always::<V>()) };
        Finished { value: value.over(unscaled(a)), trusted }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 4], base: &Base<V>) -> Base<V> {
        refined(sums, base)
    }
}
