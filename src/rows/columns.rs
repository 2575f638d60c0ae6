//! Several rows at once, side by side: as they lie in memory if they are columns there, else copied.

use std::ops::Range;

use crate::accumulate::Abreast;
use crate::lanes::Lanes;
use crate::view::{Native, View};

/// Lines that stay in the first-level cache while every row takes its part.
const STRIP: usize = 16;

/// What will be wanted next: weights so many lines on, of rows so many on.
#[derive(Clone, Copy)]
pub(super) struct Next {
    pub lines: usize,
    pub rows: usize,
}

/// Weights `part` of some rows, as many as there are lanes or fewer; in lanes that are left over lies anything.
#[inline(always)]
pub(super) fn several<'s, V: Lanes, T: Native>(
    view: &'s View,
    rows: Range<usize>,
    part: Range<usize>,
    next: Next,
    scratch: &'s mut Vec<T>,
) -> Abreast<'s, T> {
    let width = V::COUNT;
    if rows.len() == width
        && let Some(columns) = view.columns(&rows, &part)
    {
        return Abreast { ahead: next.lines * columns.apart + next.rows, ..columns };
    }
    let (start, count) = (part.start, part.len());
    scratch.resize(scratch.len().max(count * width), T::default());
    let lines = scratch.chunks_exact_mut(width).take(count);
    if view.line::<T>(&rows, start).is_some() {
        for (i, place) in part.zip(lines) {
            if let Some(line) = view.line(&rows, i) {
                place[..rows.len()].copy_from_slice(line);
            }
        }
    } else if let Some((dense, apart)) = view.rows_in_place::<T>(rows.start, rows.len()) {
        for (i, place) in part.zip(lines) {
            for lane in 0..rows.len() {
                place[lane] = dense[lane * apart + i];
            }
        }
    } else {
        for from in part.clone().step_by(STRIP) {
            for (lane, row) in rows.clone().enumerate() {
                view.copy(row, from, STRIP.min(part.end - from), scratch, (from - start) * width + lane, width);
            }
        }
    }
    Abreast { weights: &scratch[..], apart: width, ahead: 0 }
}
