//! The value itself, whose sum is a reduction of losses, and the square of a difference.

use super::{Elementwise, Found, Given};
use crate::lanes::Lanes;
use crate::math::Precision;

/// x
#[derive(Clone, Copy)]
pub struct Value;

impl Elementwise for Value {
    // What comes are losses, in float64.
    const NARROW: bool = false;

    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, _wanted: bool) -> Found<V> {
        Found { loss: given.x, derivative: V::splat(1.0), invalid: V::zero() }
    }
}

/// (x − t)²
#[derive(Clone, Copy)]
pub struct SquaredError;

impl Elementwise for SquaredError {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, _wanted: bool) -> Found<V> {
        let difference = given.x.sub(given.target);
        Found { loss: difference.mul(difference), derivative: difference.add(difference), invalid: V::zero() }
    }
}
