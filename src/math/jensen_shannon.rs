//! The Jensen-Shannon term.

use super::coefficients::LN_2;
use super::{Numerator, Precision, Sum, log2_ratio, polynomial};
use crate::lanes::Lanes;

/// ½[x log(x/m) + y log(y/m)], m = (x + y)/2, given d = x − y.
///
///   = ¼·S·g(s),   S = x + y,   s = d/S,   g(s) = (1+s)log(1+s) + (1−s)log(1−s) = s²·(1 + s²·G(s²))
///
/// |s| ≤ ½ by the polynomial G, whose terms are all positive. Beyond, by two logarithms, which are then far from 0:
/// ½[x·log(2x/S) + y·log(2y/S)]; there the rounding σ of S shows as −½σ, and is put back.
#[inline(always)]
pub fn jensen_shannon_term<V: Lanes, P: Precision>(x: V, y: V, difference: V) -> V {
    let sum = x.add(y).greater(V::splat(f64::MIN_POSITIVE));
    let s = difference.div(sum);
    let t = s.mul(s);
    let tail = t.mul(polynomial(t.lesser(V::splat(0.25)), P::JENSEN_SHANNON));
    let part = difference.mul(V::splat(0.25));
    let square = part.mul(s);
    let near = if P::COMPENSATED {
        // ¼·d·s in two parts: what the product rounds off, and s times what the division left.
        let left = s.neg_mul_add(sum, difference).mul(V::splat(0.25));
        let low = s.mul_add(left, part.mul_add(s, V::zero().sub(square)));
        square.add(square.mul_add(tail, low))
    } else {
        square.mul_add(tail, square)
    };
    let far = V::splat(0.25).less(t);
    if !V::any(far) {
        return near;
    }
    let rounding = Sum::of(x).plus(y).low;
    // Numerators of ½S/x: their logarithm is −log(2x/S).
    let half = Numerator::new(sum.mul(V::splat(0.5)));
    let (log_x, log_y) = (log2_ratio::<V, P>(&half, x), log2_ratio::<V, P>(&half, y));
    let both = x.mul_add(log_x, y.mul(log_y));
    V::select(far, both.mul_add(V::splat(-0.5 * LN_2), rounding.mul(V::splat(-0.5))), near)
}
