//! Rows of logits abreast, one in each register lane: short ones, and columns.

use std::marker::PhantomData;
use std::ops::Range;

use super::super::load::{Next, Scratch};
use super::super::{BLOCK, Rows};
use super::tree::{Counter, merged};
use super::{LogitRows, PROBE, Settled, hopeless, is_probed, looks, with_classes};
use crate::accumulate::{Abreast, GROUP, RowLanes, parted};
use crate::kernels::always;
use crate::kernels::logits::{Base, LogitMeasure, LogitPartial, OfLogits, OfSingles, SINGLE_SUMS, SingleBase};
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
            let all = 0..rows.rows.length();
            let mut partial =
                look::<V, T, K, N, false>(rows.rows, lanes.clone(), all.clone(), None, settled, &mut scratch);
            let base = Base::new(partial.z, partial.w, settled.factor());
            let label = rows.label::<V, T>(lanes.start, lanes.len());
            let (mut result, trusted) = settled.results::<V, T, K, N, false>(&partial.sums, &base, &label);
            let mut doubtful = V::not_but(trusted, always::<V>());
            let (mut sums, mut again, mut looks) = (partial.sums, base, looks::<T, K, N>());
            // In turn, rows whose beginning says that it will not do have no first look, and no shift from it.
            let mut known = always::<V>();
            if is_probed::<T, K, N>(rows.rows) {
                let part = look::<V, T, K, N, false>(rows.rows, lanes.clone(), 0..PROBE, None, settled, &mut scratch);
                known = V::not_but(hopeless::<V, T, K, N>(&part, settled), known);
                doubtful = V::not_but(V::both(trusted, known), always::<V>());
            }
            while looks > 0 && V::any(doubtful) {
                again = K::refined(&sums, &again);
                if looks > 1 {
                    again = again.steadied(known);
                }
                let base = Some(&again);
                let second =
                    look::<V, T, K, N, true>(rows.rows, lanes.clone(), all.clone(), base, settled, &mut scratch);
                sums[K::KEPT..].copy_from_slice(&second.sums[K::KEPT..]);
                let (better, trusted) = settled.results::<V, T, K, N, true>(&sums, &again, &label);
                result = V::select(doubtful, better, result);
                for (sum, other) in partial.sums.iter_mut().zip(&sums) {
                    sum.high = V::select(doubtful, other.high, sum.high);
                    sum.low = V::select(doubtful, other.low, sum.low);
                }
                doubtful = V::not_but(trusted, doubtful);
                looks -= 1;
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

/// The partials of some rows, or of the part that they begin with.
#[inline(always)]
fn look<V: Lanes, T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
    rows: &Rows,
    lanes: Range<usize>,
    part: Range<usize>,
    base: Option<&Base<V>>,
    settled: &Settled,
    scratch: &mut Scratch<T>,
) -> LogitPartial<V, N> {
    let next = Next { lines: 0, rows: V::COUNT };
    let mut counter = Counter::<V, N>::new();
    let mut row_lanes = RowLanes::<V, [Sum<V>; N]>::new();
    let mut single_lanes = RowLanes::<V, [Sum<V>; SINGLE_SUMS]>::new();
    for from in part.clone().step_by(BLOCK) {
        let length = BLOCK.min(part.end - from);
        let (z, w) = rows.abreast::<V, T>(lanes.clone(), from..from + length, next, scratch);
        let (largest, other, base) = if let Some(base) = base {
            (base.z, base.w, *base)
        } else {
            let largest = z.largest::<V>(length);
            let other = if K::TWO && K::SECOND_IS_LOGITS { w.largest::<V>(length) } else { largest };
            (largest, other, Base::new(largest, other, settled.factor()))
        };
        let sums = if K::SINGLE > 0
            && (!AGAIN || (K::MIXED && rows.length() > GROUP))
            && let (Some(z), Some(w)) = (z.as_single(), w.as_single())
        {
            let (single, lifts) = SingleBase::new(&base);
            let terms = OfSingles::<_, K, N>::new(single);
            if AGAIN {
                let mut near = [0.0; WIDEST];
                base.near.store(&mut near);
                let [wide, far] = parted(z, length, &near[..V::COUNT]);
                let [wide, far] = [&wide, &far].map(|weights| Abreast { weights, apart: V::COUNT, ahead: 0 });
                row_lanes.add::<f32, _>(wide, wide, length, &OfLogits::<V, K, AGAIN>::new(&base), true);
                let sums = K::lifted(single_lanes.sums_in_single(far, far, length, &terms), lifts, &base);
                merged(sums, row_lanes.merged::<f32>(length).0)
            } else {
                K::lifted(single_lanes.sums_in_single(z, w, length, &terms), lifts, &base)
            }
        } else {
            row_lanes.add(z, w, length, &OfLogits::<V, K, AGAIN>::new(&base), true);
            row_lanes.merged::<T>(length).0
        };
        counter.add::<K, AGAIN>(LogitPartial { z: largest, w: other, sums }, settled);
    }
    counter.total::<K, AGAIN>(settled)
}
