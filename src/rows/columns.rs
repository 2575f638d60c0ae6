//! Columns: neighbours in memory belong to different rows, so several rows are read together.

use std::ops::Range;

use super::{Rows, Scratch};
use crate::view::{Native, View};

/// Lines of memory that stay in the first-level cache while every column takes its part.
const STRIP: usize = 16;
/// Columns in scratch are this much further apart than they are long: a power of two would put all in one cache set.
pub(super) const GAP: usize = 16;

/// Where a column of so many weights lies in scratch.
pub(super) fn column_part(column: usize, length: usize) -> Range<usize> {
    let start = column * (length + GAP);
    start..start + length
}

/// Copies weights `from`.. of several rows into scratch, a column after the other.
pub(super) fn fill<T: Native>(view: &View, row: usize, rows: usize, from: usize, count: usize, scratch: &mut Vec<T>) {
    let size = rows * (count + GAP);
    scratch.resize(scratch.len().max(size), T::default());
    for at in (0..count).step_by(STRIP) {
        let now = STRIP.min(count - at);
        if view.columns(row..row + rows, from + at, now, &mut scratch[at..], count + GAP) {
            continue;
        }
        for column in 0..rows {
            view.copy(row + column, from + at, now, scratch, column_part(column, count).start + at, 1);
        }
    }
}

impl Rows<'_> {
    /// A block of several rows at once: `column_part` says where each is.
    pub(super) fn columns<'s, T: Native>(
        &self,
        row: usize,
        rows: usize,
        from: usize,
        count: usize,
        scratch: &'s mut Scratch<T>,
    ) -> (&'s [T], &'s [T]) {
        fill(&self.p, row, rows, from, count, &mut scratch.p);
        if let Some(view) = &self.q {
            fill(view, row, rows, from, count, &mut scratch.q);
        }
        (&scratch.p, &scratch.q)
    }
}
