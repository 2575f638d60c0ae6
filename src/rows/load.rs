//! From arrays to weights: a block of a row, several rows one after the other, or several rows abreast; as they lie in
//! memory where that is possible, else copied, and without the positions that are dropped.

use std::ops::Range;

use super::Rows;
use crate::accumulate::{Abreast, Element};
use crate::lanes::Lanes;
use crate::view::{Native, View};

/// Lines that stay in the first-level cache while every row takes its part.
const STRIP: usize = 64;

/// Positions that are dropped from both arguments, before anything else is asked of them.
pub struct Dropped<'a> {
    /// Truth values of the rows' shape, and which of the two drops a position.
    pub masks: Vec<(View<'a>, bool)>,
    /// Is a position dropped where p or q is NaN?
    pub nan: bool,
    /// What stands there instead, and adds nothing to any sum: 0 for weights, −∞ for logits.
    pub nothing: f64,
}

impl Dropped<'_> {
    /// No position.
    pub const NONE: Self = Self { masks: Vec::new(), nan: false, nothing: 0.0 };

    fn is_none(&self) -> bool {
        self.masks.is_empty() && !self.nan
    }

    /// Makes the dropped weights of a row nothing: weight i is at `at` + i · `step`.
    fn clear<T: Native>(&self, row: usize, part: Range<usize>, copies: &mut Copies<T>, at: usize, step: usize) {
        let Copies { p, q, mask } = copies;
        let mask = room(mask, part.len());
        let nothing = T::round(self.nothing);
        for (view, dropped) in &self.masks {
            view.copy(row, part.start, part.len(), mask, 0, 1);
            clear_where(p, mask, at, step, nothing, |set| (set.into() != 0.0) == *dropped);
            clear_where(q, mask, at, step, nothing, |set| (set.into() != 0.0) == *dropped);
        }
        if self.nan && q.is_empty() {
            for x in p[at..].iter_mut().step_by(step).take(part.len()) {
                *x = if (*x).into().is_nan() { nothing } else { *x };
            }
        } else if self.nan {
            let pairs = p[at..].iter_mut().zip(&mut q[at..]).step_by(step).take(part.len());
            for (x, y) in pairs {
                let nan = (*x).into().is_nan() | (*y).into().is_nan();
                *x = if nan { nothing } else { *x };
                *y = if nan { nothing } else { *y };
            }
        }
    }
}

/// Makes weights nothing where the mask says so. Always writes: what is dropped is as good as random, and a branch would be
/// guessed wrong.
#[inline(always)]
fn clear_where<T: Native>(weights: &mut [T], mask: &[T], at: usize, step: usize, nothing: T, drop: impl Fn(T) -> bool) {
    let weights = weights.get_mut(at..).unwrap_or_default();
    if step == 1 {
        for (x, &set) in weights.iter_mut().zip(mask) {
            *x = if drop(set) { nothing } else { *x };
        }
    } else {
        for (x, &set) in weights.iter_mut().step_by(step).zip(mask) {
            *x = if drop(set) { nothing } else { *x };
        }
    }
}

/// Copies of weights, with what drops some of them.
struct Copies<'s, T> {
    p: &'s mut [T],
    /// Empty for measures of one argument.
    q: &'s mut [T],
    mask: &'s mut Vec<T>,
}

/// Room for copies of the weights of both arguments, and of a mask.
pub(super) struct Scratch<T> {
    p: Vec<T>,
    q: Vec<T>,
    mask: Vec<T>,
}

impl<T: Element> Scratch<T> {
    pub(super) fn new() -> Self {
        Self { p: Vec::new(), q: Vec::new(), mask: Vec::new() }
    }

    /// Room for so many copies of each argument.
    fn copies(&mut self, count: usize, two: bool) -> Copies<'_, T> {
        let Self { p, q, mask } = self;
        let p = room(p, count);
        let q = if two { room(q, count) } else { &mut [] };
        Copies { p, q, mask }
    }
}

fn room<T: Element>(scratch: &mut Vec<T>, count: usize) -> &mut [T] {
    scratch.resize(scratch.len().max(count), T::default());
    &mut scratch[..count]
}

/// Rows of an argument one after the other.
#[derive(Clone, Copy)]
pub(super) struct InTurn<'a, T> {
    weights: &'a [T],
    apart: usize,
    length: usize,
}

impl<'a, T> InTurn<'a, T> {
    #[inline(always)]
    pub(super) fn row(&self, index: usize) -> &'a [T] {
        &self.weights[index * self.apart..][..self.length]
    }
}

/// What will be wanted next: weights so many lines on, of rows so many on.
#[derive(Clone, Copy)]
pub(super) struct Next {
    pub lines: usize,
    pub rows: usize,
}

impl Rows<'_> {
    /// Weights `part` of a row; q is p for measures of one argument.
    pub(super) fn block<'s, T: Native>(
        &'s self,
        row: usize,
        part: Range<usize>,
        scratch: &'s mut Scratch<T>,
    ) -> (&'s [T], &'s [T]) {
        if self.dropped.is_none() {
            let Scratch { p, q, .. } = scratch;
            let p = self.p.block(row, part.start, part.len(), p);
            return (p, self.q.as_ref().map_or(p, |view| view.block(row, part.start, part.len(), q)));
        }
        let mut copies = scratch.copies(part.len(), self.q.is_some());
        self.copy(row, part, &mut copies, 0, 1);
        let Copies { p, q, .. } = copies;
        (p, if self.q.is_some() { q } else { p })
    }

    /// Several whole rows; q is p for measures of one argument.
    pub(super) fn in_turn<'s, T: Native>(
        &'s self,
        rows: Range<usize>,
        scratch: &'s mut Scratch<T>,
    ) -> (InTurn<'s, T>, InTurn<'s, T>) {
        let length = self.length();
        if self.dropped.is_none() {
            let Scratch { p, q, .. } = scratch;
            let p = in_turn(&self.p, rows.clone(), p);
            return (p, self.q.as_ref().map_or(p, |view| in_turn(view, rows, q)));
        }
        let mut copies = scratch.copies(rows.len() * length, self.q.is_some());
        for (index, row) in rows.enumerate() {
            self.copy(row, 0..length, &mut copies, index * length, 1);
        }
        let p = InTurn { weights: &*copies.p, apart: length, length };
        (p, if self.q.is_some() { InTurn { weights: &*copies.q, ..p } } else { p })
    }

    /// Weights `part` of some rows abreast, as many as there are lanes or fewer; in lanes that are left over lies
    /// anything. q is p for measures of one argument.
    #[inline(always)]
    pub(super) fn abreast<'s, V: Lanes, T: Native>(
        &'s self,
        rows: Range<usize>,
        part: Range<usize>,
        next: Next,
        scratch: &'s mut Scratch<T>,
    ) -> (Abreast<'s, T>, Abreast<'s, T>) {
        if self.dropped.is_none() {
            let Scratch { p, q, .. } = scratch;
            let p = abreast::<V, T>(&self.p, rows.clone(), part.clone(), next, p);
            return (p, self.q.as_ref().map_or(p, |view| abreast::<V, T>(view, rows, part, next, q)));
        }
        let mut copies = scratch.copies(part.len() * V::COUNT, self.q.is_some());
        for from in part.clone().step_by(STRIP) {
            for (lane, row) in rows.clone().enumerate() {
                let strip = from..part.end.min(from + STRIP);
                self.copy(row, strip, &mut copies, (from - part.start) * V::COUNT + lane, V::COUNT);
            }
        }
        let p = Abreast { weights: &*copies.p, apart: V::COUNT, ahead: 0 };
        (p, if self.q.is_some() { Abreast { weights: &*copies.q, ..p } } else { p })
    }

    /// Copies weights `part` of a row without the dropped ones: weight i goes to place `at` + i · `step`.
    fn copy<T: Native>(&self, row: usize, part: Range<usize>, copies: &mut Copies<T>, at: usize, step: usize) {
        self.p.copy(row, part.start, part.len(), copies.p, at, step);
        if let Some(view) = &self.q {
            view.copy(row, part.start, part.len(), copies.q, at, step);
        }
        self.dropped.clear(row, part, copies, at, step);
    }
}

/// Whole rows of one argument.
fn in_turn<'s, T: Native>(view: &'s View, rows: Range<usize>, scratch: &'s mut Vec<T>) -> InTurn<'s, T> {
    let length = view.length();
    if let Some((weights, apart)) = view.rows_in_place(rows.start, rows.len()) {
        return InTurn { weights, apart, length };
    }
    let weights = room(scratch, rows.len() * length);
    for (index, row) in rows.enumerate() {
        view.copy(row, 0, length, weights, index * length, 1);
    }
    InTurn { weights, apart: length, length }
}

/// Weights `part` of some rows of one argument, abreast.
#[inline(always)]
fn abreast<'s, V: Lanes, T: Native>(
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
    let weights = room(scratch, part.len() * width);
    if view.line::<T>(&rows, part.start).is_some() {
        for (i, place) in part.zip(weights.chunks_exact_mut(width)) {
            if let Some(line) = view.line(&rows, i) {
                place[..rows.len()].copy_from_slice(line);
            }
        }
    } else if let Some((dense, apart)) = view.rows_in_place::<T>(rows.start, rows.len()) {
        for (i, place) in part.zip(weights.chunks_exact_mut(width)) {
            for lane in 0..rows.len() {
                place[lane] = dense[lane * apart + i];
            }
        }
    } else {
        for from in part.clone().step_by(STRIP) {
            for (lane, row) in rows.clone().enumerate() {
                let place = (from - part.start) * width + lane;
                view.copy(row, from, STRIP.min(part.end - from), weights, place, width);
            }
        }
    }
    Abreast { weights, apart: width, ahead: 0 }
}
