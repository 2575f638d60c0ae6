//! Rows of logits: each block is compared with its own largest logit, while it is in the cache, and blocks are merged by
//! the same tree whatever does them. A row that its measure does not trust is gone over once more, compared with what
//! the first look found.

mod abreast;
mod losses;
mod slope;
mod softmax;
mod tree;

use abreast::Several;
pub use losses::{Loss, Losses};
use tree::{beginning, largest, tree};

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::load::Scratch;
use super::{BLOCK, Finish, Rows};
use crate::accumulate::{Element, SHORT};
use crate::dispatch;
use crate::kernels::Finished;
use crate::kernels::logits::{Base, Label, LogitMeasure, LogitPartial, SEVERAL, SMALL, at_least, suits_single};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::math::Sum;
use crate::math::coefficients::{LOG2_E, LOG2_E_LOW};
use crate::view::{Native, View};

/// Blocks that one task does one after the other.
const LEAF: usize = 16;
/// Logits at the beginning of a long row that tell whether float32 lanes will do for it.
const PROBE: usize = 1024;
/// Values below this may lose digits when their scale is taken away: 2^-480, scaled as the sums are.
const FAINT: f64 = f64::from_bits((1023 - 480) << 52);

/// Float32 results nearer to 0 than this are taken once more as float64, if they may be what is left of larger numbers.
const CANCELLED: f64 = 1.0 / 16.0;

/// Rows of logits, and what to make of a value.
pub struct LogitRows<'r, 'a> {
    /// The rows; the unit's base is that of the result.
    pub rows: &'r Rows<'a>,
    /// What the logits are divided by.
    pub temperature: f64,
    /// Is a row whose largest logit is infinite as large as that?
    pub infinite: bool,
    /// The class that each row is labelled with, for losses.
    pub labels: Option<Labels<'a>>,
}

/// A class for each row.
pub struct Labels<'a> {
    /// Its index; negative for a row without one.
    pub classes: &'a [i64],
    /// What it counts; 1 where that is not said.
    pub weights: Option<&'a [f64]>,
}

/// What is settled once a call.
#[derive(Clone, Copy)]
struct Settled {
    finish: Finish,
    factor: Sum<One>,
}

impl Settled {
    #[inline(always)]
    fn factor<V: Lanes>(&self) -> Sum<V> {
        Sum { high: V::splat(self.factor.high.0), low: V::splat(self.factor.low.0) }
    }

    /// Results, and which of them can be trusted.
    #[inline(always)]
    fn results<V: Lanes, T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
        &self,
        sums: &[Sum<V>; N],
        base: &Base<V>,
        label: &Label<V>,
    ) -> (V, V::Mask) {
        let Finished { value, trusted } = K::finish::<V, T, AGAIN>(sums, base, label);
        if !K::SCALED {
            return (self.finish.result(value), trusted);
        }
        let small = V::splat(SMALL);
        let plain = Sum { high: value.high.mul(small), low: value.low.mul(small) };
        let faint = value.high.less(V::splat(FAINT));
        (V::select(faint, self.finish.result(value).mul(small), self.finish.result(plain)), trusted)
    }
}

/// Results of rows with these largest logits: without a class there is no distribution.
#[inline(always)]
fn with_classes<V: Lanes>(result: V, z: V, w: V) -> V {
    let (nan, lowest) = (V::splat(f64::NAN), V::splat(f64::MIN));
    V::select(w.less(lowest), nan, V::select(z.less(lowest), nan, result))
}

/// Settles what is settled once a call.
struct Settle {
    unit: super::Unit,
    temperature: f64,
    bits: bool,
    bounded: bool,
}

impl Job for Settle {
    type Output = Settled;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Settled {
        let log2_e = Sum { high: One(LOG2_E), low: One(LOG2_E_LOW) };
        let factor = log2_e.over(Sum::of(One(self.temperature))).tidy();
        Settled { finish: Finish::new(self.unit, self.bits, self.bounded), factor }
    }
}

impl LogitRows<'_, '_> {
    /// Writes the measure of each row; false if the watch said stop.
    pub fn measure<O: Element, K: LogitMeasure<N>, const N: usize>(&self, out: &mut [O]) -> bool {
        let _mode = FloatMode::enter();
        let rows = self.rows;
        // A float64 result of float32 logits is as exact as one of float64 logits.
        let narrow = size_of::<O>() == size_of::<f32>();
        let single = narrow && rows.p.is_single() && rows.q.as_ref().is_none_or(View::is_single);
        let (unit, temperature) = (rows.unit, self.temperature);
        let settled = dispatch::run(rows.level, Settle { unit, temperature, bits: K::BITS, bounded: K::BOUNDED });
        if single && self.suits_single() {
            rows.split(0, out, &|first, results| self.some::<f32, K, N>(first, results, &settled));
        } else {
            rows.split(0, out, &|first, results| self.some::<f64, K, N>(first, results, &settled));
        }
        !rows.watch.stop.load(Ordering::Relaxed)
    }

    /// Does the temperature suit float32 lanes?
    fn suits_single(&self) -> bool {
        suits_single(LOG2_E / self.temperature)
    }

    fn some<T: Native, K: LogitMeasure<N>, const N: usize>(
        &self,
        first: usize,
        results: &mut [f64],
        settled: &Settled,
    ) {
        let rows = self.rows;
        if results.len() > 1 && (rows.length() <= SHORT || rows.are_columns()) {
            self.abreast::<T, K, N>(first, results, &mut [], settled);
        } else {
            for (index, results) in results.chunks_mut(WIDEST).enumerate() {
                self.in_turn::<T, K, N>(first + index * WIDEST, results, settled);
            }
        }
        for (index, result) in results.iter_mut().enumerate() {
            if K::CANCELS && !T::COMPENSATED && result.abs() < CANCELLED {
                self.in_turn::<f64, K, N>(first + index, std::slice::from_mut(result), settled);
            }
            if let Some(other) = self.exception(first + index, *result, settled) {
                *result = other;
            }
        }
    }

    /// Rows one in each lane, and their sums if there is room for them.
    fn abreast<T: Native, K: LogitMeasure<N>, const N: usize>(
        &self,
        first: usize,
        results: &mut [f64],
        partials: &mut [LogitPartial<One, N>],
        settled: &Settled,
    ) {
        let job = Several::<T, K, N> { rows: self, first, results, partials, settled, kernel: PhantomData };
        dispatch::run(self.rows.level, job);
    }

    /// Up to sixteen rows one after the other, finished together; their sums.
    fn in_turn<T: Native, K: LogitMeasure<N>, const N: usize>(
        &self,
        first: usize,
        results: &mut [f64],
        settled: &Settled,
    ) -> [LogitPartial<One, N>; WIDEST] {
        let rows = self.rows;
        let mut partials = [LogitPartial::NOTHING; WIDEST];
        let mut hopeless = [false; WIDEST];
        for (index, partial) in partials[..results.len()].iter_mut().enumerate() {
            let row = first + index;
            hopeless[index] = is_probed::<T, K, N>(rows) && self.is_hopeless::<T, K, N>(row, settled);
            *partial = if hopeless[index] {
                largest(rows, row)
            } else {
                tree::<T, K, N, false>(rows, row, blocks(rows), None, settled)
            };
            if rows.watch.over() {
                return partials;
            }
        }
        let count = results.len();
        let job = Finished16::<T, K, N> {
            rows: self,
            first,
            partials: &partials[..count],
            results: &mut *results,
            settled,
            kernel: PhantomData,
        };
        let again = dispatch::run(rows.level, job);
        for index in 0..count {
            let LogitPartial { z, w, .. } = partials[index];
            let base = if hopeless[index] { Some(Base::new(z, w, settled.factor)) } else { again[index] };
            if let Some(base) = base {
                results[index] = self.again::<T, K, N>(first + index, &mut partials[index], base, settled);
            }
        }
        partials
    }

    /// Does the beginning of a row say that float32 lanes will not do?
    fn is_hopeless<T: Native, K: LogitMeasure<N>, const N: usize>(&self, row: usize, settled: &Settled) -> bool {
        let partial = &beginning::<T, K, N>(self.rows, row, settled);
        dispatch::run(self.rows.level, IsHopeless::<T, K, N> { partial, settled, kernel: PhantomData })
    }

    /// The result of a row that is gone over again, compared with this base, and its sums.
    fn again<T: Native, K: LogitMeasure<N>, const N: usize>(
        &self,
        row: usize,
        partial: &mut LogitPartial<One, N>,
        mut base: Base<One>,
        settled: &Settled,
    ) -> f64 {
        if looks::<T, K, N>() > 1 {
            base = base.steadied(true);
        }
        let mut result = f64::NAN;
        for _ in 0..looks::<T, K, N>() {
            let second = tree::<T, K, N, true>(self.rows, row, blocks(self.rows), Some(&base), settled);
            partial.sums[K::KEPT..].copy_from_slice(&second.sums[K::KEPT..]);
            let job = FinishAgain::<T, K, N> { rows: self, row, partial, base, settled, kernel: PhantomData };
            let better;
            (result, better) = dispatch::run(self.rows.level, job);
            let Some(better) = better else { break };
            base = better;
        }
        result
    }

    /// The labels of some rows, one in each lane.
    #[inline(always)]
    fn label<V: Lanes, T: Native>(&self, first: usize, count: usize) -> Label<V> {
        let Some(labels) = &self.labels else { return Label::none() };
        let (mut chosen, mut logits, mut weights) = ([-1.0; WIDEST], [0.0; WIDEST], [0.0; WIDEST]);
        for lane in 0..count {
            if let Ok(class) = usize::try_from(labels.classes[first + lane]) {
                let mut logit = [T::default()];
                self.rows.p.copy(first + lane, class, 1, &mut logit, 0, 1);
                chosen[lane] = class as f64;
                logits[lane] = logit[0].into();
                weights[lane] = labels.weights.map_or(1.0, |weights| weights[first + lane]);
            }
        }
        Label { class: V::load(&chosen), logit: V::load(&logits), weight: V::load(&weights) }
    }

    /// The result of a row that only a look at its label, or at each of its logits, can tell.
    fn exception(&self, row: usize, result: f64, settled: &Settled) -> Option<f64> {
        if self.rows.q.is_none() && self.labels.as_ref().is_some_and(|labels| labels.classes[row] < 0) {
            return Some(0.0);
        }
        if self.infinite && result.is_nan() {
            let mut largest = f64::NEG_INFINITY;
            self.each_block(row, |z, _| {
                largest = z.iter().fold(largest, |largest, &z| if z > largest || z.is_nan() { z } else { largest });
                !largest.is_nan()
            });
            return Some(if largest.is_infinite() { largest } else { f64::NAN });
        }
        if result > settled.finish.disjoint {
            let disjoint = self.each_block(row, |z, w| {
                z.iter().zip(w).all(|(&z, &w)| z == f64::NEG_INFINITY || w == f64::NEG_INFINITY)
            });
            return disjoint.then(|| settled.finish.of_disjoint());
        }
        None
    }

    /// Shows each block of a row, as long as the answer is yes; the last answer.
    fn each_block(&self, row: usize, mut show: impl FnMut(&[f64], &[f64]) -> bool) -> bool {
        let mut scratch = Scratch::new();
        let length = self.rows.length();
        (0..length).step_by(BLOCK).all(|from| {
            let (z, w) = self.rows.block(row, from..length.min(from + BLOCK), &mut scratch);
            show(z, w)
        })
    }
}

/// How often a row is gone over again at most: where float32 lanes had the first look, what they found is no base for all
/// digits.
fn looks<T: Native, K: LogitMeasure<N>, const N: usize>() -> usize {
    if K::SINGLE > 0 && !T::COMPENSATED { 2 } else { 1 }
}

/// Is the beginning of rows gone over on its own, to see whether float32 lanes will do?
fn is_probed<T: Native, K: LogitMeasure<N>, const N: usize>(rows: &Rows) -> bool {
    K::PROBED && !T::COMPENSATED && rows.length() > BLOCK
}

fn blocks(rows: &Rows) -> Range<usize> {
    0..rows.length().div_ceil(BLOCK)
}

/// Two things to do, at once if the rows may be split among threads.
fn both(rows: &Rows, left: impl FnOnce() + Send, right: impl FnOnce() + Send) {
    if rows.parallel {
        rayon::join(left, right);
    } else {
        left();
        right();
    }
}

/// The results of up to sixteen rows, and a base for those that want a second look.
struct Finished16<'r, 'a, T, K, const N: usize> {
    rows: &'r LogitRows<'r, 'a>,
    first: usize,
    partials: &'r [LogitPartial<One, N>],
    results: &'r mut [f64],
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for Finished16<'_, '_, T, K, N> {
    type Output = [Option<Base<One>>; WIDEST];

    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let Self { rows, first, partials, results, settled, .. } = self;
        let mut again = [None; WIDEST];
        let mut at = 0;
        while at < partials.len() {
            let now = V::COUNT.min(partials.len() - at);
            let partial = LogitPartial::gather::<V>(&partials[at..at + now]);
            let base = Base::new(partial.z, partial.w, settled.factor());
            let label = rows.label::<V, T>(first + at, now);
            let (result, trusted) = settled.results::<V, T, K, N, false>(&partial.sums, &base, &label);
            let result = with_classes(result, partial.z, partial.w);
            let mut lanes = [0.0; WIDEST];
            result.store(&mut lanes);
            results[at..at + now].copy_from_slice(&lanes[..now]);
            V::select(trusted, V::zero(), V::splat(1.0)).store(&mut lanes);
            for lane in 0..now {
                if lanes[lane] > 0.0 {
                    let LogitPartial { z, w, sums } = &partials[at + lane];
                    again[at + lane] = Some(K::refined(sums, &Base::new(*z, *w, settled.factor)));
                }
            }
            at += now;
        }
        again
    }
}

/// Are float32 lanes not good enough for rows with this beginning?
#[inline(always)]
fn hopeless<V: Lanes, T: Native, K: LogitMeasure<N>, const N: usize>(
    partial: &LogitPartial<V, N>,
    settled: &Settled,
) -> V::Mask {
    let base = Base::new(partial.z, partial.w, settled.factor());
    let trusted = settled.results::<V, T, K, N, false>(&partial.sums, &base, &Label::none()).1;
    V::not_but(trusted, at_least(partial.sums[0].high, SEVERAL))
}

struct IsHopeless<'r, T, K, const N: usize> {
    partial: &'r LogitPartial<One, N>,
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for IsHopeless<'_, T, K, N> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Lanes>(self) -> bool {
        hopeless::<One, T, K, N>(self.partial, self.settled)
    }
}

/// The result of a row that was gone over again, and a better base if it cannot be trusted yet.
struct FinishAgain<'r, 'a, T, K, const N: usize> {
    rows: &'r LogitRows<'r, 'a>,
    row: usize,
    partial: &'r LogitPartial<One, N>,
    base: Base<One>,
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for FinishAgain<'_, '_, T, K, N> {
    type Output = (f64, Option<Base<One>>);

    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let label = self.rows.label::<One, T>(self.row, 1);
        let LogitPartial { z, w, sums } = self.partial;
        let (result, trusted) = self.settled.results::<One, T, K, N, true>(sums, &self.base, &label);
        (with_classes(result, *z, *w).0, (!trusted).then(|| K::refined(sums, &self.base)))
    }
}
