//! Calls with losses of single elements.

use std::sync::atomic::AtomicBool;

use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{Output, PARALLEL_FROM, array, call, impossible};
use crate::dispatch::{self, Level};
use crate::kernels::elementwise::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Focal, GaussianNll, NegativeLog, PoissonNll, PoissonNllOfRate,
    SquaredError, Value,
};
use crate::lanes::{FloatMode, Job, Lanes, One};
use crate::rows::{Dropped, Elements, Gradient, Rows, Unit, Watch};

/// The losses, by the names that Python gives them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Value,
    SquaredError,
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    GaussianNll,
    PoissonNll,
    PoissonNllOfRate,
    NegativeLog,
    Focal,
}

impl Name {
    fn parse(name: &str) -> PyResult<Self> {
        Ok(match name {
            "value" => Self::Value,
            "squared_error" => Self::SquaredError,
            "binary_cross_entropy" => Self::BinaryCrossEntropy,
            "binary_cross_entropy_with_logits" => Self::BinaryCrossEntropyWithLogits,
            "gaussian_nll" => Self::GaussianNll,
            "poisson_nll" => Self::PoissonNll,
            "poisson_nll_of_rate" => Self::PoissonNllOfRate,
            "negative_log" => Self::NegativeLog,
            "focal" => Self::Focal,
            _ => return Err(PyValueError::new_err(format!("unknown loss {name:?}"))),
        })
    }

    fn has_target(self) -> bool {
        !matches!(self, Self::Value | Self::NegativeLog | Self::Focal)
    }

    /// Runs the kernel of this name.
    fn run(self, of: &Elements, narrow: bool, out: Option<&mut [f64]>, gradient: Option<Gradient>) -> Option<f64> {
        match self {
            Self::Value => of.losses::<Value>(narrow, out, gradient),
            Self::SquaredError => of.losses::<SquaredError>(narrow, out, gradient),
            Self::BinaryCrossEntropy => of.losses::<BinaryCrossEntropy>(narrow, out, gradient),
            Self::BinaryCrossEntropyWithLogits => of.losses::<BinaryCrossEntropyWithLogits>(narrow, out, gradient),
            Self::GaussianNll => of.losses::<GaussianNll>(narrow, out, gradient),
            Self::PoissonNll => of.losses::<PoissonNll>(narrow, out, gradient),
            Self::PoissonNllOfRate => of.losses::<PoissonNllOfRate>(narrow, out, gradient),
            Self::NegativeLog => of.losses::<NegativeLog>(narrow, out, gradient),
            Self::Focal => of.losses::<Focal>(narrow, out, gradient),
        }
    }
}

/// The sum of weight · loss over the elements that `where` shows; None if one of them is invalid.
///
/// Each of them goes to `out`, and scale · weight · derivative by x to `grad`.
#[pyfunction]
#[pyo3(signature = (loss, x, target, other, weight, r#where, parameter, narrow, out, scale, grad, threads,
                    bfloat16=[false; 4]))]
// The arguments come from Python as they are.
#[allow(clippy::too_many_arguments, clippy::fn_params_excessive_bools)]
pub(super) fn elementwise_losses(
    py: Python<'_>,
    loss: &str,
    x: &Bound<'_, PyUntypedArray>,
    target: Option<&Bound<'_, PyUntypedArray>>,
    other: Option<&Bound<'_, PyUntypedArray>>,
    weight: Option<&Bound<'_, PyUntypedArray>>,
    r#where: Option<&Bound<'_, PyUntypedArray>>,
    parameter: f64,
    narrow: bool,
    out: Option<&Bound<'_, PyUntypedArray>>,
    scale: f64,
    grad: Option<&Bound<'_, PyUntypedArray>>,
    threads: usize,
    bfloat16: [bool; 4],
) -> PyResult<Option<f64>> {
    let name = Name::parse(loss)?;
    let differs = |array: &&Bound<'_, PyUntypedArray>| array.shape() != x.shape();
    if [target, other, weight, r#where, out, grad].iter().flatten().any(differs) {
        return Err(impossible("the arguments of a loss do not fit together"));
    }
    if name.has_target() && target.is_none() || name == Name::GaussianNll && other.is_none() {
        return Err(impossible("an argument of a loss is missing"));
    }
    if [out, grad].iter().flatten().any(|array| !array.is_c_contiguous() || !array.is_aligned()) {
        return Err(impossible("the result of a loss is not dense"));
    }
    if x.len() == 0 {
        return Ok(Some(0.0));
    }
    let mut losses = match out.map(|out| array::output(out, x.len())).transpose()? {
        Some(Output::Single(_)) => return Err(impossible("losses are not written as float64")),
        Some(Output::Double(losses)) => Some(losses),
        None => None,
    };
    let mut gradient = grad.map(|grad| array::output(grad, x.len())).transpose()?;
    let rows = Rows {
        p: array::view(x, 0, 0.0, bfloat16[0])?,
        q: target.map(|target| array::view(target, 0, 0.0, bfloat16[1])).transpose()?,
        dropped: Dropped::NONE,
        unit: Unit { normalize: false, base: None, root: false, invalid_is_nan: false },
        level: Level::current(),
        parallel: false,
        watch: Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None },
    };
    let other = other.map(|other| array::view(other, 0, 0.0, bfloat16[2])).transpose()?;
    let weight = weight.map(|weight| array::view(weight, 0, 0.0, bfloat16[3])).transpose()?;
    let shown = r#where.map(|shown| array::mask(shown, 0)).transpose()?;
    let threads = (threads > 1 && x.len() >= PARALLEL_FROM).then_some(threads);
    let mut total = None;
    call::run(py, rows, threads, |rows| {
        let [other, weight, shown] = [&other, &weight, &shown].map(Option::as_ref);
        let elements = Elements { rows, other, weight, shown, parameter, scale };
        let gradient = gradient.as_mut().map(|gradient| match gradient {
            Output::Double(gradient) => Gradient::Double(gradient),
            Output::Single(gradient) => Gradient::Single(gradient),
        });
        total = name.run(&elements, narrow, losses.as_deref_mut(), gradient);
        total.is_some()
    })?;
    Ok(total)
}

/// e^x
#[pyfunction]
pub(super) fn exponential(x: f64) -> f64 {
    let _mode = FloatMode::enter();
    dispatch::run(Level::current(), Exponential(x))
}

struct Exponential(f64);

impl Job for Exponential {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        crate::math::exponential::<One, f64>(One(self.0)).0
    }
}
