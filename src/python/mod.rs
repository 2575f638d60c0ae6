//! The extension module `xlogx._core`: unwrap arrays → release the GIL → call → wrap. No arithmetic.

mod array;
mod call;
mod elementwise;
mod logits;
mod losses;
mod quick;

use std::sync::atomic::AtomicBool;

use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyImportError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::dispatch::Level;
use crate::kernels::{CrossEntropy, Entropy, JsDivergence, KlDivergence, Total};
use crate::rows::{Dropped, Rows, Unit, Watch};

/// Calls with fewer weights than this stay on the calling thread.
const PARALLEL_FROM: usize = 1 << 17;

/// The measures, by the names of the Python functions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Entropy,
    CrossEntropy,
    KlDivergence,
    JsDivergence,
    JsDistance,
    Total,
}

impl Name {
    fn parse(name: &str) -> PyResult<Self> {
        Ok(match name {
            "entropy" => Self::Entropy,
            "cross_entropy" => Self::CrossEntropy,
            "kl_divergence" => Self::KlDivergence,
            "js_divergence" => Self::JsDivergence,
            "js_distance" => Self::JsDistance,
            "total" => Self::Total,
            _ => return Err(PyValueError::new_err(format!("unknown measure {name:?}"))),
        })
    }

    fn unit(self, normalize: bool, base: Option<f64>, invalid_is_nan: bool) -> Unit {
        Unit { normalize: normalize && self != Self::Total, base, root: self == Self::JsDistance, invalid_is_nan }
    }

    /// Runs the kernel of this name.
    fn run(self, rows: &Rows, out: &mut Output) -> bool {
        macro_rules! measure {
            ($kernel:ty) => {
                match out {
                    Output::Double(out) => rows.measure::<f64, $kernel, _>(out),
                    Output::Single(out) => rows.measure::<f32, $kernel, _>(out),
                }
            };
        }
        match self {
            Self::Entropy => measure!(Entropy),
            Self::CrossEntropy => measure!(CrossEntropy),
            Self::KlDivergence if rows.unit.normalize => measure!(KlDivergence<false>),
            Self::KlDivergence => measure!(KlDivergence<true>),
            Self::JsDivergence | Self::JsDistance => measure!(JsDivergence),
            // Totals are float64 alone.
            Self::Total => match out {
                Output::Double(out) => rows.measure::<f64, Total, _>(out),
                Output::Single(_) => false,
            },
        }
    }
}

/// Where results go.
enum Output<'a> {
    Double(&'a mut [f64]),
    Single(&'a mut [f32]),
}

/// A bug of ours, told as such.
fn impossible(what: &str) -> PyErr {
    PyRuntimeError::new_err(format!("{what}; this is a bug in xlogx, please report it"))
}

/// Reduces the last `reduced` axes of p (and q) into `out`; False if a weight was negative or infinite.
///
/// A position is dropped where one of the `masks` has the value that is given with it and, with `omit`, where p or q is
/// NaN. With `invalid_is_nan` a row with a negative or infinite weight is nan.
#[pyfunction]
#[pyo3(signature = (measure, p, q, reduced, base, normalize, pseudocount, out, threads, masks=Vec::new(), omit=false,
                    invalid_is_nan=false, bfloat16=(false, false)))]
// The arguments come from Python as they are.
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
fn reduce(
    py: Python<'_>,
    measure: &str,
    p: &Bound<'_, PyUntypedArray>,
    q: Option<&Bound<'_, PyUntypedArray>>,
    reduced: usize,
    base: Option<f64>,
    normalize: bool,
    pseudocount: f64,
    out: &Bound<'_, PyUntypedArray>,
    threads: usize,
    masks: Vec<(Bound<'_, PyUntypedArray>, bool)>,
    omit: bool,
    invalid_is_nan: bool,
    bfloat16: (bool, bool),
) -> PyResult<bool> {
    let name = Name::parse(measure)?;
    let other = |array: &Bound<'_, PyUntypedArray>| array.shape() != p.shape();
    if q.is_some_and(other) || masks.iter().any(|(mask, _)| other(mask)) || reduced == 0 || reduced > p.ndim() {
        return Err(impossible("the arguments of a reduction do not fit together"));
    }
    if q.is_none() != matches!(name, Name::Entropy | Name::Total) {
        return Err(impossible("the number of arguments is not the measure's"));
    }
    let split = p.ndim() - reduced;
    let count: usize = p.shape()[..split].iter().product();
    if out.len() != count || !out.is_c_contiguous() || !out.is_aligned() {
        return Err(impossible("the result does not fit the rows"));
    }
    if p.len() == 0 {
        return if count == 0 { Ok(true) } else { Err(impossible("a row has no weight")) };
    }
    let masks =
        masks.iter().map(|(mask, dropped)| Ok((array::mask(mask, split)?, *dropped))).collect::<PyResult<_>>()?;
    let mut output = array::output(out, count)?;
    let parallel = threads > 1 && p.len() >= PARALLEL_FROM;
    let rows = Rows {
        p: array::view(p, split, pseudocount, bfloat16.0)?,
        q: q.map(|q| array::view(q, split, pseudocount, bfloat16.1)).transpose()?,
        dropped: Dropped { masks, nan: omit, nothing: 0.0 },
        unit: name.unit(normalize, base, invalid_is_nan),
        level: Level::current(),
        parallel: false,
        watch: Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None },
    };
    call::run(py, rows, parallel.then_some(threads), |rows| name.run(rows, &mut output))
}

/// The levels of this CPU, worst to best.
#[pyfunction]
fn levels() -> Vec<&'static str> {
    Level::supported().map(Level::name).collect()
}

/// The level in use.
#[pyfunction]
fn level() -> &'static str {
    Level::current().name()
}

/// Uses a level from now on.
#[pyfunction]
fn set_level(name: &str) -> PyResult<()> {
    let all = || Level::ALL.map(Level::name).join(", ");
    let level = Level::named(name)
        .ok_or_else(|| PyValueError::new_err(format!("level must be one of {}, got {name:?}", all())))?;
    if level.set() {
        return Ok(());
    }
    let here = levels().join(", ");
    Err(PyImportError::new_err(format!("level {name} is not supported by this CPU, which has {here}")))
}

#[pymodule(gil_used = false)]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::quick::{cross_entropy, entropy, js_distance, js_divergence, kl_divergence};
    /// NumPy's functions are found now, not by the first call, which may have no memory left for it.
    #[pymodule_init]
    #[allow(clippy::unnecessary_wraps)]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let _ = numpy::dtype::<f64>(module.py());
        Ok(())
    }
    #[pymodule_export]
    use super::elementwise::{elementwise_losses, exponential};
    #[pymodule_export]
    use super::logits::{map_logits, reduce_logits};
    #[pymodule_export]
    use super::losses::{class_losses, distributions};
    #[pymodule_export]
    use super::{level, levels, reduce, set_level};
}
