//! NumPy arrays as borrowed memory.

use numpy::npyffi::PyArrayObject;
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;

use super::{Output, impossible};
use crate::view::{Axis, Kind, Storage, View};

/// The stored type of an array's elements.
fn kind(array: &Bound<'_, PyUntypedArray>) -> PyResult<Kind> {
    let dtype = array.dtype();
    Ok(match (dtype.kind(), dtype.itemsize()) {
        (b'b', 1) => Kind::Bool,
        (b'i', 1) => Kind::Int8,
        (b'i', 2) => Kind::Int16,
        (b'i', 4) => Kind::Int32,
        (b'i', 8) => Kind::Int64,
        (b'u', 1) => Kind::Uint8,
        (b'u', 2) => Kind::Uint16,
        (b'u', 4) => Kind::Uint32,
        (b'u', 8) => Kind::Uint64,
        (b'f', 2) => Kind::Float16,
        (b'f', 4) => Kind::Float32,
        (b'f', 8) => Kind::Float64,
        _ => return Err(impossible("an array has a dtype that the core does not read")),
    })
}

/// The first byte of an array's data.
fn data(array: &Bound<'_, PyUntypedArray>) -> *mut u8 {
    // SAFETY: the pointer is that of a live array object; it is only read.
    let object: &PyArrayObject = unsafe { &*array.as_array_ptr() };
    object.fields.data.cast()
}

/// The rows of an array of truth values.
pub fn mask<'a>(array: &'a Bound<'_, PyUntypedArray>, split: usize) -> PyResult<View<'a>> {
    if kind(array)? != Kind::Bool {
        return Err(impossible("a mask is not of truth values"));
    }
    view(array, split, 0.0, false)
}

/// The rows of an array, its first `split` axes counting them. `bfloat16` for uint16 that are the upper halves of float32.
pub fn view<'a>(array: &'a Bound<'_, PyUntypedArray>, split: usize, added: f64, bfloat16: bool) -> PyResult<View<'a>> {
    let kind = match kind(array)? {
        Kind::Uint16 if bfloat16 => Kind::Bfloat16,
        _ if bfloat16 => return Err(impossible("bfloat16 weights do not come as uint16")),
        kind => kind,
    };
    let (shape, strides, size) = (array.shape(), array.strides(), array.dtype().itemsize());
    // The bytes that the array covers, before and behind its first element.
    let (mut before, mut behind) = (0usize, size);
    for (&length, &stride) in shape.iter().zip(strides) {
        let reach = (length - 1) * stride.unsigned_abs();
        if stride < 0 { before += reach } else { behind += reach }
    }
    let first = data(array);
    let swapped = array.dtype().is_native_byteorder() == Some(false);
    let whole = strides.iter().zip(shape).all(|(stride, &length)| length == 1 || stride.unsigned_abs() % size == 0);
    let native = !swapped && array.is_aligned() && whole;
    // SAFETY (for the three): NumPy keeps every element of the array between these bytes readable as long as the array
    // lives, which the borrow sees to; native ones are aligned. Another thread may write meanwhile: the numbers read are
    // then any, but every bit pattern is a number.
    let storage = unsafe {
        let lowest = first.sub(before);
        let bytes = before + behind;
        match kind {
            Kind::Float64 if native => Storage::Double(std::slice::from_raw_parts(lowest.cast(), bytes / size)),
            Kind::Float32 if native => Storage::Single(std::slice::from_raw_parts(lowest.cast(), bytes / size)),
            _ => Storage::Bytes(std::slice::from_raw_parts(lowest, bytes), kind, swapped),
        }
    };
    let unit = if matches!(storage, Storage::Bytes(..)) { 1 } else { size };
    let axis = |(&length, &stride): (&usize, &isize)| Axis {
        length,
        stride: if length == 1 { 0 } else { stride / unit as isize },
    };
    let axes: Vec<Axis> = shape.iter().zip(strides).map(axis).collect();
    Ok(View::new(storage, before / unit, &axes[..split], &axes[split..], added))
}

/// The one row of a dense array of float64 or float32.
pub fn row<'a>(array: &'a Bound<'_, PyUntypedArray>) -> PyResult<View<'a>> {
    let (first, length) = (data(array), array.len());
    // SAFETY: the caller made sure that the array is native, aligned and C-contiguous; then as for `view`.
    let storage = match kind(array)? {
        Kind::Float64 => Storage::Double(unsafe { std::slice::from_raw_parts(first.cast(), length) }),
        Kind::Float32 => Storage::Single(unsafe { std::slice::from_raw_parts(first.cast(), length) }),
        _ => return Err(impossible("a dense row is neither float64 nor float32")),
    };
    Ok(View::row(storage, length))
}

/// The memory of a result.
pub fn output<'a>(array: &'a Bound<'_, PyUntypedArray>, count: usize) -> PyResult<Output<'a>> {
    let first = data(array);
    let native = array.dtype().is_native_byteorder() != Some(false);
    // SAFETY: the caller made this array for the result (aligned, C-contiguous, `count` elements) and nobody else has it.
    match kind(array)? {
        Kind::Float64 if native => Ok(Output::Double(unsafe { std::slice::from_raw_parts_mut(first.cast(), count) })),
        Kind::Float32 if native => Ok(Output::Single(unsafe { std::slice::from_raw_parts_mut(first.cast(), count) })),
        _ => Err(impossible("a result is neither float64 nor float32")),
    }
}
