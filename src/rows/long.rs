//! Rows of many blocks: gone over once, in a tree of blocks that is the same for any number of threads.

use std::marker::PhantomData;
use std::ops::Range;

use super::load::{Next, Scratch};
use super::{Accepted, BLOCK, Finish, Rows, accept, vanished};
use crate::accumulate::{Abreast, OfWeights, Partial, RowLanes, sums_of_block, totals_of_block};
use crate::dispatch;
use crate::kernels::{Measure, Reference, Scale, Totals};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::math::Sum;
use crate::view::Native;

/// Blocks that one task does one after the other.
const LEAF: usize = 16;
/// Weights of each column that are done before the next columns: a multiple of a group.
const PART: usize = 128;

/// Something that a block yields and that merges with its like.
trait Yield: Copy + Send {
    const NOTHING: Self;
    fn merge(self, other: Self) -> Self;
}

/// The totals of both arguments.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub p: Totals<One>,
    pub q: Totals<One>,
}

impl Yield for Pair {
    const NOTHING: Self = {
        let none = Totals { largest: One(0.0), rest: Sum { high: One(0.0), low: One(0.0) } };
        Self { p: none, q: none }
    };
    fn merge(self, other: Self) -> Self {
        Self { p: self.p.merge::<f64>(other.p), q: self.q.merge::<f64>(other.q) }
    }
}

impl<const N: usize> Yield for Partial<N> {
    const NOTHING: Self = Self { sums: [Sum { high: One(0.0), low: One(0.0) }; N], look: false };
    fn merge(self, other: Self) -> Self {
        Partial::merge(self, other)
    }
}

/// What is done with a block of a row, or of several rows abreast.
trait Visit<T: Native>: Copy + Send + Sync {
    type Yield: Yield;
    /// What several rows have come to so far.
    type Lanes<V: Lanes>: Copy;

    /// A block of one row.
    fn block<V: Lanes>(&self, p: &[T], q: &[T]) -> Self::Yield;
    /// Nothing so far.
    fn start<V: Lanes>() -> Self::Lanes<V>;
    /// A part of a block of the rows from the bundle's `column` on; `first` begins a new block.
    fn part<V: Lanes>(&self, column: usize, p: Abreast<T>, q: Abreast<T>, part: Part, lanes: &mut Self::Lanes<V>);
    /// The end of a block of this length.
    fn end<V: Lanes>(lanes: &mut Self::Lanes<V>, length: usize, yields: &mut [Self::Yield]);
}

/// How many weights, and whether they begin a block.
#[derive(Clone, Copy)]
struct Part {
    count: usize,
    first: bool,
}

/// Totals; `SCALED`: of weights times a factor for p and one for q, which rows abreast never ask for.
#[derive(Clone, Copy)]
struct VisitTotals<K, const N: usize, const SCALED: bool> {
    factors: (f64, f64),
    kernel: PhantomData<K>,
}

impl<T: Native, K: Measure<N>, const N: usize, const SCALED: bool> Visit<T> for VisitTotals<K, N, SCALED> {
    type Yield = Pair;
    type Lanes<V: Lanes> = [RowLanes<V, Totals<V>>; 2];

    #[inline(always)]
    fn block<V: Lanes>(&self, p: &[T], q: &[T]) -> Pair {
        let p = totals_of_block::<V, T, K, N, SCALED>(p, self.factors.0).0;
        let q = if K::TWO { totals_of_block::<V, T, K, N, SCALED>(q, self.factors.1).0 } else { p };
        Pair { p, q }
    }
    #[inline(always)]
    fn start<V: Lanes>() -> Self::Lanes<V> {
        [RowLanes::<V, Totals<V>>::new(); 2]
    }
    #[inline(always)]
    fn part<V: Lanes>(&self, _column: usize, p: Abreast<T>, q: Abreast<T>, part: Part, lanes: &mut Self::Lanes<V>) {
        if SCALED {
            return;
        }
        lanes[0].add::<T, K, N>(p, part.count, part.first);
        if K::TWO {
            lanes[1].add::<T, K, N>(q, part.count, part.first);
        }
    }
    #[inline(always)]
    fn end<V: Lanes>(lanes: &mut Self::Lanes<V>, length: usize, yields: &mut [Pair]) {
        let (p, q) = (lanes[0].merged::<T>(length).0.spread(), lanes[1].merged::<T>(length).0.spread());
        for (row, pair) in yields.iter_mut().enumerate() {
            *pair = Pair { p: p[row], q: q[row] };
        }
    }
}

/// Terms, each row with its reference.
#[derive(Clone, Copy)]
struct VisitTerms<'r, K, const N: usize, const CAREFUL: bool> {
    references: &'r [Reference<One>],
    kernel: PhantomData<K>,
}

impl<T: Native, K: Measure<N>, const N: usize, const CAREFUL: bool> Visit<T> for VisitTerms<'_, K, N, CAREFUL> {
    type Yield = Partial<N>;
    type Lanes<V: Lanes> = RowLanes<V, [Sum<V>; N]>;

    #[inline(always)]
    fn block<V: Lanes>(&self, p: &[T], q: &[T]) -> Partial<N> {
        let reference = self.references[0].splat::<V>();
        sums_of_block::<V, T, _, N>(p, q, &OfWeights::<V, K, CAREFUL, false>::new(&reference), 0)
    }
    #[inline(always)]
    fn start<V: Lanes>() -> Self::Lanes<V> {
        RowLanes::<V, [Sum<V>; N]>::new()
    }
    #[inline(always)]
    fn part<V: Lanes>(&self, column: usize, p: Abreast<T>, q: Abreast<T>, part: Part, lanes: &mut Self::Lanes<V>) {
        // Careful rows go one by one; nobody needs the code for several.
        if CAREFUL {
            return;
        }
        let reference = Reference::gather::<V>(&self.references[column..]);
        lanes.add(p, q, part.count, &OfWeights::<V, K, CAREFUL, false>::new(&reference), part.first);
    }
    #[inline(always)]
    fn end<V: Lanes>(lanes: &mut Self::Lanes<V>, length: usize, yields: &mut [Partial<N>]) {
        let (sums, signs) = lanes.merged::<T>(length);
        let mut look = [0.0; WIDEST];
        signs.store(&mut look);
        for (row, partial) in yields.iter_mut().enumerate() {
            partial.look = look[row].is_sign_negative();
        }
        for (index, sum) in sums.into_iter().enumerate() {
            let sum = sum.spread();
            for (row, partial) in yields.iter_mut().enumerate() {
                partial.sums[index] = sum[row];
            }
        }
    }
}

/// Some blocks of some rows, one after the other.
struct Leaf<'r, 'a, T, W> {
    rows: &'r Rows<'a>,
    row: usize,
    columns: usize,
    blocks: Range<usize>,
    visit: W,
    element: PhantomData<T>,
}

impl<T: Native, W: Visit<T>> Leaf<'_, '_, T, W> {
    /// A block of rows abreast, in parts that stay in the cache.
    #[inline(always)]
    fn abreast<V: Lanes>(
        &self,
        block: Range<usize>,
        scratch: &mut Scratch<T>,
        lanes: &mut [W::Lanes<V>],
        yields: &mut [W::Yield],
    ) {
        let length = block.len();
        let next = Next { lines: PART, rows: 0 };
        let (mut from, mut first) = (block.start, true);
        while from < block.end {
            let count = PART.min(block.end - from);
            let part = from..from + count;
            for (index, lanes) in lanes.iter_mut().enumerate() {
                let column = index * V::COUNT;
                let rows = self.row + column..self.row + self.columns.min(column + V::COUNT);
                let (p, q) = self.rows.abreast::<V, T>(rows, part.clone(), next, scratch);
                self.visit.part(column, p, q, Part { count, first }, lanes);
            }
            from += count;
            first = false;
        }
        for (lanes, yields) in lanes.iter_mut().zip(yields.chunks_mut(V::COUNT)) {
            W::end(lanes, length, yields);
        }
    }
}

impl<T: Native, W: Visit<T>> Job for Leaf<'_, '_, T, W> {
    type Output = Vec<W::Yield>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Vec<W::Yield> {
        let Self { rows, row, columns, visit, .. } = self;
        let mut scratch = Scratch::<T>::new();
        let mut lanes = vec![W::start::<V>(); if columns > 1 { columns.div_ceil(V::COUNT) } else { 0 }];
        // Finished subtrees, the largest first, as a binary counter holds them: two of one height are merged at once.
        let mut subtrees: Vec<Vec<W::Yield>> = Vec::new();
        for (count, block) in self.blocks.clone().enumerate() {
            let from = block * BLOCK;
            let length = BLOCK.min(rows.length() - from);
            let mut now = vec![W::Yield::NOTHING; columns];
            if columns > 1 {
                self.abreast::<V>(from..from + length, &mut scratch, &mut lanes, &mut now);
            } else {
                let (p, q) = rows.block(row, from..from + length, &mut scratch);
                now[0] = visit.block::<V>(p, q);
            }
            for _ in 0..count.trailing_ones() {
                now = merge(subtrees.pop(), now);
            }
            subtrees.push(now);
        }
        let last = subtrees.pop().unwrap_or_default();
        subtrees.into_iter().rev().fold(last, |right, left| merge(Some(left), right))
    }
}

/// Row by row, what was left of the blocks on the right and they.
#[inline(always)]
fn merge<Y: Yield>(left: Option<Vec<Y>>, mut right: Vec<Y>) -> Vec<Y> {
    for (right, left) in right.iter_mut().zip(left.into_iter().flatten()) {
        *right = left.merge(*right);
    }
    right
}

impl Rows<'_> {
    /// The tree over a range of blocks: the left subtree is the largest power of two of blocks below the whole.
    fn tree<T: Native, W: Visit<T>>(
        &self,
        row: usize,
        columns: usize,
        blocks: Range<usize>,
        visit: W,
    ) -> Vec<W::Yield> {
        let _mode = FloatMode::enter();
        if self.watch.over() {
            return vec![W::Yield::NOTHING; columns];
        }
        if blocks.len() <= LEAF {
            let job = Leaf::<T, W> { rows: self, row, columns, blocks, visit, element: PhantomData };
            return dispatch::run(self.level, job);
        }
        let middle = blocks.start + blocks.len().next_power_of_two() / 2;
        let left = || self.tree::<T, W>(row, columns, blocks.start..middle, visit);
        let right = || self.tree::<T, W>(row, columns, middle..blocks.end, visit);
        let (left, right) = if self.parallel { rayon::join(left, right) } else { (left(), right()) };
        merge(Some(left), right)
    }

    fn blocks(&self) -> Range<usize> {
        0..self.length().div_ceil(BLOCK)
    }

    /// The totals of one row, its weights scaled.
    pub(super) fn totals<T: Native, K: Measure<N>, const N: usize>(&self, row: usize, factors: (f64, f64)) -> Pair {
        let visit = VisitTotals::<K, N, true> { factors, kernel: PhantomData };
        self.tree::<T, _>(row, 1, self.blocks(), visit)[0]
    }

    /// The sums of one row, carefully.
    pub(super) fn careful_sums<T: Native, K: Measure<N>, const N: usize>(
        &self,
        row: usize,
        reference: Reference<One>,
    ) -> [Sum<One>; N] {
        let visit = VisitTerms::<K, N, true> { references: &[reference], kernel: PhantomData };
        self.tree::<T, _>(row, 1, self.blocks(), visit)[0].sums
    }

    /// Rows `first`.. of many blocks, up to a bundle of them.
    pub(super) fn long_rows<T: Native, K: Measure<N>, const N: usize>(
        &self,
        first: usize,
        out: &mut [f64],
        finish: &Finish,
    ) {
        let columns = out.len();
        let totals_first = K::TOTALS_FIRST && finish.normalize;
        let seen = if totals_first { self.blocks() } else { 0..1 };
        let visit = VisitTotals::<K, N, false> { factors: (1.0, 1.0), kernel: PhantomData };
        let totals = self.tree::<T, _>(first, columns, seen, visit);
        let one = Sum::of(One(1.0));
        let reference = |totals: &Pair| {
            let (a, b) = (totals.p.total(), totals.q.total());
            match (finish.normalize, K::TOTALS_FIRST) {
                (false, _) => K::reference(one, one, Scale::none()),
                (true, false) => K::first_guess(a.high.0, b.high.0),
                (true, true) => K::reference(a, b, Scale::none()),
            }
        };
        let references: Vec<_> = totals.iter().map(reference).collect();
        let visit = VisitTerms::<K, N, false> { references: &references, kernel: PhantomData };
        let partials = self.tree::<T, _>(first, columns, self.blocks(), visit);
        if self.watch.over() {
            return;
        }
        for (column, out) in out.iter_mut().enumerate() {
            let known = totals_first.then(|| (totals[column].p.total(), totals[column].q.total()));
            let job = FinishLong::<K, N> {
                partial: partials[column],
                known,
                reference: references[column],
                finish,
                kernel: PhantomData,
            };
            *out = match dispatch::run(self.level, job) {
                Some(result) if !vanished::<K, N>(result, || self.are_equal(first + column)) => result,
                _ => self.careful::<K, N>(first + column, finish),
            };
        }
    }
}

/// From the sums of a long row to its result; None if it is to be looked at more closely.
struct FinishLong<'f, K, const N: usize> {
    partial: Partial<N>,
    known: Option<(Sum<One>, Sum<One>)>,
    reference: Reference<One>,
    finish: &'f Finish,
    kernel: PhantomData<K>,
}

impl<K: Measure<N>, const N: usize> Job for FinishLong<'_, K, N> {
    type Output = Option<f64>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Option<f64> {
        let Self { partial, known, reference, finish, .. } = self;
        let (a, b) = known.unwrap_or_else(|| K::totals(&partial.sums));
        let Accepted { value, result, closer } = accept::<One, K, N>(&partial.sums, a, b, &reference, finish);
        // The totals of a long row are sums of groups, in which a large weight swallows small ones. That shows where the
        // value is small; such rows are done again with the largest weight kept apart.
        let peaked = K::BITS && value.0 < 2.0;
        let odd = finish.normalize && (peaked || a.high.0 == 0.0 || b.high.0 == 0.0);
        (!(partial.look || closer.any_sign() || odd) && result.0.is_finite()).then_some(result.0)
    }
}
