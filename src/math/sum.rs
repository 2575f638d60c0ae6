//! A sum kept as high + low, from which nothing is lost that a result could show.

use super::Precision;
use crate::lanes::{Lanes, One, WIDEST};

/// An unevaluated sum: `high` is the running total, `low` what rounding took from it.
#[derive(Clone, Copy)]
pub struct Sum<V> {
    /// The total, rounded.
    pub high: V,
    /// What rounding lost.
    pub low: V,
}

/// a + b = s + e exactly (Knuth).
#[inline(always)]
pub fn two_sum<V: Lanes>(a: V, b: V) -> (V, V) {
    let s = a.add(b);
    let b_seen = s.sub(a);
    let a_seen = s.sub(b_seen);
    (s, a.sub(a_seen).add(b.sub(b_seen)))
}

/// x − (c + c')·y, rounded once however much of it cancels: both products are exact in two parts.
#[inline(always)]
pub fn minus_product<V: Lanes>(x: V, c: V, c_low: V, y: V) -> V {
    let zero = V::zero();
    let (first, second) = (c.mul(y), c_low.mul(y));
    let first_low = c.mul_add(y, zero.sub(first));
    let second_low = c_low.mul_add(y, zero.sub(second));
    let (rest, a) = two_sum(x, zero.sub(first));
    let (rest, b) = two_sum(rest, zero.sub(first_low));
    let (rest, c) = two_sum(rest, zero.sub(second));
    rest.add(c.add(b.add(a.sub(second_low))))
}

impl<V: Lanes> Sum<V> {
    /// Nothing yet.
    #[inline(always)]
    pub fn zero() -> Self {
        Self::of(V::zero())
    }
    /// One number.
    #[inline(always)]
    pub fn of(value: V) -> Self {
        Self { high: value, low: V::zero() }
    }
    /// The sum with one number more.
    #[inline(always)]
    pub fn plus(self, value: V) -> Self {
        let (high, error) = two_sum(self.high, value);
        Self { high, low: self.low.add(error) }
    }
    /// The sum of two sums.
    #[inline(always)]
    pub fn merge(self, other: Self) -> Self {
        let (high, error) = two_sum(self.high, other.high);
        Self { high, low: self.low.add(other.low).add(error) }
    }
    /// The same value with |low| at most half an ulp of high; infinity stays infinity (its low part is NaN by then).
    #[inline(always)]
    pub fn tidy(self) -> Self {
        let (high, low) = two_sum(self.high, self.low);
        let infinite = V::splat(f64::MAX).less(self.high.abs());
        Self { high: V::select(infinite, self.high, high), low: V::select(infinite, V::zero(), low) }
    }
    /// The sum times a number.
    #[inline(always)]
    pub fn times(self, factor: V) -> Self {
        let high = self.high.mul(factor);
        let error = self.high.mul_add(factor, V::zero().sub(high));
        Self { high, low: self.low.mul_add(factor, error) }
    }
    /// The product of two sums.
    #[inline(always)]
    pub fn product(self, other: Self) -> Self {
        let whole = self.times(other.high);
        Self { high: whole.high, low: self.high.mul_add(other.low, whole.low) }
    }
    /// The quotient of two tidy sums.
    #[inline(always)]
    pub fn over(self, divisor: Self) -> Self {
        let high = self.high.div(divisor.high);
        let rest = high.neg_mul_add(divisor.high, self.high).add(self.low);
        let low = high.neg_mul_add(divisor.low, rest).div(divisor.high);
        Self { high, low }
    }
    /// The value, rounded once.
    #[inline(always)]
    pub fn value(self) -> V {
        self.tidy().high
    }
    /// The sum in each lane.
    #[inline(always)]
    pub fn spread(self) -> [Sum<One>; WIDEST] {
        let (mut high, mut low) = ([0.0; WIDEST], [0.0; WIDEST]);
        self.high.store(&mut high);
        self.low.store(&mut low);
        let mut sums = [Sum::zero(); WIDEST];
        for lane in 0..V::COUNT {
            sums[lane] = Sum { high: One(high[lane]), low: One(low[lane]) };
        }
        sums
    }
    /// The sum with one number more, as exact as a block of this precision wants it.
    #[inline(always)]
    pub fn plus_in<P: Precision>(self, value: V) -> Self {
        if P::COMPENSATED { self.plus(value) } else { Self::of(self.high.add(value)) }
    }
    /// The sum of two sums, as exact as a block of this precision wants it.
    #[inline(always)]
    pub fn merge_in<P: Precision>(self, other: Self) -> Self {
        if P::COMPENSATED { self.merge(other) } else { Self::of(self.high.add(other.high)) }
    }
    /// All lanes in one: lane j with lane j + half, again and again. The tree is the same for every width.
    #[inline(always)]
    pub fn fold<P: Precision>(self) -> Sum<One> {
        if V::COUNT == 1 {
            return Sum { high: One(self.high.first()), low: One(self.low.first()) };
        }
        let (high, low) = (self.high.split(), self.low.split());
        Sum { high: high.0, low: low.0 }.merge_in::<P>(Sum { high: high.1, low: low.1 }).fold::<P>()
    }
}
