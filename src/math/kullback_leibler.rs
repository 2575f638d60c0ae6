//! The Kullback-Leibler term without cancellation.

use super::coefficients::{LN_2, LN_2_LOW};
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

/// x log(x/y) − x + y for any ratio: y' = y·2^k with x/y' within 2^±0.7, d = x − y', and y − y' in two parts.
///
///   = x·k·ln2 + (y − y') + (x log(x/y') − x + y')
///
/// The first two nearly cancel where k = ±1: both are carried in two parts.
#[inline(always)]
pub fn kullback_leibler_term_beyond<V: Lanes, P: Precision>(x: V, k: V, difference: V, sum: V, beyond: (V, V)) -> V {
    let weighted = x.mul(k);
    let low = weighted.mul_add(V::splat(LN_2_LOW), beyond.1);
    let addend = weighted.mul_add(V::splat(LN_2), beyond.0).add(low);
    kullback_leibler_term::<V, P>(difference, sum, addend)
}
