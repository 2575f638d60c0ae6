//! What wants both distributions as they are: the Jensen-Shannon divergence of softmax(z/T) and softmax(w/T) in nats, and
//! their total variation.
//!
//! A first look takes Σ x and Σ (x − y), from which follows the shift that makes Σ x = Σ y (see the Kullback-Leibler
//! divergence); a second one takes the terms of x and y, and for the total variation Σ ±y with the signs of x − y.

use super::kl_divergence::{Raised, apart, refined};
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
    const KEPT: usize = 1;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 4] {
        let (zero, pair) = (V::zero(), apart::<V, P, AGAIN>(z, w, base));
        let difference = pair.difference.mul(pair.mantissa);
        if !AGAIN {
            return [pair.share.value, difference, zero, zero];
        }
        if VARIATION {
            let y = pair.y.mul(pair.mantissa);
            return [zero, V::select(difference.less(zero), zero.sub(y), y), difference, difference.abs()];
        }
        let term = jensen_shannon_term::<V, P>(pair.x, pair.y, pair.difference).mul(pair.mantissa);
        [zero, zero, difference, term]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 4], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 4] {
        let [all, d, ..] = sums;
        let (raised, all) = (Raised::new(from, to), all.tidy());
        [raised.total(all), raised.difference(all, d), Sum::zero(), Sum::zero()]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 4],
        _base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let (a, d, sum) = (sums[0].tidy(), sums[2].tidy().high, sums[3].tidy());
        // What is left of Σ (x − y) says how far off y is.
        let off = d.div(a.high);
        let value = if VARIATION {
            sum.plus(off.mul(V::zero().sub(sums[1].tidy().high))).tidy().times(V::splat(0.5))
        } else {
            beyond_noise(sum.plus(d.mul(off).mul(V::splat(-0.125))).tidy(), sum.high)
        };
        let trusted = if AGAIN { always::<V>() } else { V::not_but(always::<V>(), always::<V>()) };
        Finished { value: value.over(unscaled(a)), trusted }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 4], base: &Base<V>) -> Base<V> {
        refined(sums, base)
    }
}
