//! The focal loss: a cross-entropy x, in proportion to a power of how unsure the prediction was.

use super::{Elementwise, Found, Given, where_known, within};
use crate::lanes::Lanes;
use crate::math::{Power, Precision, decline, log2_of_sum};

/// Exponents below this stand for 0.
const LEAST: f64 = -1500.0;

/// (1 − e^−x)^γ·x; the power is 2^(γ·log2(1 − e^−x)), its exponent in two parts, as what rounds in the logarithm is
/// multiplied by γ.
#[derive(Clone, Copy)]
pub struct Focal;

impl Elementwise for Focal {
    // What comes are losses, in float64.
    const NARROW: bool = false;

    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, wanted: bool) -> Found<V> {
        let Given { x, parameter: gamma, .. } = given;
        let (zero, infinity) = (V::zero(), V::splat(f64::INFINITY));
        let (unsure, sure) = decline(x);
        let exponent = log2_of_sum(unsure).times(gamma).tidy();
        let (far, least) = (exponent.high.less(V::splat(LEAST)), V::splat(LEAST));
        let (high, low) = (V::select(far, least, exponent.high), V::select(far, zero, exponent.low));
        let power = Power::of::<f64>(high, low).value_of_any::<f64>();
        let none = zero.no_less(x);
        let of_zero = V::select(zero.less(gamma), zero, V::splat(1.0));
        let factor = V::select(none, of_zero, power);
        let derivative = if wanted {
            // γ·e^−x·x / (1 − e^−x); beyond the bound e^−x is 0.
            let slope = gamma.mul(sure).mul(V::splat(f64::MAX).lesser(x)).div(unsure.high);
            factor.mul_add(V::select(none, zero, slope), factor)
        } else {
            zero
        };
        where_known(within(x, infinity), factor.mul(x), derivative, zero)
    }
}
