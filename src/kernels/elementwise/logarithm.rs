//! The loss of a probability.

use super::{Elementwise, Found, Given, asked, outside, where_known, within};
use crate::lanes::Lanes;
use crate::math::{Precision, minus_log};

/// −ln x; with a parameter of 1 an x above 1 is out of range
#[derive(Clone, Copy)]
pub struct NegativeLog;

impl Elementwise for NegativeLog {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, wanted: bool) -> Found<V> {
        let Given { x, parameter, .. } = given;
        let (zero, infinity) = (V::zero(), V::splat(f64::INFINITY));
        let bound = V::select(zero.less(parameter), V::splat(1.0), infinity);
        let infinite = V::splat(f64::MAX).less(x);
        let loss = V::select(infinite, zero.sub(infinity), minus_log::<V, P>(x));
        let derivative = if wanted { V::splat(-1.0).div(x.add(zero)) } else { zero };
        let invalid = outside(x, bound).bits_and(asked(parameter));
        where_known(within(x, bound), loss, derivative, invalid)
    }
}
