//! Rows of many blocks: gone over once, in a tree of blocks that is the same for any number of threads.

use std::marker::PhantomData;
use std::ops::Range;

use super::columns::column_part;
use super::{BLOCK, BUNDLE, Finish, Rows, Scratch, TINY, sane};
use crate::accumulate::{Padding, Partial, sums_of_block, totals_of_block};
use crate::dispatch;
use crate::kernels::{Finished, Measure, Reference, Scale, Totals};
use crate::lanes::{Job, Lanes, One};
use crate::math::Sum;
use crate::view::Native;

/// Blocks that one task does one after the other.
const LEAF: usize = 16;

/// Something that a block yields and that merges with its like.
trait Yield: Copy + Send {
    const NOTHING: Self;
    fn merge(self, other: Self) -> Self;
}

/// The totals of both arguments, and whether a sign bit was seen.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub p: Totals<One>,
    pub q: Totals<One>,
    pub sign: bool,
}

impl Yield for Pair {
    const NOTHING: Self = {
        let none = Totals { largest: One(0.0), rest: Sum { high: One(0.0), low: One(0.0) } };
        Self { p: none, q: none, sign: false }
    };
    fn merge(self, other: Self) -> Self {
        Self { p: self.p.merge(other.p), q: self.q.merge(other.q), sign: self.sign | other.sign }
    }
}

impl<const N: usize> Yield for Partial<N> {
    const NOTHING: Self = Self { sums: [Sum { high: One(0.0), low: One(0.0) }; N], look: false };
    fn merge(self, other: Self) -> Self {
        Partial::merge(self, other)
    }
}

/// What is done with a block of a row.
trait Visit<T: Native>: Copy + Send + Sync {
    type Yield: Yield;
    fn visit<V: Lanes>(&self, column: usize, p: &[T], q: &[T], padding: &mut Padding<T>) -> Self::Yield;
}

/// Totals; `SCALED`: of weights times a factor for p and one for q.
#[derive(Clone, Copy)]
struct VisitTotals<const SCALED: bool>(f64, f64);

impl<T: Native, const SCALED: bool> Visit<T> for VisitTotals<SCALED> {
    type Yield = Pair;
    #[inline(always)]
    fn visit<V: Lanes>(&self, _column: usize, p: &[T], q: &[T], padding: &mut Padding<T>) -> Pair {
        let (p, sign) = totals_of_block::<V, T, SCALED>(p, self.0, padding);
        let (q, other) = totals_of_block::<V, T, SCALED>(q, self.1, padding);
        Pair { p, q, sign: sign | other }
    }
}

/// Terms, each row with its reference.
#[derive(Clone, Copy)]
struct VisitTerms<'r, K, const N: usize, const CAREFUL: bool> {
    references: &'r [Reference<One>; BUNDLE],
    kernel: PhantomData<K>,
}

impl<T: Native, K: Measure<N>, const N: usize, const CAREFUL: bool> Visit<T> for VisitTerms<'_, K, N, CAREFUL> {
    type Yield = Partial<N>;
    #[inline(always)]
    fn visit<V: Lanes>(&self, column: usize, p: &[T], q: &[T], padding: &mut Padding<T>) -> Partial<N> {
        sums_of_block::<V, T, K, N, CAREFUL>(p, q, &self.references[column], 0, padding)
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

impl<T: Native, W: Visit<T>> Job for Leaf<'_, '_, T, W> {
    type Output = [W::Yield; BUNDLE];

    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let Self { rows, row, columns, blocks, visit, .. } = self;
        let (mut scratch, mut padding) = (Scratch::<T>::new(), Padding::new());
        // Finished subtrees by height, as a binary counter holds them: merged as soon as two are of the same height.
        let mut tree = [[W::Yield::NOTHING; BUNDLE]; LEAF.ilog2() as usize + 1];
        let mut count = 0usize;
        for block in blocks {
            let from = block * BLOCK;
            let length = BLOCK.min(rows.length() - from);
            let mut now = [W::Yield::NOTHING; BUNDLE];
            if columns > 1 {
                let (p, q) = rows.columns(row, columns, from, length, &mut scratch);
                for (column, now) in now.iter_mut().enumerate().take(columns) {
                    let part = column_part(column, length);
                    *now = visit.visit::<V>(
                        column,
                        &p[part.clone()],
                        if rows.q.is_some() { &q[part] } else { q },
                        &mut padding,
                    );
                }
            } else {
                let Scratch { p, q } = &mut scratch;
                let p = rows.p.block(row, from, length, p);
                let q = rows.q.as_ref().map_or(&[][..], |view| view.block(row, from, length, q));
                now[0] = visit.visit::<V>(0, p, q, &mut padding);
            }
            let mut height = 0;
            while count >> height & 1 == 1 {
                now = merge(tree[height], now, columns);
                height += 1;
            }
            tree[height] = now;
            count += 1;
        }
        let mut result: Option<Self::Output> = None;
        for (height, subtree) in tree.into_iter().enumerate() {
            if count >> height & 1 == 1 {
                result = Some(result.map_or(subtree, |right| merge(subtree, right, columns)));
            }
        }
        result.unwrap_or([W::Yield::NOTHING; BUNDLE])
    }
}

/// The first `columns` of both.
#[inline(always)]
fn merge<Y: Yield>(mut left: [Y; BUNDLE], right: [Y; BUNDLE], columns: usize) -> [Y; BUNDLE] {
    for (left, right) in left.iter_mut().zip(right).take(columns) {
        *left = left.merge(right);
    }
    left
}

impl Rows<'_> {
    /// The tree over a range of blocks: the left subtree is the largest power of two of blocks below the whole.
    fn tree<T: Native, W: Visit<T>>(
        &self,
        row: usize,
        columns: usize,
        blocks: Range<usize>,
        visit: W,
    ) -> [W::Yield; BUNDLE] {
        if self.watch.over() {
            return [W::Yield::NOTHING; BUNDLE];
        }
        if blocks.len() <= LEAF {
            let job = Leaf::<T, W> { rows: self, row, columns, blocks, visit, element: PhantomData };
            return dispatch::run(self.level, job);
        }
        let middle = blocks.start + blocks.len().next_power_of_two() / 2;
        let left = || self.tree::<T, W>(row, columns, blocks.start..middle, visit);
        let right = || self.tree::<T, W>(row, columns, middle..blocks.end, visit);
        let (left, right) = if self.parallel { rayon::join(left, right) } else { (left(), right()) };
        merge(left, right, columns)
    }

    fn blocks(&self) -> Range<usize> {
        0..self.length().div_ceil(BLOCK)
    }

    /// The totals of one row, its weights scaled.
    pub(super) fn totals<T: Native>(&self, row: usize, factors: (f64, f64)) -> Pair {
        self.tree::<T, _>(row, 1, self.blocks(), VisitTotals::<true>(factors.0, factors.1))[0]
    }

    /// The sums of one row, carefully.
    pub(super) fn careful_sums<T: Native, K: Measure<N>, const N: usize>(
        &self,
        row: usize,
        reference: Reference<One>,
    ) -> [Sum<One>; N] {
        let references = [reference; BUNDLE];
        let visit = VisitTerms::<K, N, true> { references: &references, kernel: PhantomData };
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
        let totals = self.tree::<T, _>(first, columns, seen, VisitTotals::<false>(1.0, 1.0));
        let one = Sum::of(One(1.0));
        let references = totals.map(|totals| {
            let (a, b) = (totals.p.total(), totals.q.total());
            match (finish.normalize, K::TOTALS_FIRST) {
                (false, _) => K::reference(one, one, Scale::none()),
                (true, false) => K::first_guess(a.high.0, b.high.0),
                (true, true) => K::reference(a, b, Scale::none()),
            }
        });
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
                Some(result) => result,
                None => self.careful::<K, N>(first + column, finish),
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
        if partial.look || !sane(a.high.0) || !sane(b.high.0) {
            return None;
        }
        if !finish.normalize {
            return Some(finish.result(K::finish_raw(&partial.sums)).0).filter(|result| result.is_finite());
        }
        if a.high.0 == 0.0 || b.high.0 == 0.0 {
            return None;
        }
        let Finished { value, trusted } = K::finish(&partial.sums, a, b, &reference);
        let result = finish.result(value).0;
        let fine = result == 0.0 || (result >= TINY && result <= finish.disjoint && result.is_finite());
        // The totals of a long row are sums of groups, in which a large weight swallows small ones. That shows where the
        // value is small; such rows are done again with the largest weight kept apart.
        let peaked = K::BITS && value.high.0 < 2.0;
        (trusted && fine && !peaked).then_some(result)
    }
}
