//! From weights to sums: sixteen virtual lanes, whatever the registers.
//!
//! Element i of a block belongs to lane i mod 16. A lane adds at most eight elements plainly (a group of 128 in all),
//! then puts that into a [`Sum`] (compensated for float64); lanes are merged j with j + 8, then + 4, + 2, + 1. This fixes
//! every bit, and both ways of going through the weights follow it: [`sums_of_block`] has the lanes of one row in
//! registers, and [`RowLanes`] has one row in each register lane, as suits short rows and columns.

use crate::kernels::{Measure, Reference, Totals};
use crate::lanes::{Lanes, One, prefetch};
use crate::math::{Precision, Sum};

/// Virtual lanes.
pub const LANES: usize = 16;
/// Elements that are added plainly before the compensated sum takes over.
const GROUP: usize = 128;
/// Register sets that cover the virtual lanes, at most (four lanes a set, at the portable level).
const SETS: usize = 4;
/// Rows up to this length go one to a register lane.
pub const SHORT: usize = 32;

/// A stored number that loads into lanes: float64 or float32.
pub trait Element: Precision + Default + Into<f64> {
    /// The first lanes of a slice.
    fn load<V: Lanes>(values: &[Self]) -> V;
    /// The nearest number of this type.
    fn round(value: f64) -> Self;
}

impl Element for f64 {
    #[inline(always)]
    fn load<V: Lanes>(values: &[f64]) -> V {
        V::load(values)
    }
    fn round(value: f64) -> f64 {
        value
    }
}

impl Element for f32 {
    #[inline(always)]
    fn load<V: Lanes>(values: &[f32]) -> V {
        V::load_single(values)
    }
    fn round(value: f64) -> f32 {
        value as f32
    }
}

/// The sums of a block or a row, and whether a weight wants a closer look.
#[derive(Clone, Copy)]
pub struct Partial<const N: usize> {
    /// The measure's sums.
    pub sums: [Sum<One>; N],
    /// A sign bit was set, or the terms asked for it.
    pub look: bool,
}

impl<const N: usize> Partial<N> {
    /// Nothing yet.
    pub fn zero() -> Self {
        Self { sums: [Sum::zero(); N], look: false }
    }
    /// Both blocks.
    pub fn merge(self, other: Self) -> Self {
        let mut sums = self.sums;
        for (sum, more) in sums.iter_mut().zip(other.sums) {
            *sum = sum.merge(more);
        }
        Self { sums, look: self.look | other.look }
    }
}

/// One line: an element for each virtual lane.
type Line<T> = [T; LANES];

/// The part of a line that belongs to one register set.
#[inline(always)]
fn load<V: Lanes, T: Element>(line: &Line<T>, set: usize) -> V {
    T::load(&line[set * V::COUNT..(set + 1) * V::COUNT])
}

/// A group of a block: its whole lines, and what is left, with zeros behind, which add nothing to any sum.
#[inline(always)]
fn group<T: Element>(block: &[T], from: usize) -> (&[Line<T>], Option<Line<T>>) {
    let (lines, rest) = block[from..block.len().min(from + GROUP)].as_chunks();
    if rest.is_empty() {
        return (lines, None);
    }
    let mut line = [T::default(); LANES];
    line[..rest.len()].copy_from_slice(rest);
    (lines, Some(line))
}

/// What register sets and virtual lanes hold. A trait, not a closure: a closure is not inlined into the level's entry.
trait Merge: Copy {
    fn merge_in<P: Precision>(self, other: Self) -> Self;
}

impl<V: Lanes> Merge for Totals<V> {
    #[inline(always)]
    fn merge_in<P: Precision>(self, other: Self) -> Self {
        Totals::merge::<P>(self, other)
    }
}

impl<V: Lanes, const N: usize> Merge for [Sum<V>; N] {
    #[inline(always)]
    fn merge_in<P: Precision>(mut self, other: Self) -> Self {
        for index in 0..N {
            self[index] = self[index].merge_in::<P>(other[index]);
        }
        self
    }
}

/// The first `count` of what `width` lanes (or register sets) hold, lane j merged with j + width/2, and so on. Lanes from
/// `count` on are empty and would add nothing.
#[inline(always)]
fn merge_lanes<P: Precision, S: Merge>(lanes: &mut [S], width: usize, count: usize) -> S {
    let (mut half, mut count) = (width / 2, count);
    while half > 0 {
        for lane in half..count {
            lanes[lane - half] = lanes[lane - half].merge_in::<P>(lanes[lane]);
        }
        count = count.min(half);
        half /= 2;
    }
    lanes[0]
}

/// Asks for the memory of a group `ahead` bytes behind, if that is any.
#[inline(always)]
fn prefetch_group<T>(group: &[Line<T>], ahead: usize) {
    if ahead > 0 {
        for at in (0..size_of_val(group)).step_by(64) {
            prefetch(group, ahead + at);
        }
    }
}

/// The first of the sums that are wanted: a row that knows its totals leaves some out.
const fn first_sum<K: Measure<N>, const N: usize>(known: bool) -> usize {
    if known { K::KNOWN } else { 0 }
}

/// What a register set adds up plainly, and the signs of what wants a closer look.
struct Plain<V, const N: usize> {
    sums: [V; N],
    look: V,
}

impl<V: Lanes, const N: usize> Plain<V, N> {
    /// The terms of as many weights as there are lanes.
    #[inline(always)]
    fn add<P: Precision, K: Measure<N>, const CAREFUL: bool, const KNOWN: bool>(
        &mut self,
        x: V,
        y: V,
        reference: &Reference<V>,
    ) {
        let (terms, closer) = K::terms::<V, P, CAREFUL>(x, y, reference);
        for index in first_sum::<K, N>(KNOWN)..N {
            self.sums[index] = self.sums[index].add(terms[index]);
        }
        self.look = self.look.bits_or(closer);
        if !KNOWN {
            self.look = self.look.bits_or(x).bits_or(y);
        }
    }
}

/// The sums of one block, lanes across the row; of a row whose totals (and signs) are `KNOWN`, only those that they do
/// not tell. Meanwhile the memory `ahead` bytes behind is asked for.
#[inline(always)]
pub fn sums_of_block<V: Lanes, T: Element, K: Measure<N>, const N: usize, const CAREFUL: bool, const KNOWN: bool>(
    p: &[T],
    q: &[T],
    reference: &Reference<One>,
    ahead: usize,
) -> Partial<N> {
    let reference = reference.splat::<V>();
    let sets = LANES / V::COUNT;
    let mut sums = [[Sum::<V>::zero(); N]; SETS];
    let mut look = V::zero();
    let mut from = 0;
    while from < p.len() {
        let (p, last_p) = group(p, from);
        let (q, last_q) = if K::TWO { group(q, from) } else { (p, last_p) };
        prefetch_group(p, ahead);
        if K::TWO {
            prefetch_group(q, ahead);
        }
        for set in 0..sets {
            let mut plain = Plain { sums: [V::zero(); N], look };
            for (p, q) in p.iter().zip(q) {
                plain.add::<T, K, CAREFUL, KNOWN>(load::<V, T>(p, set), load::<V, T>(q, set), &reference);
            }
            if let (Some(p), Some(q)) = (&last_p, &last_q) {
                plain.add::<T, K, CAREFUL, KNOWN>(load::<V, T>(p, set), load::<V, T>(q, set), &reference);
            }
            for index in first_sum::<K, N>(KNOWN)..N {
                sums[set][index] = sums[set][index].plus_in::<T>(plain.sums[index]);
            }
            look = plain.look;
        }
        from += GROUP;
    }
    let merged = merge_lanes::<T, _>(&mut sums, sets, sets);
    let mut folded = [Sum::<One>::zero(); N];
    for index in first_sum::<K, N>(KNOWN)..N {
        folded[index] = merged[index].fold::<T>();
    }
    Partial { sums: folded, look: look.any_sign() }
}

/// The totals of one block as a measure wants them, lanes across the row; also whether a sign bit was set. `SCALED`: of
/// |x|·factor.
#[inline(always)]
pub fn totals_of_block<V: Lanes, T: Element, K: Measure<N>, const N: usize, const SCALED: bool>(
    x: &[T],
    factor: f64,
) -> (Totals<One>, bool) {
    let sets = LANES / V::COUNT;
    let mut totals = [Totals::<V>::zero(); SETS];
    let mut signs = V::zero();
    let factor = V::splat(factor);
    let mut from = 0;
    while from < x.len() {
        let (lines, last) = group(x, from);
        for set in 0..sets {
            let (mut plain, mut largest) = (V::zero(), totals[set].largest);
            for line in lines.iter().chain(&last) {
                let mut x = load::<V, T>(line, set);
                signs = signs.bits_or(x);
                if SCALED {
                    x = x.abs().mul(factor);
                }
                (plain, largest) = Totals::next(plain, largest, x, K::APART);
            }
            totals[set] = Totals { largest, rest: totals[set].rest.plus_in::<T>(plain) };
        }
        from += GROUP;
    }
    (merge_lanes::<T, _>(&mut totals, sets, sets).fold::<T>(), signs.any_sign())
}

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
    fn load<V: Lanes>(&self, i: usize) -> V {
        T::load(&self.weights[i * self.apart..i * self.apart + V::COUNT])
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

    /// The weights of one row.
    pub fn row(&self, lane: usize, length: usize) -> impl Iterator<Item = f64> + Clone + use<'a, T> {
        let Self { weights, apart, .. } = *self;
        (0..length).map(move |i| weights[i * apart + lane].into())
    }
}

/// The virtual lanes of rows abreast, and the signs of the rows that want a closer look.
///
/// Weights may come in several parts, all but the last a multiple of a group long. The `first` part overwrites what the
/// lanes hold, so that they serve one set of rows after the other.
#[derive(Clone, Copy)]
pub struct RowLanes<V, S> {
    lanes: [S; LANES],
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
                let (mut plain, mut largest) = (V::zero(), old.largest);
                let mut i = from + lane;
                while i < end {
                    let x = x.load::<V>(i);
                    signs = signs.bits_or(x);
                    (plain, largest) = Totals::next(plain, largest, x, K::APART);
                    i += LANES;
                }
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

    /// Adds the terms of `count` weights of each row, all of one block where its totals are `KNOWN`.
    #[inline(always)]
    pub fn add<T: Element, K: Measure<N>, const CAREFUL: bool, const KNOWN: bool>(
        &mut self,
        p: Abreast<T>,
        q: Abreast<T>,
        count: usize,
        reference: &Reference<V>,
        first: bool,
    ) {
        let mut look = if first { V::zero() } else { self.signs };
        for from in (0..count).step_by(GROUP) {
            let end = count.min(from + GROUP);
            for lane in 0..LANES.min(end - from) {
                let mut plain = Plain { sums: [V::zero(); N], look };
                let mut i = from + lane;
                while i < end {
                    let x = p.load::<V>(i);
                    let y = if K::TWO { q.load::<V>(i) } else { x };
                    p.prefetch::<V>(i);
                    if K::TWO {
                        q.prefetch::<V>(i);
                    }
                    plain.add::<T, K, CAREFUL, KNOWN>(x, y, reference);
                    i += LANES;
                }
                look = plain.look;
                let fresh = first && from == 0;
                let plain = plain.sums;
                for index in first_sum::<K, N>(KNOWN)..N {
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
