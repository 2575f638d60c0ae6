//! The sums of a row, block by block: each is compared with its own largest logit, and merged by a tree that depends on
//! the number of blocks alone.

use std::marker::PhantomData;
use std::ops::Range;

use super::super::load::Scratch;
use super::super::{BLOCK, Rows};
use super::{LEAF, PROBE, Settled};
use crate::accumulate::{largest_of_block, sums_of_block, sums_of_mixed_block, sums_of_single_block};
use crate::dispatch;
use crate::kernels::logits::{Base, LogitMeasure, LogitPartial, OfLogits, OfSingles, SingleBase};
use crate::lanes::{FloatMode, Job, Lanes, One};
use crate::math::Sum;
use crate::view::Native;

/// The partial of a range of blocks of a row: the left subtree is the largest power of two of blocks below the whole.
/// With a `base` it is a second look, in which all are compared with that.
pub(super) fn tree<T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
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
        let job = Leaf::<T, K, N, AGAIN> { rows, row, blocks, length: BLOCK, base, settled, kernel: PhantomData };
        return dispatch::run(rows.level, job);
    }
    let middle = blocks.start + blocks.len().next_power_of_two() / 2;
    let left = || tree::<T, K, N, AGAIN>(rows, row, blocks.start..middle, base, settled);
    let right = || tree::<T, K, N, AGAIN>(rows, row, middle..blocks.end, base, settled);
    let (left, right) = if rows.parallel { rayon::join(left, right) } else { (left(), right()) };
    let job = Merge::<K, N, AGAIN> { left, right, settled, kernel: PhantomData };
    dispatch::run(rows.level, job)
}

/// The partial of the logits that a row begins with, as many as [`PROBE`].
pub(super) fn beginning<T: Native, K: LogitMeasure<N>, const N: usize>(
    rows: &Rows,
    row: usize,
    settled: &Settled,
) -> LogitPartial<One, N> {
    let job =
        Leaf::<T, K, N, false> { rows, row, blocks: 0..1, length: PROBE, base: None, settled, kernel: PhantomData };
    dispatch::run(rows.level, job)
}

/// The largest logits of a row of two arguments, and no sums.
pub(super) fn largest<const N: usize>(rows: &Rows, row: usize) -> LogitPartial<One, N> {
    dispatch::run(rows.level, Largest { rows, row })
}

struct Largest<'r, 'a, const N: usize> {
    rows: &'r Rows<'a>,
    row: usize,
}

impl<const N: usize> Job for Largest<'_, '_, N> {
    type Output = LogitPartial<One, N>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> LogitPartial<One, N> {
        let (length, mut partial) = (self.rows.length(), LogitPartial::NOTHING);
        let mut scratch = Scratch::<f32>::new();
        for from in (0..length).step_by(BLOCK) {
            let (z, w) = self.rows.block(self.row, from..length.min(from + BLOCK), &mut scratch);
            partial.z = One(largest_of_block::<f32>(z)).greater(partial.z);
            partial.w = One(largest_of_block::<f32>(w)).greater(partial.w);
        }
        partial
    }
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
pub(super) struct Counter<V, const N: usize> {
    lowest: LogitPartial<V, N>,
    /// Those of height 1 and more: a row of one block has none.
    higher: Vec<LogitPartial<V, N>>,
    count: usize,
}

impl<V: Lanes, const N: usize> Counter<V, N> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let least = V::splat(f64::NEG_INFINITY);
        let lowest = LogitPartial { z: least, w: least, sums: [Sum::zero(); N] };
        Self { lowest, higher: Vec::new(), count: 0 }
    }

    #[inline(always)]
    fn subtree(&self, height: usize) -> LogitPartial<V, N> {
        if height == 0 { self.lowest } else { self.higher[height - 1] }
    }

    #[inline(always)]
    pub(super) fn add<K: LogitMeasure<N>, const AGAIN: bool>(
        &mut self,
        partial: LogitPartial<V, N>,
        settled: &Settled,
    ) {
        let (mut now, mut height) = (partial, 0);
        while self.count >> height & 1 == 1 {
            now = merge::<V, K, N, AGAIN>(self.subtree(height), now, settled);
            height += 1;
        }
        if height == 0 {
            self.lowest = now;
        } else if height > self.higher.len() {
            self.higher.push(now);
        } else {
            self.higher[height - 1] = now;
        }
        self.count += 1;
    }

    #[inline(always)]
    pub(super) fn total<K: LogitMeasure<N>, const AGAIN: bool>(&self, settled: &Settled) -> LogitPartial<V, N> {
        let mut height = self.count.trailing_zeros() as usize;
        let mut total = self.subtree(height);
        height += 1;
        while self.count >> height > 0 {
            if self.count >> height & 1 == 1 {
                total = merge::<V, K, N, AGAIN>(self.subtree(height), total, settled);
            }
            height += 1;
        }
        total
    }
}

/// The sums of both.
#[inline(always)]
pub(super) fn merged<V: Lanes, const N: usize>(mut sums: [Sum<V>; N], others: [Sum<V>; N]) -> [Sum<V>; N] {
    for index in 0..N {
        sums[index] = sums[index].merge(others[index]);
    }
    sums
}

/// The sums of a block.
#[inline(always)]
fn sums<V: Lanes, T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool>(
    z: &[T],
    w: &[T],
    base: &Base<One>,
) -> [Sum<One>; N] {
    // The next block, whose largest logit is looked for first, is asked for meanwhile.
    let (ahead, lanes) = (size_of_val(z), base.splat::<V>());
    if K::SINGLE > 0
        && (K::MIXED || !AGAIN)
        && let (Some(z), Some(w)) = (T::as_single(z), T::as_single(w))
    {
        let (single, [lift, lift_of_second]) = SingleBase::new(&lanes);
        let (terms, lifts) = (OfSingles::<_, K, N>::new(single), [One(lift.first()), One(lift_of_second.first())]);
        if !AGAIN {
            return K::lifted(sums_of_single_block::<V, _, _>(z, w, &terms, ahead), lifts, base);
        }
        let (wide, near) = (OfLogits::<V, K, AGAIN>::new(&lanes), base.near.0 as f32);
        let (sums, others) = sums_of_mixed_block::<V, _, _, _, N>(z, near, &terms, &wide);
        return merged(K::lifted(sums, lifts, base), others);
    }
    sums_of_block::<V, T, _, N>(z, w, &OfLogits::<V, K, AGAIN>::new(&lanes), ahead).sums
}

/// Some blocks of a row, one after the other.
struct Leaf<'r, 'a, T, K, const N: usize, const AGAIN: bool> {
    rows: &'r Rows<'a>,
    row: usize,
    blocks: Range<usize>,
    /// Logits of a block that are looked at.
    length: usize,
    base: Option<&'r Base<One>>,
    settled: &'r Settled,
    kernel: PhantomData<(T, K)>,
}

impl<T: Native, K: LogitMeasure<N>, const N: usize, const AGAIN: bool> Job for Leaf<'_, '_, T, K, N, AGAIN> {
    type Output = LogitPartial<One, N>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> LogitPartial<One, N> {
        let Self { rows, row, length, settled, .. } = self;
        let mut scratch = Scratch::<T>::new();
        let mut counter = Counter::<One, N>::new();
        for block in self.blocks {
            let from = block * BLOCK;
            let (z, w) = rows.block(row, from..rows.length().min(from + length), &mut scratch);
            let (largest, other, base) = if let Some(base) = self.base {
                (base.z, base.w, *base)
            } else {
                let largest = One(largest_of_block::<T>(z));
                let other = if K::TWO && K::SECOND_IS_LOGITS { One(largest_of_block::<T>(w)) } else { largest };
                (largest, other, Base::new(largest, other, settled.factor))
            };
            let sums = sums::<V, T, K, N, AGAIN>(z, w, &base);
            counter.add::<K, AGAIN>(LogitPartial { z: largest, w: other, sums }, settled);
        }
        counter.total::<K, AGAIN>(settled)
    }
}
