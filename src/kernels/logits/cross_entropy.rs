//! Cross-entropy of softmax(z/T) and softmax(w/T) in bits: with 2^t and 2^u in proportion to p and q,
//!
//!   H(p, q) = log2(Σ 2^u) + Σ 2^t·(−u) / Σ 2^t,
//!
//! both parts ≥ 0.

use super::{Base, LogitMeasure, SMALL, log2_of_total, total};
use crate::kernels::{Finished, always};
use crate::lanes::Lanes;
use crate::math::{Precision, Sum};

/// H(softmax(z/T), softmax(w/T))
#[derive(Clone, Copy)]
pub struct LogitCrossEntropy;

impl LogitMeasure<5> for LogitCrossEntropy {
    const TWO: bool = true;
    const BITS: bool = true;
    const SCALED: bool = true;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 5] {
        let (first, second) = (base.share::<P>(z), base.share_of_second::<P>(w));
        let masked = z.less(V::splat(f64::MIN));
        // Where the share of z is too small for a number, an infinite distance of w is still to be seen.
        let share = first.rest.add(first.one).add(V::splat(SMALL * SMALL));
        let distance = base.w.sub(w).mul(base.factor.high);
        let cost = V::select(masked, V::zero(), share.mul(distance));
        [first.rest, first.one, second.rest, second.one, cost]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 5], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 5] {
        let (z, w) = to.above(from);
        let farther = sums[0].merge(sums[1]).tidy().product(w.distance);
        let cost = z.lowered(sums[4].merge(farther));
        let ([rest, count], [other_rest, other_count]) =
            (z.rest_and_count(sums[0], sums[1]), w.rest_and_count(sums[2], sums[3]));
        [rest, count, other_rest, other_count, cost]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(sums: &[Sum<V>; 5], _base: &Base<V>) -> Finished<V> {
        let log = log2_of_total(sums[2], sums[3]);
        let mean = sums[4].tidy().over(total(sums[0], sums[1]).1);
        Finished { value: mean.plus(log).tidy(), trusted: always::<V>() }
    }
}
