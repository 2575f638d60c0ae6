//! Losses of logits, one a row.

use std::sync::atomic::AtomicBool;

use numpy::{PyReadonlyArrayDyn, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{Output, PARALLEL_FROM, array, call, impossible};
use crate::dispatch::Level;
use crate::rows::{Distributions, Dropped, Labels, LogitRows, Loss, Losses, Rows, Unit, Watch};
use crate::view::View;

fn parse(name: &str) -> PyResult<Loss> {
    Ok(match name {
        "cross_entropy" => Loss::CrossEntropy,
        "kl_divergence" => Loss::KlDivergence,
        "entropy" => Loss::Entropy,
        "distillation" => Loss::Distillation,
        _ => return Err(PyValueError::new_err(format!("unknown loss {name:?}"))),
    })
}

fn rows<'a>(p: View<'a>, q: Option<View<'a>>) -> Rows<'a> {
    Rows {
        p,
        q,
        dropped: Dropped::NONE,
        unit: Unit { normalize: true, base: None, root: false, invalid_is_nan: true },
        level: Level::current(),
        parallel: false,
        watch: Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None },
    }
}

/// The numbers of a dense array with one for each row.
fn each<'a, T: numpy::Element>(array: &'a PyReadonlyArrayDyn<'_, T>, count: usize) -> PyResult<&'a [T]> {
    let numbers = array.as_slice().map_err(|_| impossible("what there is for each row is not dense"))?;
    if numbers.len() == count { Ok(numbers) } else { Err(impossible("there is not one for each row")) }
}

/// Writes the loss of each row of logits z, divided by the temperature, to `out`, and the gradient, times the scale of
/// its row, to `grad`; False if interrupted.
#[pyfunction]
#[pyo3(signature = (loss, z, target, labels, label_weight, temperature, narrow, out, scale, grad, threads,
                    bfloat16=(false, false)))]
// The arguments come from Python as they are.
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
pub(super) fn class_losses(
    py: Python<'_>,
    loss: &str,
    z: &Bound<'_, PyUntypedArray>,
    target: Option<&Bound<'_, PyUntypedArray>>,
    labels: Option<PyReadonlyArrayDyn<'_, i64>>,
    label_weight: Option<PyReadonlyArrayDyn<'_, f64>>,
    temperature: f64,
    narrow: bool,
    out: &Bound<'_, PyUntypedArray>,
    scale: Option<PyReadonlyArrayDyn<'_, f64>>,
    grad: Option<&Bound<'_, PyUntypedArray>>,
    threads: usize,
    bfloat16: (bool, bool),
) -> PyResult<bool> {
    let loss = parse(loss)?;
    let other = |array: &Bound<'_, PyUntypedArray>| array.shape() != z.shape();
    if z.ndim() == 0 || target.is_some_and(other) || grad.is_some_and(other) {
        return Err(impossible("the arguments of a loss do not fit together"));
    }
    let wanted = match loss {
        Loss::CrossEntropy | Loss::KlDivergence => target.is_some() || labels.is_some(),
        Loss::Entropy => target.is_none() && labels.is_none(),
        Loss::Distillation => target.is_some() && labels.is_none(),
    };
    if !wanted
        || grad.is_some() != scale.is_some()
        || (loss == Loss::KlDivergence && target.is_some() && labels.is_some())
    {
        return Err(impossible("the arguments are not those of the loss"));
    }
    let split = z.ndim() - 1;
    let (count, length) = (z.shape()[..split].iter().product(), z.shape()[split]);
    let dense = |array: &Bound<'_, PyUntypedArray>| array.is_c_contiguous() && array.is_aligned();
    if out.len() != count || !dense(out) || !grad.is_none_or(dense) {
        return Err(impossible("the result does not fit the rows"));
    }
    if z.len() == 0 {
        return if count == 0 { Ok(true) } else { Err(impossible("a row has no logit")) };
    }
    let classes = labels.as_ref().map(|labels| each(labels, count)).transpose()?;
    if classes.is_some_and(|classes| classes.iter().any(|&class| class >= length as i64)) {
        return Err(impossible("a label is out of range"));
    }
    let weights = label_weight.as_ref().map(|weights| each(weights, count)).transpose()?;
    let scale = scale.as_ref().map_or(Ok(&[][..]), |scale| each(scale, count))?;
    let Output::Double(out) = array::output(out, count)? else {
        return Err(impossible("the losses are not float64"));
    };
    let mut grad = grad.map(|grad| array::output(grad, z.len())).transpose()?;
    let own = || array::view(z, split, 0.0, bfloat16.0);
    let target = target.map(|target| array::view(target, split, 0.0, bfloat16.1)).transpose()?;
    let (rows, student) = match target {
        Some(teacher) if loss == Loss::Distillation => (rows(teacher, Some(own()?)), Some(rows(own()?, None))),
        target => (rows(own()?, target), None),
    };
    let threads = (threads > 1 && z.len() >= PARALLEL_FROM).then_some(threads);
    call::run(py, rows, threads, |rows| {
        let labels = classes.map(|classes| Labels { classes, weights });
        let logits = &LogitRows { rows, temperature, infinite: false, labels };
        let losses = Losses { logits, student: student.as_ref(), loss, narrow, scale };
        match &mut grad {
            None => losses.write::<f32>(out, None),
            Some(Output::Double(grad)) => losses.write(out, Some(grad)),
            Some(Output::Single(grad)) => losses.write(out, Some(grad)),
        }
    })
}

/// Writes −log of the probability of each label to `out`, 0 without one; False if a row of p is no distribution: if it has
/// a number outside [0, 1], or does not sum to one within the tolerance; or if it has no such class.
#[pyfunction]
#[pyo3(signature = (p, tolerance, labels, out, threads, bfloat16=false))]
#[allow(clippy::needless_pass_by_value)]
pub(super) fn distributions(
    py: Python<'_>,
    p: &Bound<'_, PyUntypedArray>,
    tolerance: f64,
    labels: Option<PyReadonlyArrayDyn<'_, i64>>,
    out: &Bound<'_, PyUntypedArray>,
    threads: usize,
    bfloat16: bool,
) -> PyResult<bool> {
    if p.ndim() == 0 {
        return Err(impossible("a number is no row"));
    }
    let split = p.ndim() - 1;
    let count = p.shape()[..split].iter().product();
    if out.len() != count || !out.is_c_contiguous() || !out.is_aligned() {
        return Err(impossible("the result does not fit the rows"));
    }
    if p.len() == 0 {
        return if count == 0 { Ok(true) } else { Err(impossible("a row has no probability")) };
    }
    let labels = labels.as_ref().map(|labels| each(labels, count)).transpose()?;
    let Output::Double(out) = array::output(out, count)? else {
        return Err(impossible("the losses are not float64"));
    };
    let threads = (threads > 1 && p.len() >= PARALLEL_FROM).then_some(threads);
    call::run(py, rows(array::view(p, split, 0.0, bfloat16)?, None), threads, |rows| {
        Distributions { rows, tolerance, labels }.write(out)
    })
}
