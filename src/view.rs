//! Rows of an array as it lies in memory: shape, strides, byte order and dtype settled once, never copied whole.
//!
//! A block of a row comes out as a slice of float64 or float32: the memory itself where it has that type and lies
//! side by side, otherwise a copy of that block alone, widened on its way.

mod halves;

use std::ops::Range;

use crate::accumulate::{Abreast, Element};
use crate::dispatch::{self, Level};
pub use halves::Halves;

/// The stored type of numbers that are not native float64 or float32, or lie unaligned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float16,
    Bfloat16,
    Float32,
    Float64,
}

/// The memory of an array.
#[derive(Clone, Copy)]
pub enum Storage<'a> {
    /// Native, aligned float64.
    Double(&'a [f64]),
    /// Native, aligned float32.
    Single(&'a [f32]),
    /// Anything else, and whether its bytes are swapped.
    Bytes(&'a [u8], Kind, bool),
}

/// One axis: its length, and its step in units of the storage.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// How many.
    pub length: usize,
    /// From one to the next.
    pub stride: isize,
}

/// An array seen as rows.
pub struct View<'a> {
    storage: Storage<'a>,
    start: usize,
    outer: Vec<Axis>,
    /// None where weights lie side by side.
    inner: Vec<Axis>,
    length: usize,
    added: f64,
}

/// Axes that can be walked as one are made one; axes of length 1 go.
fn merged(axes: &[Axis]) -> Vec<Axis> {
    let mut result: Vec<Axis> = Vec::with_capacity(axes.len());
    for axis in axes.iter().filter(|axis| axis.length != 1) {
        match result.last_mut() {
            Some(last) if last.stride == axis.stride * axis.length as isize => {
                *last = Axis { length: last.length * axis.length, stride: axis.stride };
            }
            _ => result.push(*axis),
        }
    }
    result
}

/// The offset of the element with this running number.
fn offset(axes: &[Axis], mut index: usize) -> isize {
    let mut offset = 0;
    for axis in axes.iter().rev() {
        offset += (index % axis.length) as isize * axis.stride;
        index /= axis.length;
    }
    offset
}

/// Reads numbers of one stored type, a stride apart.
fn read<T: Element, const SIZE: usize>(
    bytes: &[u8],
    start: usize,
    stride: isize,
    swapped: bool,
    out: impl Iterator<Item = usize>,
    target: &mut [T],
    value: impl Fn([u8; SIZE]) -> f64,
) {
    let mut at = start as isize;
    for place in out {
        let from = at as usize;
        let mut raw = [0; SIZE];
        raw.copy_from_slice(&bytes[from..from + SIZE]);
        if swapped {
            raw.reverse();
        }
        target[place] = T::round(value(raw));
        at += stride;
    }
}

impl<'a> View<'a> {
    /// Rows over the `inner` axes of an array, one for each element of the `outer` axes.
    /// `added` is put onto every weight.
    pub fn new(storage: Storage<'a>, start: usize, outer: &[Axis], inner: &[Axis], added: f64) -> Self {
        let length = inner.iter().map(|axis| axis.length).product();
        Self { storage, start, outer: merged(outer), inner: merged(inner), length, added }
    }

    /// One row of so many weights side by side.
    pub fn row(storage: Storage<'a>, length: usize) -> Self {
        Self { storage, start: 0, outer: Vec::new(), inner: Vec::new(), length, added: 0.0 }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.outer.iter().map(|axis| axis.length).product()
    }

    /// Weights in a row.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Are neighbours in memory in different rows, so that several rows are best read together?
    pub fn is_columns(&self) -> bool {
        match (self.outer.last(), self.inner.last()) {
            (Some(outer), Some(inner)) => {
                outer.stride != 0 && outer.stride.unsigned_abs() < inner.stride.unsigned_abs()
            }
            _ => false,
        }
    }

    /// Can float32 lanes hold the weights?
    pub fn is_single(&self) -> bool {
        let narrow = match self.storage {
            Storage::Double(_) => false,
            Storage::Single(_) => true,
            Storage::Bytes(_, kind, _) => matches!(kind, Kind::Float32 | Kind::Float16 | Kind::Bfloat16),
        };
        narrow && self.added == 0.0
    }

    /// Is every number that the stored type can hold a float32?
    pub fn fits_single(&self) -> bool {
        let small = matches!(self.storage, Storage::Bytes(_, Kind::Bool | Kind::Int8 | Kind::Int16, _))
            || matches!(self.storage, Storage::Bytes(_, Kind::Uint8 | Kind::Uint16, _));
        self.is_single() || (small && self.added == 0.0)
    }

    fn row_start(&self, row: usize) -> usize {
        match self.outer[..] {
            [] => self.start,
            [axis] => (self.start as isize + row as isize * axis.stride) as usize,
            _ => (self.start as isize + offset(&self.outer, row)) as usize,
        }
    }

    /// The row's weights from `from` on, as they lie in memory, if they can be used there.
    fn in_place<T: Native>(&self, row: usize, from: usize, count: usize) -> Option<&'a [T]> {
        let dense = match self.inner[..] {
            [] => true,
            [axis] => axis.stride == 1,
            _ => false,
        };
        let start = self.row_start(row) + from;
        if dense && self.added == 0.0 { T::slice(self.storage)?.get(start..start + count) } else { None }
    }

    /// Several whole rows as they lie in memory, and how far apart they begin, if they can be used there.
    pub fn rows_in_place<T: Native>(&self, row: usize, rows: usize) -> Option<(&'a [T], usize)> {
        let apart = match self.outer[..] {
            [] => 0,
            [axis] => usize::try_from(axis.stride).ok()?,
            _ if rows == 1 => 0,
            _ => return None,
        };
        let dense = matches!(self.inner[..], [] | [Axis { stride: 1, .. }]);
        let start = self.row_start(row);
        let whole = start..start + (rows - 1) * apart + self.length;
        if dense && self.added == 0.0 { Some((T::slice(self.storage)?.get(whole)?, apart)) } else { None }
    }

    /// `count` weights of a row from `from` on.
    pub fn block<'s, T: Native>(&'s self, row: usize, from: usize, count: usize, scratch: &'s mut Vec<T>) -> &'s [T] {
        if let Some(slice) = self.in_place(row, from, count) {
            return slice;
        }
        scratch.resize(scratch.len().max(count), T::default());
        self.copy(row, from, count, scratch, 0, 1);
        &scratch[..count]
    }

    /// Copies `count` weights of a row into `target`, from place `at` on, `step` places apart.
    pub fn copy<T: Native>(&self, row: usize, from: usize, count: usize, target: &mut [T], at: usize, step: usize) {
        let start = self.row_start(row);
        let Some(&last) = self.inner.last() else {
            return self.run(start + from, 1, count, target, at, step);
        };
        let (mut done, mut index) = (0, from);
        while done < count {
            let along = index % last.length;
            let now = (last.length - along).min(count - done);
            let place = start as isize + offset(&self.inner, index);
            self.run(place as usize, last.stride, now, target, at + done * step, step);
            done += now;
            index += now;
        }
    }

    /// Where weight i of several rows lies in memory, if they are neighbours there and of the native type.
    fn line_range<T: Native>(&self, rows: &Range<usize>, i: usize) -> Option<(&'a [T], Range<usize>)> {
        let [.., Axis { length, stride: 1 }] = self.outer[..] else { return None };
        let neighbours = rows.start % length + rows.len() <= length;
        let values = T::slice(self.storage).filter(|_| self.added == 0.0 && neighbours)?;
        let start = (self.row_start(rows.start) as isize + offset(&self.inner, i)) as usize;
        Some((values, start..start + rows.len()))
    }

    /// Weight i of several rows, as they lie in memory, if they are neighbours there.
    pub fn line<T: Native>(&self, rows: &Range<usize>, i: usize) -> Option<&'a [T]> {
        let (values, line) = self.line_range(rows, i)?;
        values.get(line)
    }

    /// Weights `part` of several rows, as they lie in memory, if the rows are neighbours there.
    pub fn columns<T: Native>(&self, rows: &Range<usize>, part: &Range<usize>) -> Option<Abreast<'a, T>> {
        let [inner] = self.inner[..] else { return None };
        let apart = usize::try_from(inner.stride).ok()?;
        let (values, first) = self.line_range(rows, part.start)?;
        let weights = values.get(first.start..first.end + (part.len() - 1) * apart)?;
        Some(Abreast { weights, apart, ahead: 0 })
    }

    /// Copies a run of weights that are one stride apart.
    fn run<T: Native>(&self, start: usize, stride: isize, count: usize, target: &mut [T], at: usize, step: usize) {
        let places = (at..).step_by(step).take(count);
        macro_rules! from_bytes {
            ($bytes:expr, $swapped:expr, $type:ty, $value:expr) => {
                read($bytes, start, stride, $swapped, places, target, |raw| $value(<$type>::from_ne_bytes(raw)))
            };
        }
        match self.storage {
            Storage::Double(values) => strided(values, start, stride, places, target, |x| T::round(x)),
            Storage::Single(values) => strided(values, start, stride, places, target, |x| T::round(f64::from(x))),
            Storage::Bytes(bytes, kind, swapped) => match kind {
                Kind::Bool => from_bytes!(bytes, swapped, u8, |x: u8| TRUTH[usize::from(x)]),
                Kind::Int8 => from_bytes!(bytes, swapped, i8, f64::from),
                Kind::Int16 => from_bytes!(bytes, swapped, i16, f64::from),
                Kind::Int32 => from_bytes!(bytes, swapped, i32, f64::from),
                Kind::Int64 => from_bytes!(bytes, swapped, i64, |x: i64| x as f64),
                Kind::Uint8 => from_bytes!(bytes, swapped, u8, f64::from),
                Kind::Uint16 => from_bytes!(bytes, swapped, u16, f64::from),
                Kind::Uint32 => from_bytes!(bytes, swapped, u32, f64::from),
                Kind::Uint64 => from_bytes!(bytes, swapped, u64, |x: u64| x as f64),
                Kind::Float16 | Kind::Bfloat16 => {
                    let upper = kind == Kind::Bfloat16;
                    let halves = Halves { bytes, start, stride, swapped, upper };
                    dispatch::run(Level::current(), halves.widen(&mut target[at..], step, count));
                }
                Kind::Float32 => from_bytes!(bytes, swapped, f32, f64::from),
                Kind::Float64 => from_bytes!(bytes, swapped, f64, |x: f64| x),
            },
        }
        if self.added != 0.0 {
            for place in (at..).step_by(step).take(count) {
                // A negative weight stays one, to be found.
                let x: f64 = target[place].into();
                target[place] = T::round(if x < 0.0 { x } else { x + self.added });
            }
        }
    }
}

/// 1 for any byte but 0. A table: of a comparison the compiler makes a branch, which is as often wrong as right.
static TRUTH: [f64; 256] = {
    let mut table = [1.0; 256];
    table[0] = 0.0;
    table
};

/// Copies numbers of a native type, a stride apart.
fn strided<S: Copy, T>(
    values: &[S],
    start: usize,
    stride: isize,
    places: impl Iterator<Item = usize>,
    target: &mut [T],
    convert: impl Fn(S) -> T,
) {
    let mut from = start as isize;
    for place in places {
        target[place] = convert(values[from as usize]);
        from += stride;
    }
}

/// A type whose blocks can be used where they lie.
pub trait Native: Element {
    /// The storage, if it is of this type.
    fn slice(storage: Storage<'_>) -> Option<&[Self]>;
}

impl Native for f64 {
    fn slice(storage: Storage<'_>) -> Option<&[f64]> {
        match storage {
            Storage::Double(values) => Some(values),
            _ => None,
        }
    }
}

impl Native for f32 {
    fn slice(storage: Storage<'_>) -> Option<&[f32]> {
        match storage {
            Storage::Single(values) => Some(values),
            _ => None,
        }
    }
}
