//! The row driver: which rows and blocks are done when, by whom, and what happens to a row that wants a closer look.
//!
//! A row of up to [`BLOCK`] weights is gone over twice in the cache: totals, then terms. A longer row is gone over once,
//! in blocks, with a guess from its first block; where the sums show that the guess was not good enough, and where a
//! block holds anything unusual, the row is done again by `careful.rs`. Blocks are merged by a tree that depends on
//! their number alone. Nothing here depends on the number of threads.

mod abreast;
mod blocks;
mod careful;
mod elementwise;
mod load;
mod logits;
mod long;
mod others;
mod probabilities;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::accumulate::{Element, SHORT};
use crate::dispatch::{self, Level};
use crate::kernels::{Finished, Measure, Reference, Scale, always};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::math::coefficients::{LN_2, LN_2_LOW, LOG2_E, LOG2_E_LOW};
use crate::math::{self, Sum};
use crate::view::{Native, View};
pub use elementwise::{Elements, Gradient};
pub use load::Dropped;
use load::Scratch;
pub use logits::{Labels, LogitRows, Loss, Losses};
pub use probabilities::Distributions;

/// Weights in a block. Rows up to this length are one block.
pub const BLOCK: usize = 4096;
/// Weights that one task should have at least.
const GRAIN: usize = 1 << 16;
/// Long columns that are read together: what lies side by side in memory should be read while it is near.
const BUNDLE: usize = 256;
/// Bytes by which a row of one block asks for the memory of later rows, at least.
const AHEAD: usize = 4096;
/// Totals within these need no scaling.
const SANE: std::ops::RangeInclusive<f64> = 1e-135..=1e150;
/// Values below this may have lost weights that were too small.
const TINY: f64 = 1e-140;

/// How a value becomes the result.
#[derive(Clone, Copy)]
pub struct Unit {
    /// Divide each row by its total?
    pub normalize: bool,
    /// None for nats.
    pub base: Option<f64>,
    /// Take the square root?
    pub root: bool,
    /// Is a row with a negative or infinite weight nan, and no error?
    pub invalid_is_nan: bool,
}

/// Something to ask now and then whether to go on.
pub struct Watch<'a> {
    /// Set when the call is to end early.
    pub stop: AtomicBool,
    /// Set when a weight was negative or infinite.
    pub invalid: AtomicBool,
    /// Asked between tasks by a call that runs on the calling thread alone.
    pub poll: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Watch<'_> {
    fn over(&self) -> bool {
        if let Some(poll) = self.poll
            && poll()
        {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.stop.load(Ordering::Relaxed) || self.invalid.load(Ordering::Relaxed)
    }
}

/// The rows of one call.
pub struct Rows<'a> {
    /// The first argument.
    pub p: View<'a>,
    /// The second, for measures of two.
    pub q: Option<View<'a>>,
    /// What of them does not count.
    pub dropped: Dropped<'a>,
    /// What to make of a value.
    pub unit: Unit,
    /// The instruction set.
    pub level: Level,
    /// May the work be split among the threads of the pool?
    pub parallel: bool,
    /// Interruptions and errors.
    pub watch: Watch<'a>,
}

/// The finishing touch, settled once a call: factor to the unit, clamp, root.
#[derive(Clone, Copy)]
struct Finish {
    normalize: bool,
    factor: Sum<One>,
    bound: f64,
    /// Results above this are so near the bound that the row is searched for an overlap of p and q.
    disjoint: f64,
    root: bool,
    /// Results below this may have lost weights that were too small.
    tiny: f64,
    /// Are results in bits, so that powers of two are owed exactness?
    exact: bool,
}

impl Finish {
    /// For values in bits or else in nats, and of a bounded measure or not.
    fn new(unit: Unit, bits: bool, bounded: bool) -> Self {
        let one = Sum::of(One(1.0));
        let constant = |high, low| Sum { high: One(high), low: One(low) };
        let per_bit = match unit.base {
            None => constant(LN_2, LN_2_LOW),
            Some(2.0) => one,
            Some(base) => one.over(Sum::of(One(math::log2(base)))),
        };
        let factor = match (bits, unit.base) {
            (true, _) => per_bit,
            (false, None) => one,
            (false, Some(_)) => constant(LOG2_E, LOG2_E_LOW).product(per_bit).tidy(),
        };
        let bounded = bounded && unit.normalize;
        let finish = Self {
            normalize: unit.normalize,
            factor,
            bound: if bounded { LN_2 } else { f64::INFINITY },
            disjoint: f64::INFINITY,
            root: unit.root,
            tiny: if unit.root { TINY.sqrt() } else { TINY },
            exact: bits && unit.normalize && unit.base == Some(2.0),
        };
        let near = Sum::of(One(LN_2 * (1.0 - 1e-12)));
        if bounded { Self { disjoint: finish.result(near).0, ..finish } } else { finish }
    }

    /// What the weights of rows with these totals are compared with.
    #[inline(always)]
    fn reference<V: Lanes, K: Measure<N>, const N: usize>(&self, a: Sum<V>, b: Sum<V>) -> Reference<V> {
        let one = Sum::of(V::splat(1.0));
        let (a, b) = if self.normalize { (a, b) } else { (one, one) };
        K::reference(a, b, Scale::none())
    }

    /// The result of a row whose p and q have nothing in common.
    fn of_disjoint(&self) -> f64 {
        self.result(Sum::of(One(self.bound))).0
    }

    /// The result from the value in the measure's own unit.
    #[inline(always)]
    fn result<V: Lanes>(&self, value: Sum<V>) -> V {
        let bound = V::splat(self.bound);
        let over = bound.less(value.value());
        let value = Sum { high: V::select(over, bound, value.high), low: V::select(over, V::zero(), value.low) };
        let factor = Sum { high: V::splat(self.factor.high.0), low: V::splat(self.factor.low.0) };
        let result = value.product(factor).value();
        if self.root { result.sqrt() } else { result }
    }
}

impl Rows<'_> {
    fn length(&self) -> usize {
        self.p.length()
    }

    /// Weights of one argument, all rows together.
    pub fn weights(&self) -> usize {
        self.p.rows().saturating_mul(self.length())
    }

    /// Writes the measure of each row; false if a weight was negative or infinite, or if the watch said stop.
    pub fn measure<O: Element, K: Measure<N>, const N: usize>(&self, out: &mut [O]) -> bool {
        let _mode = FloatMode::enter();
        // A float64 result of float32 weights is as exact as one of float64 weights.
        let narrow = size_of::<O>() == size_of::<f32>();
        let single = narrow && self.p.is_single() && self.q.as_ref().is_none_or(View::is_single);
        let finish = dispatch::run(self.level, Settle::<K, N> { unit: self.unit, kernel: PhantomData });
        if single {
            self.split(0, out, &|first, results| self.some::<f32, K, N>(first, results, &finish));
        } else {
            self.split(0, out, &|first, results| self.some::<f64, K, N>(first, results, &finish));
        }
        !self.watch.invalid.load(Ordering::Relaxed) && !self.watch.stop.load(Ordering::Relaxed)
    }

    /// Rows `first`.. into `out`, split in halves until a task has about [`GRAIN`] weights, which is what `task` does.
    fn split<O: Element>(&self, first: usize, out: &mut [O], task: &(impl Fn(usize, &mut [f64]) + Sync)) {
        let _mode = FloatMode::enter();
        if self.watch.over() {
            return;
        }
        let unit = self.unit_of_work();
        if self.length() * out.len() > GRAIN && out.len() > unit {
            let half = (out.len() / 2).next_multiple_of(unit);
            let (left, right) = out.split_at_mut(half.min(out.len()));
            let second = first + left.len();
            if self.parallel {
                rayon::join(|| self.split(first, left, task), || self.split(second, right, task));
            } else {
                self.split(first, left, task);
                self.split(second, right, task);
            }
            return;
        }
        let mut results = vec![0.0; out.len()];
        task(first, &mut results);
        for (out, result) in out.iter_mut().zip(results) {
            *out = O::round(result);
        }
    }

    /// Rows that are best done by the same task.
    fn unit_of_work(&self) -> usize {
        match self.are_columns() {
            true if self.length() > BLOCK => BUNDLE,
            false if self.length() > SHORT => 1,
            _ => WIDEST,
        }
    }

    /// The results of rows `first`.., as many as there are.
    fn some<T: Native, K: Measure<N>, const N: usize>(&self, first: usize, results: &mut [f64], finish: &Finish) {
        if self.length() > BLOCK {
            let unit = self.unit_of_work();
            for (index, results) in results.chunks_mut(unit).enumerate() {
                self.long_rows::<T, K, N>(first + index * unit, results, finish);
            }
        } else {
            let job = BlockRows::<T, K, N> { rows: self, first, out: results, finish, kernel: PhantomData };
            dispatch::run(self.level, job);
        }
    }

    /// Are neighbours in memory in different rows?
    fn are_columns(&self) -> bool {
        self.p.is_columns() || self.q.as_ref().is_some_and(View::is_columns)
    }
}

/// Computes the finishing touch at the level that the rows run at.
struct Settle<K, const N: usize> {
    unit: Unit,
    kernel: PhantomData<K>,
}

impl<K: Measure<N>, const N: usize> Job for Settle<K, N> {
    type Output = Finish;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Finish {
        Finish::new(self.unit, K::BITS, K::BOUNDED)
    }
}

/// Rows that are one block each.
struct BlockRows<'r, 'a, T, K, const N: usize> {
    rows: &'r Rows<'a>,
    first: usize,
    out: &'r mut [f64],
    finish: &'r Finish,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: Measure<N>, const N: usize> Job for BlockRows<'_, '_, T, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { rows, first, out, finish, .. } = self;
        let length = rows.length();
        let mut scratch = Scratch::<T>::new();
        if out.len() > 1 && (length <= SHORT || rows.are_columns()) {
            abreast::rows::<V, T, K, N>(rows, first, out, finish, &mut scratch);
            return;
        }
        blocks::rows::<V, T, K, N>(rows, first, out, finish, &mut scratch);
    }
}

/// Lanes whose total wants scaling, or is no number, have their sign bit set; 0 is fine.
#[inline(always)]
fn insane<V: Lanes>(total: V) -> V {
    let low = V::both(V::zero().less(total), total.less(V::splat(*SANE.start())));
    let number = V::both(V::splat(-1.0).less(total), total.less(V::splat(*SANE.end())));
    V::select(number, V::zero().mark(low), V::splat(-1.0))
}

/// Is a result of 0 to be looked at more closely? Of rows that are not equal it may be what was too small.
#[inline(always)]
fn vanished<K: Measure<N>, const N: usize>(result: f64, equal: impl FnOnce() -> bool) -> bool {
    K::DIVERGENCE && result == 0.0 && !equal()
}

/// A row's value, its result, and a sign bit where the result wants a closer look.
struct Accepted<V: Lanes> {
    value: V,
    result: V,
    closer: V,
}

/// From sums to results, and whether they can be taken as they are.
#[inline(always)]
fn accept<V: Lanes, K: Measure<N>, const N: usize>(
    sums: &[Sum<V>; N],
    a: Sum<V>,
    b: Sum<V>,
    reference: &Reference<V>,
    finish: &Finish,
) -> Accepted<V> {
    let Finished { value, trusted } = if finish.normalize {
        K::finish(sums, a, b, reference)
    } else {
        Finished { value: K::finish_raw(sums), trusted: always::<V>() }
    };
    let result = finish.result(value);
    let tiny = V::both(V::zero().less(result.abs()), result.abs().less(V::splat(finish.tiny)));
    let top = V::splat(finish.disjoint).less(result);
    let closer = V::select(trusted, V::zero(), V::splat(-1.0)).mark(tiny).mark(top);
    Accepted { value: value.high, result, closer: closer.bits_or(insane(a.high)).bits_or(insane(b.high)) }
}

/// The results of rows of one block from their sums and totals, a row in each lane; the second result has its sign bit
/// set where the row wants a closer look, as those have whose terms asked for it (`closer`).
#[inline(always)]
fn settle<V: Lanes, K: Measure<N>, const N: usize>(
    sums: &[Sum<V>; N],
    a: Sum<V>,
    b: Sum<V>,
    closer: V,
    finish: &Finish,
) -> (V, V) {
    let accepted = accept::<V, K, N>(sums, a, b, &finish.reference::<V, K, N>(a, b), finish);
    let least = V::both(V::zero().less(accepted.value), accepted.value.less(V::splat(K::LEAST)));
    let look = accepted.closer.bits_or(closer).mark(least);
    if !finish.normalize {
        return (accepted.result, look);
    }
    // A row without weight has no distribution: nan, whatever the sums say of it.
    let some = V::both(V::zero().less(a.high), V::zero().less(b.high));
    let never = insane(a.high).bits_or(insane(b.high));
    (V::select(some, accepted.result, V::splat(f64::NAN)), V::select(some, look, never))
}
