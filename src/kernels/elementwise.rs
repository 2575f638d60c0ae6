//! Losses of single elements. A kernel states the loss of a prediction x and its derivative by x ([`Elementwise::of`]).
//!
//! A factor of 0 drops its term, whatever it is multiplied with; NaN in any argument gives NaN.

mod binary_cross_entropy;
mod focal;
mod gaussian;
mod logarithm;
mod poisson;
mod squared_error;

pub use binary_cross_entropy::{BinaryCrossEntropy, BinaryCrossEntropyWithLogits};
pub use focal::Focal;
pub use gaussian::GaussianNll;
pub use logarithm::NegativeLog;
pub use poisson::{PoissonNll, PoissonNllOfRate};
pub use squared_error::{SquaredError, Value};

use crate::lanes::Lanes;
use crate::math::Precision;

/// ½·ln 2π
const HALF_LOG_TWO_PI: f64 = 0.918_938_533_204_672_7;

/// What an element is given; what a loss does not ask for is 1.
#[derive(Clone, Copy)]
pub struct Given<V> {
    /// The prediction.
    pub x: V,
    /// The target.
    pub target: V,
    /// The variance, or the weight of positive targets.
    pub other: V,
    /// The loss's parameter.
    pub parameter: V,
}

/// What comes of an element.
#[derive(Clone, Copy)]
pub struct Found<V> {
    /// The loss.
    pub loss: V,
    /// Its derivative by x.
    pub derivative: V,
    /// Its sign bit is set where an argument is out of range and that is an error.
    pub invalid: V,
}

/// One loss.
pub trait Elementwise: Copy + Send + Sync + 'static {
    /// Does it gain by float32 arguments and the narrow polynomials?
    const NARROW: bool = true;

    /// The loss of an element, and its derivative if that is `wanted`.
    fn of<V: Lanes, P: Precision>(given: Given<V>, wanted: bool) -> Found<V>;
}

/// Loss and derivative, NaN where the arguments are not `known` to be in range.
#[inline(always)]
fn where_known<V: Lanes>(known: V::Mask, loss: V, derivative: V, invalid: V) -> Found<V> {
    let nan = V::splat(f64::NAN);
    Found { loss: V::select(known, loss, nan), derivative: V::select(known, derivative, nan), invalid }
}

/// factor·x, and 0 where the factor is 0.
#[inline(always)]
pub fn product<V: Lanes>(factor: V, x: V) -> V {
    V::select(V::zero().no_less(factor.abs()), V::zero(), factor.mul(x))
}

/// Is it in [0, bound]? Not if it is NaN.
#[inline(always)]
fn within<V: Lanes>(x: V, bound: V) -> V::Mask {
    V::both(x.no_less(V::zero()), bound.no_less(x))
}

/// Sets the sign bit where x is outside [0, bound]; NaN is not.
#[inline(always)]
fn outside<V: Lanes>(x: V, bound: V) -> V {
    V::zero().mark(x.less(V::zero())).mark(bound.less(x))
}

/// A sign bit that says whether the parameter, 0 or 1, asks for something.
#[inline(always)]
fn asked<V: Lanes>(parameter: V) -> V {
    V::zero().sub(parameter)
}
