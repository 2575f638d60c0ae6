//! The arithmetic that the kernels share. Every function is a formula on lanes.

// Written by a script, digit for digit.
#[allow(clippy::unreadable_literal, clippy::approx_constant)]
#[rustfmt::skip]
pub mod coefficients;
mod exponential;
mod jensen_shannon;
mod kullback_leibler;
mod logarithm;
mod sum;

pub use exponential::{Power, decline, exponential, nearest_power_of_two, power_of_two_in_lanes};
pub use jensen_shannon::jensen_shannon_term;
pub use kullback_leibler::{kullback_leibler_term, kullback_leibler_term_beyond};
pub use logarithm::{
    Numerator, SINGLE_ERROR, apart, log_of_one_plus, log2, log2_of_sum, log2_ratio, log2_ratio_apart,
    log2_ratio_of_sum, minus_log, scale_by_power, scale_by_power_like,
};
pub use sum::{Sum, minus_product, two_sum};

use crate::lanes::Lanes;

/// The smallest normal float64. Below it the exponent trick of the logarithm does not hold.
pub const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;

/// 2^-1000. Smaller weights add nothing to a row whose total needs no scaling.
pub const TINY_WEIGHT: f64 = f64::from_bits((1023 - 1000) << 52);

/// The mantissa bits of a float64.
pub const MANTISSA: u64 = (1 << 52) - 1;
/// The exponent bits of a float64.
pub const EXPONENT: u64 = 0x7ff << 52;

/// 2^k for an exponent of a normal number.
pub fn power_of_two(k: i64) -> f64 {
    f64::from_bits(((1023 + k) as u64) << 52)
}

/// How exact the polynomials must be: float64 input, or float32 (and narrower) input with a float32 result.
///
/// The arithmetic is float64 for both; only the degrees differ.
pub trait Precision: Copy + Send + Sync + 'static {
    /// A(t) of the logarithm.
    const ATANH_TAIL: &'static [f64];
    /// G(t) of the Jensen-Shannon term.
    const JENSEN_SHANNON: &'static [f64];
    /// (2^r − 1 − r·ln2)/r².
    const EXPONENTIAL: &'static [f64];
    /// Does a block keep what the rounding of its sums took? A float32 result would not show it.
    const COMPENSATED: bool;
}

impl Precision for f64 {
    const ATANH_TAIL: &'static [f64] = &coefficients::ATANH_TAIL;
    const JENSEN_SHANNON: &'static [f64] = &coefficients::JENSEN_SHANNON;
    const EXPONENTIAL: &'static [f64] = &coefficients::EXPONENTIAL;
    const COMPENSATED: bool = true;
}

impl Precision for f32 {
    const ATANH_TAIL: &'static [f64] = &coefficients::ATANH_TAIL_SINGLE;
    const JENSEN_SHANNON: &'static [f64] = &coefficients::JENSEN_SHANNON_SINGLE;
    const EXPONENTIAL: &'static [f64] = &coefficients::EXPONENTIAL_SINGLE;
    const COMPENSATED: bool = false;
}

/// c₀ + c₁t + c₂t² + …, as an even and an odd chain in t²: half the latency of Horner's rule.
#[inline(always)]
pub fn polynomial<V: Lanes>(t: V, coefficients: &'static [f64]) -> V {
    let square = t.mul(t);
    let top = coefficients.len() - 1;
    let (mut one, mut other) = (V::splat(coefficients[top]), V::splat(coefficients[top - 1]));
    let mut index = top - 1;
    while index >= 2 {
        one = one.mul_add(square, V::splat(coefficients[index - 1]));
        other = other.mul_add(square, V::splat(coefficients[index - 2]));
        index -= 2;
    }
    if index == 1 {
        // `one` holds the even chain but for its last coefficient, `other` the odd one.
        one = one.mul_add(square, V::splat(coefficients[0]));
        other.mul_add(t, one)
    } else {
        one.mul_add(t, other)
    }
}
