//! Calls with logits.

use std::sync::atomic::AtomicBool;

use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{Output, PARALLEL_FROM, array, call, impossible};
use crate::dispatch::Level;
use crate::kernels::logits::{
    LogSumExp, LogitCrossEntropy, LogitDistance, LogitEntropy, LogitKlDivergence, LogitPerplexity,
};
use crate::rows::{Dropped, LogitRows, Rows, Unit, Watch};
use crate::view::View;

/// The measures of logits, by the names of the Python functions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Entropy,
    Perplexity,
    LogSumExp,
    CrossEntropy,
    KlDivergence,
    JsDivergence,
    TotalVariation,
}

impl Name {
    fn parse(name: &str) -> PyResult<Self> {
        Ok(match name {
            "entropy" => Self::Entropy,
            "perplexity" => Self::Perplexity,
            "logsumexp" => Self::LogSumExp,
            "cross_entropy" => Self::CrossEntropy,
            "kl_divergence" => Self::KlDivergence,
            "js_divergence" => Self::JsDivergence,
            "total_variation" => Self::TotalVariation,
            _ => return Err(PyValueError::new_err(format!("unknown measure of logits {name:?}"))),
        })
    }

    fn is_of_one(self) -> bool {
        matches!(self, Self::Entropy | Self::Perplexity | Self::LogSumExp)
    }

    /// Runs the kernel of this name.
    fn run(self, rows: &Rows, temperature: f64, out: &mut Output) -> bool {
        let rows = LogitRows { rows, temperature, infinite: self == Self::LogSumExp, labels: None };
        macro_rules! measure {
            ($kernel:ty) => {
                match out {
                    Output::Double(out) => rows.measure::<f64, $kernel, _>(out),
                    Output::Single(out) => rows.measure::<f32, $kernel, _>(out),
                }
            };
        }
        match self {
            Self::Entropy => measure!(LogitEntropy),
            Self::Perplexity => measure!(LogitPerplexity),
            Self::LogSumExp => measure!(LogSumExp),
            Self::CrossEntropy => measure!(LogitCrossEntropy),
            Self::KlDivergence => measure!(LogitKlDivergence),
            Self::JsDivergence => measure!(LogitDistance<false>),
            Self::TotalVariation => measure!(LogitDistance<true>),
        }
    }
}

/// What both functions are given beside the measure and the result.
struct Given<'a> {
    p: View<'a>,
    q: Option<View<'a>>,
    masks: Vec<(View<'a>, bool)>,
    omit: bool,
    base: Option<f64>,
}

impl<'a> Given<'a> {
    fn rows(self) -> Rows<'a> {
        Rows {
            p: self.p,
            q: self.q,
            dropped: Dropped { masks: self.masks, nan: self.omit, nothing: f64::NEG_INFINITY },
            unit: Unit { normalize: true, base: self.base, root: false, invalid_is_nan: true },
            level: Level::current(),
            parallel: false,
            watch: Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None },
        }
    }
}

/// Reduces the last `reduced` axes of logits p (and q), divided by the temperature, into `out`; False if interrupted.
///
/// A position is dropped where one of the `masks` has the value that is given with it and, with `omit`, where p or q is
/// NaN.
#[pyfunction]
#[pyo3(signature = (measure, p, q, reduced, base, temperature, out, threads, masks=Vec::new(), omit=false,
                    bfloat16=(false, false)))]
// The arguments come from Python as they are.
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
pub(super) fn reduce_logits(
    py: Python<'_>,
    measure: &str,
    p: &Bound<'_, PyUntypedArray>,
    q: Option<&Bound<'_, PyUntypedArray>>,
    reduced: usize,
    base: Option<f64>,
    temperature: f64,
    out: &Bound<'_, PyUntypedArray>,
    threads: usize,
    masks: Vec<(Bound<'_, PyUntypedArray>, bool)>,
    omit: bool,
    bfloat16: (bool, bool),
) -> PyResult<bool> {
    let name = Name::parse(measure)?;
    let other = |array: &Bound<'_, PyUntypedArray>| array.shape() != p.shape();
    if q.is_some_and(other) || masks.iter().any(|(mask, _)| other(mask)) || reduced == 0 || reduced > p.ndim() {
        return Err(impossible("the arguments of a reduction do not fit together"));
    }
    if q.is_none() != name.is_of_one() {
        return Err(impossible("the number of arguments is not the measure's"));
    }
    let split = p.ndim() - reduced;
    let count: usize = p.shape()[..split].iter().product();
    if out.len() != count || !out.is_c_contiguous() || !out.is_aligned() {
        return Err(impossible("the result does not fit the rows"));
    }
    if p.len() == 0 {
        return if count == 0 { Ok(true) } else { Err(impossible("a row has no logit")) };
    }
    let masks =
        masks.iter().map(|(mask, dropped)| Ok((array::mask(mask, split)?, *dropped))).collect::<PyResult<_>>()?;
    let mut output = array::output(out, count)?;
    let q = q.map(|q| array::view(q, split, 0.0, bfloat16.1)).transpose()?;
    let given = Given { p: array::view(p, split, 0.0, bfloat16.0)?, q, masks, omit, base };
    let threads = (threads > 1 && p.len() >= PARALLEL_FROM).then_some(threads);
    call::run(py, given.rows(), threads, |rows| name.run(rows, temperature, &mut output))
}

/// Writes what `measure` makes of each logit z divided by the temperature, in rows of the last `reduced` axes, into
/// `out`; False if interrupted. Positions are dropped as by `reduce_logits`.
#[pyfunction]
#[pyo3(signature = (measure, z, reduced, base, temperature, out, threads, masks=Vec::new(), omit=false, bfloat16=false))]
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
pub(super) fn map_logits(
    py: Python<'_>,
    measure: &str,
    z: &Bound<'_, PyUntypedArray>,
    reduced: usize,
    base: Option<f64>,
    temperature: f64,
    out: &Bound<'_, PyUntypedArray>,
    threads: usize,
    masks: Vec<(Bound<'_, PyUntypedArray>, bool)>,
    omit: bool,
    bfloat16: bool,
) -> PyResult<bool> {
    let logarithm = match measure {
        "softmax" => false,
        "log_softmax" => true,
        _ => return Err(PyValueError::new_err(format!("unknown map of logits {measure:?}"))),
    };
    let other = |array: &Bound<'_, PyUntypedArray>| array.shape() != z.shape();
    if other(out) || masks.iter().any(|(mask, _)| other(mask)) || reduced == 0 || reduced > z.ndim() {
        return Err(impossible("the arguments of a map do not fit together"));
    }
    if !out.is_c_contiguous() || !out.is_aligned() {
        return Err(impossible("the result of a map is not dense"));
    }
    if z.len() == 0 {
        return Ok(true);
    }
    let split = z.ndim() - reduced;
    let masks =
        masks.iter().map(|(mask, dropped)| Ok((array::mask(mask, split)?, *dropped))).collect::<PyResult<_>>()?;
    let mut output = array::output(out, z.len())?;
    let given = Given { p: array::view(z, split, 0.0, bfloat16)?, q: None, masks, omit, base };
    let threads = (threads > 1 && z.len() >= PARALLEL_FROM).then_some(threads);
    call::run(py, given.rows(), threads, |rows| {
        let rows = LogitRows { rows, temperature, infinite: false, labels: None };
        match &mut output {
            Output::Double(out) => rows.map(logarithm, out),
            Output::Single(out) => rows.map(logarithm, out),
        }
    })
}
