//! Rows of one block each: totals, then terms, while the row is in the cache. Several rows are then finished together,
//! each in a register lane, as what is done once a row would otherwise take as long as a hundred weights.

use super::load::Scratch;
use super::{AHEAD, BLOCK, Finish, Rows, settle, vanished};
use crate::accumulate::{OfWeights, sums_of_block, totals_of_block};
use crate::kernels::Measure;
use crate::lanes::{Lanes, One, WIDEST};
use crate::math::Sum;
use crate::view::Native;

/// Rows that are finished together.
const BATCH: usize = WIDEST;

/// Sums of several rows, a row in each place.
#[derive(Clone, Copy)]
struct Row16 {
    high: [f64; BATCH],
    low: [f64; BATCH],
}

impl Row16 {
    const ZERO: Self = Self { high: [0.0; BATCH], low: [0.0; BATCH] };

    #[inline(always)]
    fn set(&mut self, row: usize, sum: Sum<One>) {
        self.high[row] = sum.high.0;
        self.low[row] = sum.low.0;
    }
    #[inline(always)]
    fn get<V: Lanes>(&self, row: usize) -> Sum<V> {
        Sum { high: V::load(&self.high[row..row + V::COUNT]), low: V::load(&self.low[row..row + V::COUNT]) }
    }
}

/// What is known of several rows before they are finished.
struct Batch<const N: usize> {
    a: Row16,
    b: Row16,
    sums: [Row16; N],
    /// −1 for a row that wants a closer look because of its signs, or because its terms asked for it.
    signs: [f64; BATCH],
    closer: [f64; BATCH],
    results: [f64; BATCH],
}

impl<const N: usize> Batch<N> {
    fn new() -> Self {
        let none = [0.0; BATCH];
        Self { a: Row16::ZERO, b: Row16::ZERO, sums: [Row16::ZERO; N], signs: none, closer: none, results: none }
    }

    /// The results of rows `at`.. of the batch, as many as there are lanes; their signs become those of the look.
    #[inline(always)]
    fn settle<V: Lanes, K: Measure<N>>(&mut self, at: usize, finish: &Finish) {
        let (a, b) = (self.a.get::<V>(at), self.b.get::<V>(at));
        let mut sums = [Sum::<V>::zero(); N];
        for index in 0..N {
            sums[index] = self.sums[index].get(at);
        }
        let closer = V::load(&self.closer[at..at + V::COUNT]);
        let (result, look) = settle::<V, K, N>(&sums, a, b, closer, finish);
        result.store(&mut self.results[at..at + V::COUNT]);
        look.bits_or(V::load(&self.signs[at..at + V::COUNT])).store(&mut self.signs[at..at + V::COUNT]);
    }
}

/// Rows `first`.. into `out`.
#[inline(always)]
pub(super) fn rows<V: Lanes, T: Native, K: Measure<N>, const N: usize>(
    rows: &Rows,
    first: usize,
    out: &mut [f64],
    finish: &Finish,
    scratch: &mut Scratch<T>,
) {
    let length = rows.length();
    let mut batch = Batch::<N>::new();
    // What is gone over twice should fit the first-level cache.
    let together = (BLOCK / length).clamp(1, BATCH);
    let mut at = 0;
    while at < out.len() {
        let row = first + at;
        let now = together.min(out.len() - at);
        let (p, q) = rows.in_turn(row..row + now, scratch);
        let ahead = if out.len() > at + now { AHEAD.max(now * length * size_of::<T>()) } else { 0 };
        for index in 0..now {
            let (totals, sign) = totals_of_block::<V, T, K, N, false>(p.row(index), 1.0);
            batch.a.set(index, totals.total());
            batch.signs[index] = if sign { -1.0 } else { 0.0 };
            if K::TWO {
                let (totals, sign) = totals_of_block::<V, T, K, N, false>(q.row(index), 1.0);
                batch.b.set(index, totals.total());
                if sign {
                    batch.signs[index] = -1.0;
                }
            } else {
                batch.b.set(index, totals.total());
            }
        }
        for index in 0..now {
            let (a, b) = (batch.a.get::<One>(index), batch.b.get::<One>(index));
            let reference = finish.reference::<One, K, N>(a, b);
            let (p, q) = (p.row(index), q.row(index));
            let reference = reference.splat::<V>();
            let terms = OfWeights::<V, K, false, true>::new(&reference);
            let partial = sums_of_block::<V, T, _, N>(p, q, &terms, ahead);
            for (sums, sum) in batch.sums.iter_mut().zip(partial.sums) {
                sums.set(index, sum);
            }
            batch.closer[index] = if partial.look { -1.0 } else { 0.0 };
        }
        if now == 1 {
            batch.settle::<One, K>(0, finish);
        } else {
            let mut lane = 0;
            while lane < now {
                batch.settle::<V, K>(lane, finish);
                lane += V::COUNT;
            }
        }
        for index in 0..now {
            let exact = || K::dyadic(p.row(index).iter().zip(q.row(index)).map(|(&p, &q)| (p.into(), q.into())));
            let vanished = vanished::<K, N>(batch.results[index], || p.row(index) == q.row(index));
            out[at + index] = if batch.signs[index].is_sign_negative() || vanished {
                rows.careful::<K, N>(row + index, finish)
            } else if finish.exact && batch.results[index].is_finite() {
                exact().unwrap_or(batch.results[index])
            } else {
                batch.results[index]
            };
        }
        at += now;
    }
}
