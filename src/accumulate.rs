//! From weights to sums: sixteen virtual lanes, whatever the registers.
//!
//! Element i of a block belongs to lane i mod 16. A lane adds at most eight elements plainly, by halves (a group of
//! 128 in all), then puts that into a [`Sum`] (compensated for float64); lane j is merged with lane j + 8, then with
//! j + 4, j + 2 and j + 1. This fixes every bit, and both ways of going through the numbers follow it: [`sums_of_block`]
//! has the lanes of one row in registers, and [`RowLanes`] has one row in each register lane, as suits short rows and
//! columns. What a number adds to the sums is said by [`Terms`].

mod abreast;
mod every;
mod single;

use std::marker::PhantomData;

pub use abreast::{Abreast, RowLanes};
pub use every::total_of_every;
pub use single::{Four, SingleTerms, parted, sums_of_mixed_block, sums_of_single_block};

use crate::kernels::{Measure, Reference, Totals};
use crate::lanes::{Lanes, One, prefetch};
use crate::math::{Precision, Sum};

/// Virtual lanes.
pub const LANES: usize = 16;
/// Elements that are added plainly before the compensated sum takes over.
pub const GROUP: usize = 128;
/// Register sets that cover the virtual lanes, at most (two lanes a set, at the portable level).
const SETS: usize = 8;
/// Rows up to this length go one to a register lane.
pub const SHORT: usize = 32;

/// A stored number that loads into lanes: float64 or float32.
pub trait Element: Precision + Default + PartialOrd + Into<f64> {
    /// The first lanes of a slice.
    fn load<V: Lanes>(values: &[Self]) -> V;
    /// Writes the lanes to the first places of a slice, rounded.
    fn store<V: Lanes>(lanes: V, values: &mut [Self]);
    /// The nearest number of this type.
    fn round(value: f64) -> Self;
    /// The same numbers, if they are float32.
    fn as_single(values: &[Self]) -> Option<&[f32]>;
    /// The same places, if they are for float32.
    fn as_single_mut(values: &mut [Self]) -> Option<&mut [f32]>;
}

impl Element for f64 {
    #[inline(always)]
    fn load<V: Lanes>(values: &[f64]) -> V {
        V::load(values)
    }
    #[inline(always)]
    fn store<V: Lanes>(lanes: V, values: &mut [f64]) {
        lanes.store(values);
    }
    #[inline(always)]
    fn round(value: f64) -> f64 {
        value
    }
    #[inline(always)]
    fn as_single(_values: &[f64]) -> Option<&[f32]> {
        None
    }
    #[inline(always)]
    fn as_single_mut(_values: &mut [f64]) -> Option<&mut [f32]> {
        None
    }
}

impl Element for f32 {
    #[inline(always)]
    fn load<V: Lanes>(values: &[f32]) -> V {
        V::load_single(values)
    }
    #[inline(always)]
    fn store<V: Lanes>(lanes: V, values: &mut [f32]) {
        lanes.store_single(values);
    }
    #[inline(always)]
    fn round(value: f64) -> f32 {
        value as f32
    }
    #[inline(always)]
    fn as_single(values: &[f32]) -> Option<&[f32]> {
        Some(values)
    }
    #[inline(always)]
    fn as_single_mut(values: &mut [f32]) -> Option<&mut [f32]> {
        Some(values)
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

/// What one number of each argument adds to the sums of its row. A trait, not a closure: a closure is not inlined into the
/// level's entry.
pub trait Terms<V: Lanes, T: Element, const N: usize> {
    /// Is there a second argument?
    const TWO: bool;
    /// The first of the sums that are wanted; those before it stay 0.
    const FIRST: usize;
    /// Do the sign bits of the numbers ask for a closer look?
    const SIGNS: bool;

    /// What adds nothing to any sum: it stands where a row has come to its end.
    fn nothing() -> T;

    /// The terms; the second result has its sign bit set where they must be looked at more closely.
    fn terms(&self, x: V, y: V) -> ([V; N], V);
}

/// The terms of weights, by a measure and the reference of their row; of a row whose totals (and signs) are `KNOWN`,
/// only those that they do not tell.
pub struct OfWeights<'r, V, K, const CAREFUL: bool, const KNOWN: bool> {
    reference: &'r Reference<V>,
    measure: PhantomData<K>,
}

impl<'r, V, K, const CAREFUL: bool, const KNOWN: bool> OfWeights<'r, V, K, CAREFUL, KNOWN> {
    /// Terms that are compared with this reference.
    #[inline(always)]
    pub fn new(reference: &'r Reference<V>) -> Self {
        Self { reference, measure: PhantomData }
    }
}

impl<V: Lanes, T: Element, K: Measure<N>, const N: usize, const CAREFUL: bool, const KNOWN: bool> Terms<V, T, N>
    for OfWeights<'_, V, K, CAREFUL, KNOWN>
{
    const TWO: bool = K::TWO;
    const FIRST: usize = if KNOWN { K::KNOWN } else { 0 };
    const SIGNS: bool = !KNOWN;

    #[inline(always)]
    fn nothing() -> T {
        T::default()
    }
    #[inline(always)]
    fn terms(&self, x: V, y: V) -> ([V; N], V) {
        K::terms::<V, T, CAREFUL>(x, y, self.reference)
    }
}

/// A group of a block: its whole lines, and what is left, in `room`, with `nothing` behind. Into a room of the caller's: a
/// line that is returned would be moved for each group, whether there is one or not.
#[inline(always)]
fn group<'b, T: Element>(
    block: &'b [T],
    from: usize,
    nothing: T,
    room: &'b mut Line<T>,
) -> (&'b [Line<T>], Option<&'b Line<T>>) {
    let (lines, rest) = block[from..block.len().min(from + GROUP)].as_chunks();
    if rest.is_empty() {
        return (lines, None);
    }
    *room = [nothing; LANES];
    room[..rest.len()].copy_from_slice(rest);
    (lines, Some(room))
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

/// Where the weights of a group come from: up to eight of each lane.
trait Source<V> {
    /// Weight j of p and of q in each lane.
    fn pair(&self, j: usize) -> (V, V);
}

/// Adds what the weights of a group stand for, two and two, then four and four: equal terms then double exactly, and a
/// large one is rounded three times, not seven. `$next` makes something of weight j; it is a macro, as a closure is not
/// inlined into the level's entry.
macro_rules! by_halves {
    ($precision:ty, $count:expr, $zero:expr, $add:expr, |$j:ident| $next:expr) => {{
        let (mut whole, mut half, mut quarter, mut $j) = ($zero, $zero, $zero, 0);
        while $j < $count {
            quarter = $add(quarter, $next);
            $j += 1;
            // A float32 result would not show the difference.
            if <$precision>::COMPENSATED && $j % 2 == 0 {
                half = $add(half, quarter);
                quarter = $zero;
                if $j % 4 == 0 {
                    whole = $add(whole, half);
                    half = $zero;
                }
            }
        }
        if <$precision>::COMPENSATED { $add(whole, $add(half, quarter)) } else { quarter }
    }};
}

#[inline(always)]
fn add_each<V: Lanes, const N: usize>(mut a: [V; N], b: [V; N], from: usize) -> [V; N] {
    for index in from..N {
        a[index] = a[index].add(b[index]);
    }
    a
}

/// The plain sums of a group's terms, and the signs of what wants a closer look.
#[inline(always)]
fn terms_of_group<V: Lanes, T: Element, F: Terms<V, T, N>, const N: usize>(
    source: &impl Source<V>,
    count: usize,
    terms: &F,
    look: &mut V,
) -> [V; N] {
    by_halves!(T, count, [V::zero(); N], |a, b| add_each(a, b, F::FIRST), |j| {
        let (x, y) = source.pair(j);
        let (terms, closer) = terms.terms(x, y);
        *look = look.bits_or(closer);
        if F::SIGNS {
            *look = look.bits_or(x).bits_or(y);
        }
        terms
    })
}

/// The plain total of a group, the largest weight so far kept apart if the measure wants that, and the signs.
#[inline(always)]
fn total_of_group<V: Lanes, P: Precision, K: Measure<N>, const N: usize>(
    source: &impl Source<V>,
    count: usize,
    factor: Option<V>,
    largest: &mut V,
    signs: &mut V,
) -> V {
    by_halves!(P, count, V::zero(), V::add, |j| {
        let mut x = source.pair(j).0;
        *signs = signs.bits_or(x);
        if let Some(factor) = factor {
            x = x.abs().mul(factor);
        }
        if K::APART {
            let smaller = largest.lesser(x);
            *largest = x.greater(*largest);
            smaller
        } else {
            x
        }
    })
}

/// A group of a row across the lanes, as one register set sees it.
struct Across<'a, T> {
    p: &'a [Line<T>],
    last_p: Option<&'a Line<T>>,
    q: &'a [Line<T>],
    last_q: Option<&'a Line<T>>,
    set: usize,
}

impl<T: Element> Across<'_, T> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.p.len() + usize::from(self.last_p.is_some())
    }
}

/// Line j, or the last.
#[inline(always)]
fn line<'a, T>(lines: &'a [Line<T>], last: Option<&'a Line<T>>, j: usize) -> &'a Line<T> {
    match last {
        Some(last) if j == lines.len() => last,
        _ => &lines[j],
    }
}

impl<V: Lanes, T: Element> Source<V> for Across<'_, T> {
    #[inline(always)]
    fn pair(&self, j: usize) -> (V, V) {
        (load(line(self.p, self.last_p, j), self.set), load(line(self.q, self.last_q, j), self.set))
    }
}

/// The sums of one block, lanes across the row. Meanwhile the memory `ahead` bytes behind is asked for.
#[inline(always)]
pub fn sums_of_block<V: Lanes, T: Element, F: Terms<V, T, N>, const N: usize>(
    p: &[T],
    q: &[T],
    terms: &F,
    ahead: usize,
) -> Partial<N> {
    let sets = LANES / V::COUNT;
    let mut sums = [[Sum::<V>::zero(); N]; SETS];
    let mut look = V::zero();
    let mut rooms = [[T::default(); LANES]; 2];
    let mut from = 0;
    while from < p.len() {
        let [room, other] = &mut rooms;
        let (p, last_p) = group(p, from, F::nothing(), room);
        let (q, last_q) = if F::TWO { group(q, from, F::nothing(), other) } else { (p, last_p) };
        prefetch_group(p, ahead);
        if F::TWO {
            prefetch_group(q, ahead);
        }
        for set in 0..sets {
            let source = Across { p, last_p, q, last_q, set };
            let plain = terms_of_group::<V, T, F, N>(&source, source.count(), terms, &mut look);
            for index in F::FIRST..N {
                sums[set][index] = sums[set][index].plus_in::<T>(plain[index]);
            }
        }
        from += GROUP;
    }
    let merged = merge_lanes::<T, _>(&mut sums, sets, sets);
    let mut folded = [Sum::<One>::zero(); N];
    for index in F::FIRST..N {
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
    let factor = SCALED.then(|| V::splat(factor));
    let mut room = [T::default(); LANES];
    let mut from = 0;
    while from < x.len() {
        let (lines, last) = group(x, from, T::default(), &mut room);
        for set in 0..sets {
            let source = Across { p: lines, last_p: last, q: lines, last_q: last, set };
            let mut largest = totals[set].largest;
            let plain = total_of_group::<V, T, K, N>(&source, source.count(), factor, &mut largest, &mut signs);
            totals[set] = Totals { largest, rest: totals[set].rest.plus_in::<T>(plain) };
        }
        from += GROUP;
    }
    (merge_lanes::<T, _>(&mut totals, sets, sets).fold::<T>(), signs.any_sign())
}

/// Lines whose largest numbers are found side by side.
const ABREAST: usize = 4;

/// The largest number of a block; −∞ if there is none but NaN. Of float32 it is found in float32, twice as many at once.
#[inline(always)]
pub fn largest_of_block<T: Element>(x: &[T]) -> f64 {
    let nothing = T::round(f64::NEG_INFINITY);
    let mut largest = [nothing; LANES * ABREAST];
    let (lines, rest) = x.as_chunks::<{ LANES * ABREAST }>();
    for line in lines {
        for lane in 0..LANES * ABREAST {
            largest[lane] = if line[lane] > largest[lane] { line[lane] } else { largest[lane] };
        }
    }
    let mut all = nothing;
    for &x in largest.iter().chain(rest) {
        all = if x > all { x } else { all };
    }
    all.into()
}
