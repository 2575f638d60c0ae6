//! The common call on a small array: one dense row of float64 or float32, every option at its default.

use numpy::npyffi::{NPY_TYPES, PY_ARRAY_API, array::PyArray_CheckExact};
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;

use super::call::caught;
use super::{Name, Output, array};
use crate::dispatch::Level;
use crate::rows::{Dropped, Rows, Watch};

/// Longer rows may release the GIL and use threads.
const LONGEST: usize = 16_384;

/// The array if it is one dense row of native float64 or float32.
fn row<'a, 'py>(argument: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, PyUntypedArray>> {
    // SAFETY: the object lives, and the thread is attached to the interpreter.
    if unsafe { PyArray_CheckExact(argument.py(), argument.as_ptr()) } == 0 {
        return None;
    }
    let array = argument.cast::<PyUntypedArray>().ok()?;
    let fits =
        array.ndim() == 1 && (1..=LONGEST).contains(&array.len()) && array.is_c_contiguous() && array.is_aligned();
    let dtype = array.dtype();
    // By its number: a long double may be as long as a float64, and is another type all the same.
    let float = [NPY_TYPES::NPY_FLOAT as i32, NPY_TYPES::NPY_DOUBLE as i32].contains(&dtype.num())
        && dtype.is_native_byteorder() == Some(true);
    (fits && float).then_some(array)
}

/// The measure of one row (or two of the same length and type), or None.
fn quick<'py>(name: Name, p: &Bound<'py, PyAny>, q: Option<&Bound<'py, PyAny>>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(p) = row(p) else { return Ok(None) };
    let q = match q.map(row) {
        None => None,
        Some(Some(q)) if q.len() == p.len() && q.dtype().itemsize() == p.dtype().itemsize() => Some(q),
        Some(_) => return Ok(None),
    };
    let watch = Watch { stop: false.into(), invalid: false.into(), poll: None };
    let unit = name.unit(true, None, false);
    let q_view = q.map(array::row).transpose()?;
    let rows = Rows {
        p: array::row(p)?,
        q: q_view,
        dropped: Dropped::NONE,
        unit,
        level: Level::current(),
        parallel: false,
        watch,
    };
    let (mut double, mut single) = ([0.0f64], [0.0f32]);
    let narrow = p.dtype().itemsize() == 4;
    let mut out = if narrow { Output::Single(&mut single) } else { Output::Double(&mut double) };
    let valid = caught(|| name.run(&rows, &mut out))?;
    if !valid {
        return Ok(None);
    }
    let data = if narrow { single.as_mut_ptr().cast() } else { double.as_mut_ptr().cast() };
    // SAFETY: the data is one element of the descriptor's type; NumPy copies it, and gives a new reference or an error.
    unsafe {
        let scalar = PY_ARRAY_API.PyArray_Scalar(p.py(), data, p.dtype().as_dtype_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(p.py(), scalar).map(Some)
    }
}

macro_rules! quick_functions {
    ($($function:ident, $name:ident;)+) => {$(
        /// The measure of two short dense rows with every option at its default; None where that is not what came.
        #[pyfunction]
        #[pyo3(signature = (p, q, /))]
        pub fn $function<'py>(p: &Bound<'py, PyAny>, q: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
            quick(Name::$name, p, Some(q))
        }
    )+};
}

/// The entropy of one short dense row with every option at its default; None where that is not what came.
#[pyfunction]
#[pyo3(signature = (p, /))]
pub fn entropy<'py>(p: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    quick(Name::Entropy, p, None)
}

quick_functions! {
    cross_entropy, CrossEntropy;
    kl_divergence, KlDivergence;
    js_divergence, JsDivergence;
    js_distance, JsDistance;
}
