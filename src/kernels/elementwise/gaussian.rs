//! Negative log-likelihood of a normal distribution.

use super::{Elementwise, Found, Given, HALF_LOG_TWO_PI, where_known};
use crate::lanes::Lanes;
use crate::math::{Precision, minus_log};

/// ½·(ln v + (x − t)²/v), and ½·ln 2π if the parameter is 1
#[derive(Clone, Copy)]
pub struct GaussianNll;

impl Elementwise for GaussianNll {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, _wanted: bool) -> Found<V> {
        let Given { x, target: t, other: variance, parameter } = given;
        let (zero, largest) = (V::zero(), V::splat(f64::MAX));
        let difference = x.sub(t);
        let derivative = difference.div(variance);
        // Halved first: the whole may be out of range where its half is not.
        let half = difference.mul(V::splat(0.5));
        let mut square = half.mul(derivative);
        // The quotient may be out of range where its product with a small difference is not.
        let far = largest.less(derivative.abs());
        if V::any(far) {
            square = V::select(far, half.mul(difference).div(variance), square);
        }
        let both = minus_log::<V, P>(variance).neg_mul_add(V::splat(0.5), square);
        let loss = parameter.mul_add(V::splat(HALF_LOG_TWO_PI), both);
        let known = V::both(zero.less(variance), largest.no_less(variance));
        let invalid = zero.mark(zero.no_less(variance)).mark(largest.less(variance));
        where_known(known, loss, derivative, invalid)
    }
}
