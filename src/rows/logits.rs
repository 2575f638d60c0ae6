//! Rows of logits: each block is compared with its own largest logit, while it is in the cache, and blocks are merged by
//! the same tree whatever does them. A row that its measure does not trust is gone over once more, compared with what
//! the first look found.

mod softmax;

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::load::{Next, Scratch};
use super::{BLOCK, Finish, Rows};
use crate::accumulate::{Element, RowLanes, SHORT, largest_of_block, sums_of_block};
use crate::dispatch;
use crate::kernels::Finished;
use crate::kernels::logits::{Base, LogitMeasure, LogitPartial, OfLogits, SMALL};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::math::Sum;
use crate::math::coefficients::{LOG2_E, LOG2_E_LOW};
use crate::view::{Native, View};

/// Blocks that one task does one after the other.
const LEAF: usize = 16;
/// Values below this may lose digits when their scale is taken away: 2^-480, scaled as the sums are.
const FAINT: f64 = f64::from_bits((1023 - 480) << 52);

/// Rows of logits, and what to make of a value.
pub struct LogitRows<'r, 'a> {
    /// The rows; the unit's base is that of the result.
    pub rows: &'r Rows<'a>,
    /// What the logits are divided by.
    pub temperature: f64,
    /// Is a row whose largest logit is infinite as large as that?
    pub infinite: bool,
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
    ) -> (V, V::Mask) {
        let Finished { value, trusted } = K::finish::<V, T, AGAIN>(sums, base);
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
        if single {
            rows.split(0, out, &|first, results| self.some::<f32, K, N>(first, results, &settled));
        } else {
            rows.split(0, out, &|first, results| self.some::<f64, K, N>(first, results, &settled));
        }
        !rows.watch.stop.load(Ordering::Relaxed)
    }

    fn some<T: Native, K: LogitMeasure<N>, const N: usize>(
        &self,
        first: usize,
        results: &mut [f64],
        settled: &Settled,
    ) {
        let rows = self.rows;
        if results.len() > 1 && (rows.length() <= SHORT || rows.are_columns()) {
            let job = Several::<T, K, N> { rows, first, results: &mut *results, settled, kernel: PhantomData };
            dispatch::run(rows.level, job);
        } else {
            for (index, results) in results.chunks_mut(WIDEST).enumerate() {
                self.in_turn::<T, K, N>(first + index * WIDEST, results, settled);
            }
        }
        for (index, result) in results.iter_mut().enumerate() {
            if let Some(other) = self.exception(first + index, *result, settled) {
                *result = other;
            }
        }
    }

    /// Rows one after the other, finished together.
    fn in_turn<T: Native, K: LogitMeasure<N>, const N: usize>(
        &self,
        first: usize,
        results: &mut [f64],
        settled: &Settled,
    ) {
        let rows = self.rows;
        let mut partials = [LogitPartial::NOTHING; WIDEST];
        for (index, partial) in partials[..results.len()].iter_mut().enumerate() {
            *partial = tree::<T, K, N, false>(rows, first + index, blocks(rows), None, settled);
            if rows.watch.over() {
                return;
            }
        }
        let job = Finished16::<T, K, N> { partials: &partials[..results.len()], results, settled, kernel: PhantomData };
        let again = dispatch::run(rows.level, job);
        for index in 0..results.len() {
            if let Some(base) = again[index] {
                let mut second = tree::<T, K, N, true>(rows, first + index, blocks(rows), Some(&base), settled);
                second.sums[..K::KEPT].copy_from_slice(&partials[index].sums[..K::KEPT]);
                let job = FinishAgain::<T, K, N> { sums: second.sums, base, settled, kernel: PhantomData };
                if !results[index].is_nan() {
                    results[index] = dispatch::run(rows.level, job);
                }
            }
        }
    }

    /// The result of a row that only a look at each of its logits can tell.
    fn exception(&self, row: usize, result: f64, settled: &Settled) -> Option<f64> {
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

fn blocks(rows: &Rows) -> Range<usize> {
    0..rows.length().div_ceil(BLOCK)
}

/// The partial of a range of blocks of a row: the left subtree is the largest power of two of blocks below the whole.
/// With a `base` it is a second look, in which all are compared with that.
fn tree<T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
    rows: &Rows,
    row: usize,
    blocks: Range<usize>,
    base: Option<&Base<One>>,
    settled: &Settled,
) -> LogitPartial<One, N> {
    let _mode = FloatMode::enter();
    if rows.watch.over() {
        return LogitPartial::NOTHING;
    }
    if blocks.len() <= LEAF {
        let job = Leaf::<T, K, N, AGAIN> { rows, row, blocks, base, settled, kernel: PhantomData };
        return dispatch::run(rows.level, job);
    }
    let middle = blocks.start + blocks.len().next_power_of_two() / 2;
    let left = || tree::<T, K, N, AGAIN>(rows, row, blocks.start..middle, base, settled);
    let right = || tree::<T, K, N, AGAIN>(rows, row, middle..blocks.end, base, settled);
    let (left, right) = if rows.parallel { rayon::join(left, right) } else { (left(), right()) };
    let job = Merge::<K, N, AGAIN> { left, right, settled, kernel: PhantomData };
    dispatch::run(rows.level, job)
}

/// Two partials of one row (or of each lane's) in one.
#[inline(always)]
fn merge<V: Lanes, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
    left: LogitPartial<V, N>,
    right: LogitPartial<V, N>,
    settled: &Settled,
) -> LogitPartial<V, N> {
    if !AGAIN {
        return left.merge::<K>(right, settled.factor());
    }
    let mut merged = left;
    for index in K::KEPT..N {
        merged.sums[index] = left.sums[index].merge(right.sums[index]);
    }
    merged
}

struct Merge<'s, K, const N: usize, const AGAIN: bool> {
    left: LogitPartial<One, N>,
    right: LogitPartial<One, N>,
    settled: &'s Settled,
    kernel: PhantomData<K>,
}

impl<K: LogitMeasure<N>, const N: usize, const AGAIN: bool> Job for Merge<'_, K, N, AGAIN> {
    type Output = LogitPartial<One, N>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> LogitPartial<One, N> {
        merge::<One, K, N, AGAIN>(self.left, self.right, self.settled)
    }
}

/// Partials in the order of their blocks, merged as soon as two of one height are there, as a binary counter does.
struct Counter<V, const N: usize> {
    subtrees: [LogitPartial<V, N>; usize::BITS as usize],
    count: usize,
}

impl<V: Lanes, const N: usize> Counter<V, N> {
    #[inline(always)]
    fn new() -> Self {
        let least = V::splat(f64::NEG_INFINITY);
        let none = LogitPartial { z: least, w: least, sums: [Sum::zero(); N] };
        Self { subtrees: [none; usize::BITS as usize], count: 0 }
    }

    #[inline(always)]
    fn add<K: LogitMeasure<N>, const AGAIN: bool>(&mut self, partial: LogitPartial<V, N>, settled: &Settled) {
        let (mut now, mut height) = (partial, 0);
        while self.count >> height & 1 == 1 {
            now = merge::<V, K, N, AGAIN>(self.subtrees[height], now, settled);
            height += 1;
        }
        self.subtrees[height] = now;
        self.count += 1;
    }

    #[inline(always)]
    fn total<K: LogitMeasure<N>, const AGAIN: bool>(&self, settled: &Settled) -> LogitPartial<V, N> {
        let mut height = self.count.trailing_zeros() as usize;
        let mut total = self.subtrees[height];
        height += 1;
        while self.count >> height > 0 {
            if self.count >> height & 1 == 1 {
                total = merge::<V, K, N, AGAIN>(self.subtrees[height], total, settled);
            }
            height += 1;
        }
        total
    }
}

/// Some blocks of a row, one after the other.
struct Leaf<'r, 'a, T, K, const N: usize, const AGAIN: bool> {
    rows: &'r Rows<'a>,
    row: usize,
    blocks: Range<usize>,
    base: Option<&'r Base<One>>,
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool> Job for Leaf<'_, '_, T, K, N, AGAIN> {
    type Output = LogitPartial<One, N>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> LogitPartial<One, N> {
        let Self { rows, row, settled, .. } = self;
        let mut scratch = Scratch::<T>::new();
        let mut counter = Counter::<One, N>::new();
        for block in self.blocks {
            let from = block * BLOCK;
            let (z, w) = rows.block(row, from..rows.length().min(from + BLOCK), &mut scratch);
            let (largest, other, base) = if let Some(base) = self.base {
                (base.z, base.w, *base)
            } else {
                let largest = One(largest_of_block::<T>(z));
                let other = if K::TWO { One(largest_of_block::<T>(w)) } else { largest };
                (largest, other, Base::new(largest, other, settled.factor))
            };
            let lanes = base.splat::<V>();
            let sums = sums_of_block::<V, T, _, N>(z, w, &OfLogits::<V, K, AGAIN>::new(&lanes), 0).sums;
            counter.add::<K, AGAIN>(LogitPartial { z: largest, w: other, sums }, settled);
        }
        counter.total::<K, AGAIN>(settled)
    }
}

/// The results of up to sixteen rows, and a base for those that want a second look.
struct Finished16<'r, T, K, const N: usize> {
    partials: &'r [LogitPartial<One, N>],
    results: &'r mut [f64],
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for Finished16<'_, T, K, N> {
    type Output = [Option<Base<One>>; WIDEST];

    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let Self { partials, results, settled, .. } = self;
        let mut again = [None; WIDEST];
        let mut at = 0;
        while at < partials.len() {
            let now = V::COUNT.min(partials.len() - at);
            let partial = LogitPartial::gather::<V>(&partials[at..at + now]);
            let base = Base::new(partial.z, partial.w, settled.factor());
            let (result, trusted) = settled.results::<V, T, K, N, false>(&partial.sums, &base);
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

/// The result of a row that was gone over twice.
struct FinishAgain<'r, T, K, const N: usize> {
    sums: [Sum<One>; N],
    base: Base<One>,
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for FinishAgain<'_, T, K, N> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        self.settled.results::<One, T, K, N, true>(&self.sums, &self.base).0.0
    }
}

/// Rows abreast, one in each register lane: short ones, and columns.
struct Several<'r, 'a, T, K, const N: usize> {
    rows: &'r Rows<'a>,
    first: usize,
    results: &'r mut [f64],
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Several<'_, '_, T, K, N> {
    /// The partials of as many rows as there are lanes.
    #[inline(always)]
    fn partial<V: Lanes, const AGAIN: bool>(
        &self,
        lanes: Range<usize>,
        base: Option<&Base<V>>,
        scratch: &mut Scratch<T>,
    ) -> LogitPartial<V, N> {
        let (rows, settled) = (self.rows, self.settled);
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
                let other = if K::TWO { w.largest::<V>(length) } else { largest };
                (largest, other, Base::new(largest, other, settled.factor()))
            };
            row_lanes.add(z, w, length, &OfLogits::<V, K, AGAIN>::new(&base), true);
            let (sums, _) = row_lanes.merged::<T>(length);
            counter.add::<K, AGAIN>(LogitPartial { z: largest, w: other, sums }, settled);
        }
        counter.total::<K, AGAIN>(settled)
    }
}

impl<T: Native, K: LogitMeasure<N>, const N: usize> Job for Several<'_, '_, T, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let mut scratch = Scratch::<T>::new();
        let mut at = 0;
        while at < self.results.len() {
            let now = V::COUNT.min(self.results.len() - at);
            let lanes = self.first + at..self.first + at + now;
            let first = self.partial::<V, false>(lanes.clone(), None, &mut scratch);
            let base = Base::new(first.z, first.w, self.settled.factor());
            let (mut result, trusted) = self.settled.results::<V, T, K, N, false>(&first.sums, &base);
            let doubtful = V::not_but(trusted, crate::kernels::always::<V>());
            if V::any(doubtful) {
                let base = K::refined(&first.sums, &base);
                let mut second = self.partial::<V, true>(lanes, Some(&base), &mut scratch);
                second.sums[..K::KEPT].copy_from_slice(&first.sums[..K::KEPT]);
                let (better, _) = self.settled.results::<V, T, K, N, true>(&second.sums, &base);
                result = V::select(doubtful, better, result);
            }
            let mut room = [0.0; WIDEST];
            with_classes(result, first.z, first.w).store(&mut room);
            self.results[at..at + now].copy_from_slice(&room[..now]);
            at += now;
        }
    }
}
