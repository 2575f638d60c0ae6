//! Cross-entropy of softmax(z/T) and softmax(w/T) in bits: with 2^t and 2^u in proportion to p and q,
//!
//!   H(p, q) = log2(Σ 2^u) + Σ 2^t·(−u) / Σ 2^t,
//!
//! both parts ≥ 0.

use super::{Base, FAR, Label, LogitMeasure, log2_of_total, total, trusted, unscaled};
use crate::kernels::Finished;
use crate::lanes::Lanes;
use crate::math::{Precision, Sum};

/// H(softmax(z/T), softmax(w/T))
#[derive(Clone, Copy)]
pub struct LogitCrossEntropy;

impl LogitMeasure<4> for LogitCrossEntropy {
    const TWO: bool = true;
    const BITS: bool = true;
    const SCALED: bool = true;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 4] {
        let (first, second) = (base.share::<P>(z), base.share_of_second::<P>(w));
        let lowest = V::splat(f64::MIN);
        // Where the share of z is too small for a number, an infinite distance of w is still to be seen.
        let distance = V::splat(FAR).lesser(base.w.sub(w).mul(base.factor.high));
        let cost = V::select(w.less(lowest), V::splat(f64::INFINITY), first.value.mul(distance));
        let cost = V::select(z.less(lowest), V::zero(), cost);
        let [rest, one] = second.added::<P, AGAIN>(w, base.w);
        [first.value, rest, one, cost]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 4], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 4] {
        let (z, w) = to.above(from);
        let [all, rest, count, cost] = sums;
        let cost = z.lowered(cost.merge(all.tidy().product(w.distance)));
        let [rest, count] = w.rest_and_count(rest, count);
        [z.lowered(all), rest, count, cost]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 4],
        _base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let log = log2_of_total(sums[1], sums[2]);
        let mean = sums[3].tidy().over(unscaled(sums[0]));
        let trusted = trusted::<V, P, AGAIN>(total(sums[1], sums[2]).0);
        Finished { value: mean.plus(log).tidy(), trusted }
    }
}
