//! The Jensen-Shannon term.

use super::{Numerator, Precision, TINY_WEIGHT, kullback_leibler_term_beyond, polynomial, scale_by_power};
use crate::lanes::Lanes;

/// ½[x log(x/m) + y log(y/m)], m = (x + y)/2, given d = x − y.
///
///   = ¼·S·g(s),   S = x + y,   s = d/S,   g(s) = (1+s)log(1+s) + (1−s)log(1−s) = s²·(1 + s²·G(s²))
///
/// |s| ≤ ½ by the polynomial G, whose terms are all positive. Beyond, as ½[f(x, m) + f(y, m)] with
/// f(x, m) = x log(x/m) − x + m: both are positive, and in their sum the rounding of m shows in the second order alone.
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
    let middle = sum.mul(V::splat(0.5));
    let parts = from_middle::<V, P>(x, middle).add(from_middle::<V, P>(y, middle));
    V::select(far, parts.mul(V::splat(0.5)), near)
}

/// x log(x/m) − x + m.
#[inline(always)]
fn from_middle<V: Lanes, P: Precision>(x: V, middle: V) -> V {
    // For an x of 0 the part of m that is as small, as 0 against y next to 0 is y.
    let anchor = x.greater(V::splat(TINY_WEIGHT));
    let (near, k) = scale_by_power(Numerator::new(anchor).bits, middle);
    kullback_leibler_term_beyond::<V, P>(x, k, x.sub(near), x.add(near), (middle.sub(near), V::zero()))
}
