//! Rows that want a closer look: weights that are negative, infinite or NaN, −0, totals that overflow or vanish, zeros in
//! a model, and rows whose first guess was not good enough. Slower, right for every row, and always in float64.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::load::Scratch;
use super::{BLOCK, Finish, Rows};
use crate::dispatch;
use crate::kernels::{Finished, Measure, Reference, Scale};
use crate::lanes::{Job, Lanes, One};
use crate::math::{Sum, power_of_two};

/// 2^-200. A divergence below may be that of the rounding of its reference, or of weights that the scale made 0.
const HIDDEN: f64 = 6.223_015_277_861_142e-61;

fn is_hidden<K: Measure<N>, const N: usize>(value: Sum<One>) -> bool {
    K::DIVERGENCE && value.high.abs().0 < HIDDEN
}

/// What a look at every weight of a row tells.
#[derive(Default)]
pub(super) struct Look {
    invalid: bool,
    nan: bool,
    pub(super) largest: f64,
}

impl Look {
    pub(super) fn at(&mut self, weights: &[f64]) {
        for &x in weights {
            self.invalid |= x < 0.0 || x == f64::INFINITY;
            self.nan |= x.is_nan();
            self.largest = if x > self.largest { x } else { self.largest };
        }
    }

    /// How many times the weights are to be halved so that the largest is about 2^900: what is then lost below is less
    /// than the least part of any result.
    pub(super) fn shift(&self) -> i64 {
        const TOP: i64 = 900;
        // A row of zeros is fine at any scale, and leaves the choice to the other.
        if self.largest == 0.0 {
            return -LARGEST_SHIFT;
        }
        let exponent = (self.largest.to_bits() >> 52) as i64 - 1023;
        // Even, so that it has a root.
        (exponent - TOP).clamp(-LARGEST_SHIFT, LARGEST_SHIFT) & !1
    }
}

/// Factors must be normal numbers.
pub(super) const LARGEST_SHIFT: i64 = 1000;

impl Rows<'_> {
    /// The result of any row.
    #[inline(never)]
    pub(super) fn careful<K: Measure<N>, const N: usize>(&self, row: usize, finish: &Finish) -> f64 {
        let (mut p, mut q) = (Look::default(), Look::default());
        self.each_block(row, |x, y| {
            p.at(x);
            q.at(y);
            true
        });
        if p.invalid || q.invalid {
            self.watch.invalid.fetch_or(!self.unit.invalid_is_nan, Ordering::Relaxed);
            return f64::NAN;
        }
        if p.nan || q.nan {
            return f64::NAN;
        }
        if !finish.normalize {
            let (shift, shift_q) = K::raw_shift(p.shift(), q.shift());
            let one = Sum::of(One(1.0));
            let sums = self.careful_sums::<f64, K, N>(row, K::reference(one, one, scale(shift, shift_q)));
            let value = K::finish_raw(&sums);
            if is_hidden::<K, N>(value) {
                return self.raw_others::<K, N>(row, finish);
            }
            return finish.owed(value, shift);
        }
        let (shift_p, shift_q) = (p.shift(), q.shift());
        let totals = self.totals::<f64, K, N>(row, (power_of_two(-shift_p), power_of_two(-shift_q)));
        let a = totals.p.total();
        let b = if K::TWO { totals.q.total() } else { a };
        if a.high.0 == 0.0 || b.high.0 == 0.0 {
            return f64::NAN;
        }
        let settled = |sums: &[Sum<One>; N], reference: &Reference<One>| {
            dispatch::run(self.level, Settled::<K, N> { sums: *sums, a, b, reference: *reference, kernel: PhantomData })
        };
        let reference = K::reference(a, b, scale(shift_p, shift_q));
        let sums = self.careful_sums::<f64, K, N>(row, reference);
        let mut value = match settled(&sums, &reference) {
            (value, true) => value,
            // Terms that nearly cancelled: the row is gone over again with what they show that the reference lacks.
            (value, false) => K::refined(&sums, a, &reference)
                .map_or(value, |refined| settled(&self.careful_sums::<f64, K, N>(row, refined), &refined).0),
        };
        let mut exponent = 0;
        if is_hidden::<K, N>(value) {
            let one = self.first_of_largest(row, p.largest);
            let Some(others) = self.normalized_others::<K, N>(row, one, (shift_p, shift_q)) else { return 0.0 };
            (value, exponent) = (settled(&others.sums, &others.reference).0, -others.raised);
        }
        let result = finish.owed(value, exponent);
        if result > finish.disjoint && self.is_disjoint(row) {
            return finish.of_disjoint();
        }
        let exact =
            if finish.exact && self.length() <= BLOCK { self.dyadic::<K, N>(row, shift_p, shift_q) } else { None };
        exact.unwrap_or(result)
    }

    /// The result of a row of powers of two parts of its total, in bits.
    fn dyadic<K: Measure<N>, const N: usize>(&self, row: usize, shift_p: i64, shift_q: i64) -> Option<f64> {
        let mut scratch = Scratch::<f64>::new();
        let (p, q) = self.block(row, 0..self.length(), &mut scratch);
        let (factor_p, factor_q) = (power_of_two(-shift_p), power_of_two(-shift_q));
        // What the scale would make 0 stays a weight: too small for the exact sum, which then says so.
        let scaled = |x: f64, factor: f64| if x == 0.0 { 0.0 } else { (x * factor).max(f64::from_bits(1)) };
        K::dyadic(p.iter().zip(q).map(|(&p, &q)| (scaled(p, factor_p), scaled(q, factor_q))))
    }

    /// Is there no place where both p and q have weight?
    fn is_disjoint(&self, row: usize) -> bool {
        self.each_block(row, |p, q| p.iter().zip(q).all(|(&p, &q)| p == 0.0 || q == 0.0))
    }

    /// Are p and q the same?
    pub(super) fn are_equal(&self, row: usize) -> bool {
        self.each_block(row, |p, q| p == q)
    }

    /// Shows each block of a row, as long as the answer is yes; the last answer.
    pub(super) fn each_block(&self, row: usize, mut show: impl FnMut(&[f64], &[f64]) -> bool) -> bool {
        let mut scratch = Scratch::new();
        (0..self.length()).step_by(BLOCK).all(|from| {
            let (p, q) = self.block(row, from..self.length().min(from + BLOCK), &mut scratch);
            show(p, q)
        })
    }
}

/// Weights halved so many times.
pub(super) fn scale(p: i64, q: i64) -> Scale<One> {
    Scale { p: One(power_of_two(-p)), q: One(1.0), q_before: One(power_of_two(-q)), q_shift: One(q as f64) }
}

/// From the sums of a row to its value, and whether that can be trusted.
struct Settled<K, const N: usize> {
    sums: [Sum<One>; N],
    a: Sum<One>,
    b: Sum<One>,
    reference: Reference<One>,
    kernel: PhantomData<K>,
}

impl<K: Measure<N>, const N: usize> Job for Settled<K, N> {
    type Output = (Sum<One>, bool);

    #[inline(always)]
    fn run<V: Lanes>(self) -> (Sum<One>, bool) {
        let Finished { value, trusted } = K::finish(&self.sums, self.a, self.b, &self.reference);
        (value, trusted)
    }
}

impl Finish {
    /// The result of a value that is to be doubled so many times, an even number.
    pub(super) fn owed(&self, value: Sum<One>, doublings: i64) -> f64 {
        // The factor comes last: before, the value may overflow where the unit would have made room, and underflow where
        // the root would have.
        let doublings = if self.root { doublings / 2 } else { doublings };
        // What is halved more often than that is 0 by then.
        self.result(value).0 * power_of_two(doublings.max(-LARGEST_SHIFT))
    }
}
