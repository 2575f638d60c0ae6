//! Rows that want a closer look: weights that are negative, infinite or NaN, −0, totals that overflow or vanish, zeros in
//! a model, and rows whose first guess was not good enough. Slower, right for every row, and always in float64.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::load::Scratch;
use super::{BLOCK, Finish, Rows};
use crate::dispatch;
use crate::kernels::{Measure, Reference, Scale};
use crate::lanes::{Job, Lanes, One};
use crate::math::{Sum, power_of_two};

/// Rows that differ by less than this after refinement differ by its rounding alone: 2^-200.
const NOTHING: f64 = 6.223_015_277_861_142e-61;

/// What a look at every weight of a row tells.
#[derive(Default)]
struct Look {
    invalid: bool,
    nan: bool,
    largest: f64,
}

impl Look {
    fn at(&mut self, weights: &[f64]) {
        for &x in weights {
            self.invalid |= x < 0.0 || x == f64::INFINITY;
            self.nan |= x.is_nan();
            self.largest = if x > self.largest { x } else { self.largest };
        }
    }

    /// How many times the weights are to be halved so that the largest is about 2^900: what is then lost below is less
    /// than the least part of any result.
    fn shift(&self) -> i64 {
        const TOP: i64 = 900;
        // A row of zeros is fine at any scale, and leaves the choice to the other.
        if self.largest == 0.0 {
            return -LARGEST_SHIFT;
        }
        let exponent = (self.largest.to_bits() >> 52) as i64 - 1023;
        (exponent - TOP).clamp(-LARGEST_SHIFT, LARGEST_SHIFT)
    }
}

/// Factors must be normal numbers.
const LARGEST_SHIFT: i64 = 1000;

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
        let (shift_p, shift_q) = (p.shift(), q.shift());
        if !finish.normalize {
            let (shift, shift_q) = K::raw_shift(shift_p, shift_q);
            // Even, so that it has a root.
            let shift = if finish.root { shift & !1 } else { shift };
            let one = Sum::of(One(1.0));
            let reference = K::reference(one, one, scale(shift, shift_q));
            let sums = self.careful_sums::<f64, K, N>(row, reference);
            let factor = power_of_two(if finish.root { shift / 2 } else { shift });
            let job = Last::<K, N> { sums, row: Weights::Raw { factor }, finish, kernel: PhantomData };
            return dispatch::run(self.level, job);
        }
        let totals = self.totals::<f64, K, N>(row, (power_of_two(-shift_p), power_of_two(-shift_q)));
        let a = totals.p.total();
        let b = if K::TWO { totals.q.total() } else { a };
        if a.high.0 == 0.0 || b.high.0 == 0.0 {
            return f64::NAN;
        }
        let reference = K::reference(a, b, scale(shift_p, shift_q));
        let sums = self.careful_sums::<f64, K, N>(row, reference);
        let cancelled = dispatch::run(self.level, Cancelled::<K, N> { sums, a, b, reference, kernel: PhantomData });
        let (sums, reference) = match cancelled {
            None => (sums, reference),
            Some(refined) => (self.careful_sums::<f64, K, N>(row, refined), refined),
        };
        let row_sums = Weights::Normalized { a, b, reference, refined: cancelled.is_some() };
        let job = Last::<K, N> { sums, row: row_sums, finish, kernel: PhantomData };
        let result = dispatch::run(self.level, job);
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

    /// Shows each block of a row, as long as the answer is yes; the last answer.
    fn each_block(&self, row: usize, mut show: impl FnMut(&[f64], &[f64]) -> bool) -> bool {
        let mut scratch = Scratch::new();
        (0..self.length()).step_by(BLOCK).all(|from| {
            let (p, q) = self.block(row, from..self.length().min(from + BLOCK), &mut scratch);
            show(p, q)
        })
    }
}

/// Weights halved so many times.
fn scale(p: i64, q: i64) -> Scale<One> {
    Scale { p: One(power_of_two(-p)), q: One(1.0), q_before: One(power_of_two(-q)), q_shift: One(q as f64) }
}

/// What the sums of a row are finished with.
enum Weights {
    /// Divided by their totals.
    Normalized { a: Sum<One>, b: Sum<One>, reference: Reference<One>, refined: bool },
    /// As they are, but for a factor that the result owes.
    Raw { factor: f64 },
}

/// The reference to go over the row with again, if its terms nearly cancelled.
struct Cancelled<K, const N: usize> {
    sums: [Sum<One>; N],
    a: Sum<One>,
    b: Sum<One>,
    reference: Reference<One>,
    kernel: PhantomData<K>,
}

impl<K: Measure<N>, const N: usize> Job for Cancelled<K, N> {
    type Output = Option<Reference<One>>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Option<Reference<One>> {
        let trusted = K::finish(&self.sums, self.a, self.b, &self.reference).trusted;
        if trusted { None } else { K::refined(&self.sums, self.a, &self.reference) }
    }
}

/// From the sums of a row to its result.
struct Last<'f, K, const N: usize> {
    sums: [Sum<One>; N],
    row: Weights,
    finish: &'f Finish,
    kernel: PhantomData<K>,
}

impl<K: Measure<N>, const N: usize> Job for Last<'_, K, N> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        match self.row {
            Weights::Normalized { a, b, reference, refined } => {
                let value = K::finish(&self.sums, a, b, &reference).value;
                let nothing = refined && value.high.0 < NOTHING;
                if nothing { 0.0 } else { self.finish.result(value).0 }
            }
            // The factor comes last: before, the value may overflow where the unit would have made room.
            Weights::Raw { factor } => self.finish.result(K::finish_raw(&self.sums)).0 * factor,
        }
    }
}
