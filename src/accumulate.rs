//! From weights to sums: sixteen virtual lanes, whatever the registers.
//!
//! Element i of a block belongs to lane i mod 16. A lane adds at most eight elements plainly (a group of 128 in all),
//! then puts that into a compensated [`Sum`]; lanes are merged j with j + 8, then + 4, + 2, + 1. This fixes every bit,
//! and both ways of going through the weights follow it: [`sums_of_block`] has the lanes of one row in registers, and
//! [`sums_of_rows`] has one short row in each register lane.

use crate::kernels::{Measure, Reference, Totals};
use crate::lanes::{Lanes, One};
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

/// Eight elements a lane of one register set: the plain sums, and the signs seen.
#[inline(always)]
fn group<V: Lanes, T: Element, K: Measure<N>, const N: usize, const CAREFUL: bool>(
    p: &[T; GROUP],
    q: &[T; GROUP],
    set: usize,
    lines: usize,
    reference: &Reference<V>,
    look: &mut V,
) -> [V; N] {
    let mut plain = [V::zero(); N];
    for line in 0..lines {
        let at = line * LANES + set * V::COUNT;
        let x = T::load::<V>(&p[at..at + V::COUNT]);
        let y = if K::TWO { T::load::<V>(&q[at..at + V::COUNT]) } else { x };
        let (terms, closer) = K::terms::<V, T, CAREFUL>(x, y, reference);
        for (sum, term) in plain.iter_mut().zip(terms) {
            *sum = sum.add(term);
        }
        *look = look.bits_or(closer).bits_or(x);
        if K::TWO {
            *look = look.bits_or(y);
        }
    }
    plain
}

/// The last group of a block, zeros behind it: a weight of 0 adds nothing to any sum.
#[inline(always)]
fn padded<T: Element>(rest: &[T]) -> [T; GROUP] {
    let mut group = [T::default(); GROUP];
    group[..rest.len()].copy_from_slice(rest);
    group
}

/// The sums of one block, lanes across the row.
#[inline(always)]
pub fn sums_of_block<V: Lanes, T: Element, K: Measure<N>, const N: usize, const CAREFUL: bool>(
    p: &[T],
    q: &[T],
    reference: &Reference<One>,
) -> Partial<N> {
    let reference = reference.splat::<V>();
    let sets = LANES / V::COUNT;
    let mut sums = [[Sum::<V>::zero(); N]; SETS];
    let mut look = V::zero();
    let (groups, rest) = p.as_chunks::<GROUP>();
    let (groups_q, rest_q) = if K::TWO { q.as_chunks::<GROUP>() } else { (groups, rest) };
    for (p, q) in groups.iter().zip(groups_q) {
        for (set, sums) in sums.iter_mut().enumerate().take(sets) {
            let plain = group::<V, T, K, N, CAREFUL>(p, q, set, GROUP / LANES, &reference, &mut look);
            for (sum, plain) in sums.iter_mut().zip(plain) {
                *sum = sum.plus(plain);
            }
        }
    }
    if !rest.is_empty() {
        let p = padded(rest);
        let q = if K::TWO { padded(rest_q) } else { p };
        let lines = rest.len().div_ceil(LANES);
        for (set, sums) in sums.iter_mut().enumerate().take(sets) {
            let plain = group::<V, T, K, N, CAREFUL>(&p, &q, set, lines, &reference, &mut look);
            for (sum, plain) in sums.iter_mut().zip(plain) {
                *sum = sum.plus(plain);
            }
        }
    }
    let mut left = sets;
    while left > 1 {
        left /= 2;
        for set in 0..left {
            for index in 0..N {
                sums[set][index] = sums[set][index].merge(sums[set + left][index]);
            }
        }
    }
    let mut folded = [Sum::<One>::zero(); N];
    for (folded, sum) in folded.iter_mut().zip(sums[0]) {
        *folded = sum.fold();
    }
    Partial { sums: folded, look: look.any_sign() }
}

/// The totals of one block, lanes across the row; also whether a sign bit was set.
#[inline(always)]
pub fn totals_of_block<V: Lanes, T: Element>(x: &[T], factor: Option<f64>) -> (Totals<One>, bool) {
    let sets = LANES / V::COUNT;
    let mut totals = [Totals::<V>::zero(); SETS];
    let mut signs = V::zero();
    let scale = factor.map(V::splat);
    let (groups, rest) = x.as_chunks::<GROUP>();
    let mut one = |group: &[T; GROUP], lines: usize, totals: &mut [Totals<V>; SETS]| {
        for (set, totals) in totals.iter_mut().enumerate().take(sets) {
            let mut plain = V::zero();
            for line in 0..lines {
                let at = line * LANES + set * V::COUNT;
                let mut x = T::load::<V>(&group[at..at + V::COUNT]);
                signs = signs.bits_or(x);
                if let Some(scale) = scale {
                    x = x.abs().mul(scale);
                }
                plain = plain.add(totals.largest.lesser(x));
                totals.largest = x.greater(totals.largest);
            }
            totals.rest = totals.rest.plus(plain);
        }
    };
    for group in groups {
        one(group, GROUP / LANES, &mut totals);
    }
    if !rest.is_empty() {
        one(&padded(rest), rest.len().div_ceil(LANES), &mut totals);
    }
    let mut left = sets;
    while left > 1 {
        left /= 2;
        for set in 0..left {
            totals[set] = totals[set].merge(totals[set + left]);
        }
    }
    (totals[0].fold(), signs.any_sign())
}

/// Lanes j and j + half of the virtual lanes of several rows, again and again. Lanes from `count` on are empty and
/// would add nothing.
#[inline(always)]
fn fold_rows<S: Copy>(lanes: &mut [S; LANES], count: usize, merge: impl Fn(S, S) -> S) -> S {
    let mut half = LANES / 2;
    let mut count = count;
    while half > 0 {
        for lane in half..count {
            lanes[lane - half] = merge(lanes[lane - half], lanes[lane]);
        }
        count = count.min(half);
        half /= 2;
    }
    lanes[0]
}

/// The totals of several short rows, a row in each register lane: `x[i * V::COUNT + row]`.
#[inline(always)]
pub fn totals_of_rows<V: Lanes, T: Element>(x: &[T], length: usize) -> (Totals<V>, V) {
    let mut lanes = [Totals::<V>::zero(); LANES];
    let mut plain = [V::zero(); LANES];
    let mut signs = V::zero();
    for (i, x) in x.chunks_exact(V::COUNT).take(length).enumerate() {
        let (x, lane) = (T::load::<V>(x), i % LANES);
        signs = signs.bits_or(x);
        plain[lane] = plain[lane].add(lanes[lane].largest.lesser(x));
        lanes[lane].largest = x.greater(lanes[lane].largest);
    }
    let count = length.min(LANES);
    for (lane, plain) in lanes.iter_mut().zip(plain).take(count) {
        lane.rest = Sum::of(plain);
    }
    (fold_rows(&mut lanes, count, Totals::merge), signs)
}

/// The sums of several short rows, a row in each register lane.
#[inline(always)]
pub fn sums_of_rows<V: Lanes, T: Element, K: Measure<N>, const N: usize>(
    p: &[T],
    q: &[T],
    length: usize,
    reference: &Reference<V>,
) -> ([Sum<V>; N], V) {
    let mut plain = [[V::zero(); N]; LANES];
    let mut look = V::zero();
    for i in 0..length {
        let at = i * V::COUNT;
        let x = T::load::<V>(&p[at..at + V::COUNT]);
        let y = if K::TWO { T::load::<V>(&q[at..at + V::COUNT]) } else { x };
        let (terms, closer) = K::terms::<V, T, false>(x, y, reference);
        for (sum, term) in plain[i % LANES].iter_mut().zip(terms) {
            *sum = sum.add(term);
        }
        look = look.bits_or(closer);
    }
    let count = length.min(LANES);
    let mut sums = [Sum::<V>::zero(); N];
    for (index, sum) in sums.iter_mut().enumerate() {
        let mut lanes = [Sum::<V>::zero(); LANES];
        for (lane, plain) in lanes.iter_mut().zip(&plain).take(count) {
            *lane = Sum::of(plain[index]);
        }
        *sum = fold_rows(&mut lanes, count, Sum::merge);
    }
    (sums, look)
}
