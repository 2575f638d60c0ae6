//! The Jensen-Shannon term.

use super::coefficients::LN_2;
use super::{Numerator, Precision, log2_ratio, polynomial};
use crate::lanes::Lanes;

/// ½[x log(x/m) + y log(y/m)], m = (x + y)/2, given d = x − y and S = x + y.
///
///   = ¼·S·g(s),   s = d/S,   g(s) = (1+s)log(1+s) + (1−s)log(1−s) = s²·(1 + s²·G(s²))
///
/// |s| ≤ ½ by the polynomial G, whose terms are all positive. Beyond, by two logarithms, which are then far from 0:
/// ½[x·log(2x/S) + y·log(2y/S)].
#[inline(always)]
pub fn jensen_shannon_term<V: Lanes, P: Precision>(x: V, y: V, difference: V, sum: V) -> V {
    let sum = sum.greater(V::splat(f64::MIN_POSITIVE));
    let s = difference.div(sum);
    let t = s.mul(s);
    let tail = t.mul(polynomial(t.lesser(V::splat(0.25)), P::JENSEN_SHANNON));
    let quarter = sum.mul(V::splat(0.25)).mul(t);
    let near = quarter.mul_add(tail, quarter);
    let far = V::splat(0.25).less(t);
    if !V::any(far) {
        return near;
    }
    // Numerators of ½S/x: their logarithm is −log(2x/S).
    let half = Numerator::new(sum.mul(V::splat(0.5)));
    let (log_x, log_y) = (log2_ratio::<V, P>(&half, x), log2_ratio::<V, P>(&half, y));
    let both = x.mul_add(log_x, y.mul(log_y));
    V::select(far, both.mul(V::splat(-0.5 * LN_2)), near)
}
