//! The Kullback-Leibler term without cancellation.

use super::{Precision, polynomial};
use crate::lanes::Lanes;

/// addend + (x log(x/y) − x + y), given d = x − y and x + y, for x/y within 2^±0.7.
///
///   x log(x/y) − x + y = d·s·(1 + s(1 + s)·A(s²)),    s = d / (x + y)
///
/// is an identity whose terms never cancel: it is exact to the last bits however close x and y are.
#[inline(always)]
pub fn kullback_leibler_term<V: Lanes, P: Precision>(difference: V, sum: V, addend: V) -> V {
    let s = difference.div(sum);
    let rest = s.mul_add(s, s).mul(polynomial(s.mul(s), P::ATANH_TAIL));
    let square = difference.mul(s);
    if !P::COMPENSATED {
        return square.mul_add(rest, square.add(addend));
    }
    // d·s in two parts: what the product rounds off, and s times what the division left.
    let left = s.neg_mul_add(sum, difference);
    let low = s.mul_add(left, difference.mul_add(s, V::zero().sub(square)));
    square.add(addend).add(square.mul_add(rest, low))
}
