//! Rows of logits abreast, one in each register lane: short ones, and columns.

use std::marker::PhantomData;
use std::ops::Range;

use super::super::load::{Next, Scratch};
use super::super::{BLOCK, Rows};
use super::tree::Counter;
use super::{LogitRows, Settled, blocks, with_classes};
use crate::accumulate::RowLanes;
use crate::kernels::always;
use crate::kernels::logits::{Base, LogitMeasure, LogitPartial, OfLogits};
use crate::lanes::{Job, Lanes, One, WIDEST};
use crate::math::Sum;
use crate::view::Native;

/// The results of some rows, and the sums that they were made from if there is room for them.
pub(super) struct Several<'r, 'a, T, K, const N: usize> {
    pub rows: &'r LogitRows<'r, 'a>,
    pub first: usize,
    pub results: &'r mut [f64],
    pub partials: &'r mut [LogitPartial<One, N>],
    pub settled: &'r Settled,
    pub kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for Several<'_, '_, T, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { rows, settled, partials, .. } = self;
        let mut scratch = Scratch::<T>::new();
        for (index, results) in self.results.chunks_mut(V::COUNT).enumerate() {
            let at = index * V::COUNT;
            let lanes = self.first + at..self.first + at + results.len();
            let mut partial = look::<V, T, K, N, false>(rows.rows, lanes.clone(), None, settled, &mut scratch);
            let base = Base::new(partial.z, partial.w, settled.factor());
            let label = rows.label::<V, T>(lanes.start, lanes.len());
            let (mut result, trusted) = settled.results::<V, T, K, N, false>(&partial.sums, &base, &label);
            let doubtful = V::not_but(trusted, always::<V>());
            if V::any(doubtful) {
                let base = K::refined(&partial.sums, &base);
                let mut second = look::<V, T, K, N, true>(rows.rows, lanes, Some(&base), settled, &mut scratch);
                second.sums[..K::KEPT].copy_from_slice(&partial.sums[..K::KEPT]);
                let (better, _) = settled.results::<V, T, K, N, true>(&second.sums, &base, &label);
                result = V::select(doubtful, better, result);
                for (sum, other) in partial.sums.iter_mut().zip(second.sums) {
                    sum.high = V::select(doubtful, other.high, sum.high);
                    sum.low = V::select(doubtful, other.low, sum.low);
                }
            }
            let mut room = [0.0; WIDEST];
            with_classes(result, partial.z, partial.w).store(&mut room);
            results.copy_from_slice(&room[..results.len()]);
            if !partials.is_empty() {
                partial.spread(&mut partials[at..at + results.len()]);
            }
        }
    }
}

/// The partials of some rows.
#[inline(always)]
fn look<V: Lanes, T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
    rows: &Rows,
    lanes: Range<usize>,
    base: Option<&Base<V>>,
    settled: &Settled,
    scratch: &mut Scratch<T>,
) -> LogitPartial<V, N> {
    let next = Next { lines: 0, rows: V::COUNT };
    let mut counter = Counter::<V, N>::new();
    let mut row_lanes = RowLanes::<V, [Sum<V>; N]>::new();
    for block in blocks(rows) {
        let from = block * BLOCK;
        let length = BLOCK.min(rows.length() - from);
        let (z, w) = rows.abreast::<V, T>(lanes.clone(), from..from + length, next, scratch);
        let (largest, other, base) = if let Some(base) = base {
            (base.z, base.w, *base)
        } else {
            let largest = z.largest::<V>(length);
            let other = if K::TWO && K::SECOND_IS_LOGITS { w.largest::<V>(length) } else { largest };
            (largest, other, Base::new(largest, other, settled.factor()))
        };
        row_lanes.add(z, w, length, &OfLogits::<V, K, AGAIN>::new(&base), true);
        let (sums, _) = row_lanes.merged::<T>(length);
        counter.add::<K, AGAIN>(LogitPartial { z: largest, w: other, sums }, settled);
    }
    counter.total::<K, AGAIN>(settled)
}
