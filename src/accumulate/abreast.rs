//! Rows abreast: one row in each register lane.

use super::{Element, GROUP, LANES, Merge, Source, Terms, merge_lanes, terms_of_group, total_of_group};
use crate::kernels::{Measure, Totals};
use crate::lanes::{Lanes, prefetch};
use crate::math::{Precision, Sum};

/// Rows side by side, one to a register lane: weight i of the row in lane r is `weights[i * apart + r]`.
#[derive(Clone, Copy)]
pub struct Abreast<'a, T> {
    /// The weights of all rows.
    pub weights: &'a [T],
    /// From one weight of a row to the next.
    pub apart: usize,
    /// How far behind a weight the memory lies that will be wanted next; 0 where there is nothing to ask for.
    pub ahead: usize,
}

impl<'a, T: Element> Abreast<'a, T> {
    /// Weight i of each row.
    #[inline(always)]
    pub fn load<V: Lanes>(&self, i: usize) -> V {
        T::load(self.line(i, V::COUNT))
    }

    /// Weight i of `count` rows.
    #[inline(always)]
    pub(super) fn line(&self, i: usize, count: usize) -> &'a [T] {
        &self.weights[i * self.apart..i * self.apart + count]
    }

    /// The same weights, if they are float32.
    #[inline(always)]
    pub fn as_single(&self) -> Option<Abreast<'a, f32>> {
        let weights = T::as_single(self.weights)?;
        Some(Abreast { weights, apart: self.apart, ahead: self.ahead })
    }

    /// Asks for the memory that lies `ahead` of weight i of each row.
    #[inline(always)]
    fn prefetch<V: Lanes>(&self, i: usize) {
        if self.ahead > 0 {
            let line = &self.weights[i * self.apart..];
            for at in (0..V::COUNT * size_of::<T>()).step_by(64) {
                prefetch(line, self.ahead * size_of::<T>() + at);
            }
        }
    }

    /// The largest of `count` numbers of each row; −∞ if there is none but NaN.
    #[inline(always)]
    pub fn largest<V: Lanes>(&self, count: usize) -> V {
        (0..count).fold(V::splat(f64::NEG_INFINITY), |largest, i| self.load::<V>(i).greater(largest))
    }

    /// The weights of one row.
    pub fn row(&self, lane: usize, length: usize) -> impl Iterator<Item = f64> + Clone + use<'a, T> {
        let Self { weights, apart, .. } = *self;
        (0..length).map(move |i| weights[i * apart + lane].into())
    }
}

/// A virtual lane of rows abreast.
struct Along<'a, T> {
    p: Abreast<'a, T>,
    q: Abreast<'a, T>,
    first: usize,
    two: bool,
}

impl<V: Lanes, T: Element> Source<V> for Along<'_, T> {
    #[inline(always)]
    fn pair(&self, j: usize) -> (V, V) {
        let i = self.first + j * LANES;
        let x = self.p.load::<V>(i);
        self.p.prefetch::<V>(i);
        if !self.two {
            return (x, x);
        }
        self.q.prefetch::<V>(i);
        (x, self.q.load::<V>(i))
    }
}

/// The virtual lanes of rows abreast, and the signs of the rows that want a closer look.
///
/// Weights may come in several parts, all but the last a multiple of a group long. The `first` part overwrites what the
/// lanes hold, so that they serve one set of rows after the other.
#[derive(Clone, Copy)]
pub struct RowLanes<V, S> {
    pub(super) lanes: [S; LANES],
    signs: V,
}

impl<V: Lanes> RowLanes<V, Totals<V>> {
    /// Lanes for totals.
    #[inline(always)]
    pub fn new() -> Self {
        Self { lanes: [Totals::zero(); LANES], signs: V::zero() }
    }

    /// Adds `count` weights of each row, to totals as a measure wants them.
    #[inline(always)]
    pub fn add<T: Element, K: Measure<N>, const N: usize>(&mut self, x: Abreast<T>, count: usize, first: bool) {
        let mut signs = if first { V::zero() } else { self.signs };
        for from in (0..count).step_by(GROUP) {
            let end = count.min(from + GROUP);
            for lane in 0..LANES.min(end - from) {
                let fresh = first && from == 0;
                let old = if fresh { Totals::zero() } else { self.lanes[lane] };
                let source = Along { p: x, q: x, first: from + lane, two: false };
                let (count, mut largest) = ((end - from - lane).div_ceil(LANES), old.largest);
                let plain = total_of_group::<V, T, K, N>(&source, count, None, &mut largest, &mut signs);
                let rest = if fresh { Sum::of(plain) } else { old.rest.plus_in::<T>(plain) };
                self.lanes[lane] = Totals { largest, rest };
            }
        }
        self.signs = signs;
    }
}

impl<V: Lanes, const N: usize> RowLanes<V, [Sum<V>; N]> {
    /// Lanes for sums.
    #[inline(always)]
    pub fn new() -> Self {
        Self { lanes: [[Sum::zero(); N]; LANES], signs: V::zero() }
    }

    /// Adds the terms of `count` numbers of each row.
    #[inline(always)]
    pub fn add<T: Element, F: Terms<V, T, N>>(
        &mut self,
        p: Abreast<T>,
        q: Abreast<T>,
        count: usize,
        terms: &F,
        first: bool,
    ) {
        let mut look = if first { V::zero() } else { self.signs };
        for from in (0..count).step_by(GROUP) {
            let end = count.min(from + GROUP);
            for lane in 0..LANES.min(end - from) {
                let source = Along { p, q, first: from + lane, two: F::TWO };
                let count = (end - from - lane).div_ceil(LANES);
                let plain = terms_of_group::<V, T, F, N>(&source, count, terms, &mut look);
                let fresh = first && from == 0;
                for index in F::FIRST..N {
                    let sum =
                        if fresh { Sum::of(plain[index]) } else { self.lanes[lane][index].plus_in::<T>(plain[index]) };
                    self.lanes[lane][index] = sum;
                }
            }
        }
        self.signs = look;
    }
}

#[allow(private_bounds)]
impl<V: Lanes, S: Merge> RowLanes<V, S> {
    /// What each row of this length has come to, and the signs. The lanes are used up.
    #[inline(always)]
    pub fn merged<P: Precision>(&mut self, length: usize) -> (S, V) {
        (merge_lanes::<P, _>(&mut self.lanes, LANES, length.min(LANES)), self.signs)
    }
}
