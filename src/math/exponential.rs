//! Powers of two, and what is left of them when their first terms are taken away.
//!
//!   2^t = 2^n·2^r,   n the integer nearest to t,   2^r = 1 + r·ln2 + r²·G(r),   |r| ≤ ½
//!
//! t comes in two parts, so that r is right to the last digit however large t is.

use super::coefficients::{LN_2, LN_2_LOW, LOG2_E, LOG2_E_LOW};
use super::{Precision, Sum, polynomial, power_of_two, two_sum};
use crate::lanes::Lanes;

/// 1.5·2^52: added to a number and taken away again, it leaves the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// 2^n for integers n in lanes; 0 below −1022. NaN gives anything.
#[inline(always)]
pub fn power_of_two_in_lanes<V: Lanes>(n: V) -> V {
    let n = V::splat(-1023.0).greater(n);
    n.add(V::splat(ROUND + 1023.0)).bits_to_top()
}

/// What t is more than the integer n nearest to it, and 2^(n + [`Power::SCALE`]), for t from [`Power::LEAST`] to 2^50.
#[inline(always)]
pub fn nearest_power_of_two<V: Lanes>(t: V) -> (V, V) {
    let bias = V::splat(ROUND - Power::<V>::LEAST);
    let biased = t.add(bias);
    (t.sub(biased.sub(bias)), biased.bits_to_top())
}

/// 2^t in parts.
#[derive(Clone, Copy)]
pub struct Power<V> {
    /// The integer n.
    pub n: V,
    /// What t is more than n.
    pub r: V,
    /// r²·G(r)
    pub tail: V,
    /// G(r)
    series: V,
    /// 1.5·2^52 + n + 1023 + SCALE
    biased: V,
}

impl<V: Lanes> Power<V> {
    /// 2^scaled is times 2^this.
    pub const SCALE: i32 = 512;
    /// The least t for which [`Self::scaled`] is what it says, which is 0.
    pub const LEAST: f64 = -1023.0 - Self::SCALE as f64;

    /// The parts of 2^(high + low), |high| below 2^50.
    #[inline(always)]
    pub fn of<P: Precision>(high: V, low: V) -> Self {
        let bias = V::splat(ROUND - Self::LEAST);
        let biased = high.add(bias);
        let n = biased.sub(bias);
        let r = if P::COMPENSATED { high.sub(n).add(low) } else { high.sub(n) };
        let series = polynomial(r, P::EXPONENTIAL);
        Self { n, r, tail: r.mul(r).mul(series), series, biased }
    }

    /// The parts of e^x.
    #[inline(always)]
    pub fn of_nats<P: Precision>(x: V) -> Self {
        let (high, factor) = (x.mul(V::splat(LOG2_E)), V::splat(LOG2_E));
        if !P::COMPENSATED {
            return Self::of::<P>(high, V::zero());
        }
        let error = x.mul_add(factor, V::zero().sub(high));
        Self::of::<P>(high, x.mul_add(V::splat(LOG2_E_LOW), error))
    }

    /// 2^r − 1
    #[inline(always)]
    pub fn less_one<P: Precision>(&self) -> V {
        let small = if P::COMPENSATED { self.r.mul_add(V::splat(LN_2_LOW), self.tail) } else { self.tail };
        self.r.mul_add(V::splat(LN_2), small)
    }

    /// 2^r
    #[inline(always)]
    pub fn mantissa<P: Precision>(&self) -> V {
        let one = V::splat(1.0);
        if P::COMPENSATED {
            self.less_one::<P>().add(one)
        } else {
            self.series.mul_add(self.r, V::splat(LN_2)).mul_add(self.r, one)
        }
    }

    /// 2^(n + SCALE), for t ≥ LEAST
    #[inline(always)]
    pub fn whole(&self) -> V {
        self.biased.bits_to_top()
    }

    /// 2^t
    #[inline(always)]
    pub fn value<P: Precision>(&self) -> V {
        self.mantissa::<P>().mul(power_of_two_in_lanes(self.n))
    }

    /// 2^t for |t| below 1500, subnormal and infinite where it is: in two steps, the second of which alone may leave the
    /// range of normal numbers.
    #[inline(always)]
    pub fn value_of_any<P: Precision>(&self) -> V {
        let half = V::splat(f64::from(Self::SCALE));
        let above = V::zero().less(self.n);
        let half = V::select(above, half, V::zero().sub(half));
        let step = i64::from(Self::SCALE);
        let scale = V::select(above, V::splat(power_of_two(step)), V::splat(power_of_two(-step)));
        self.mantissa::<P>().mul(power_of_two_in_lanes(self.n.sub(half))).mul(scale)
    }
}

/// Beyond ± this e^x is 0 or infinite.
const FARTHEST: f64 = 800.0;

/// e^x
#[inline(always)]
pub fn exponential<V: Lanes, P: Precision>(x: V) -> V {
    let x = V::splat(FARTHEST).lesser(V::splat(-FARTHEST).greater(x));
    Power::of_nats::<P>(x).value_of_any::<P>()
}

/// 1 − e^−x and e^−x for x ≥ 0, the first in two parts and right to about 2^-55 of itself.
///
///   With e^−x = 2^n·e^ρ:   1 − e^−x = (1 − 2^n) − 2^n·(ρ + (e^ρ − 1 − ρ))
#[inline(always)]
pub fn decline<V: Lanes>(x: V) -> (Sum<V>, V) {
    let (zero, one) = (V::zero(), V::splat(1.0));
    let below = zero.sub(V::splat(FARTHEST).lesser(x));
    let power = Power::of_nats::<f64>(below);
    let (n, whole) = (power.n, power_of_two_in_lanes(power.n));
    let product = n.mul(V::splat(LN_2));
    let product_low = n.mul_add(V::splat(LN_2_LOW), n.mul_add(V::splat(LN_2), zero.sub(product)));
    let (rest, error) = two_sum(below, zero.sub(product));
    let small = power.tail.add(error.sub(product_low));
    let (above, above_low) = two_sum(one, zero.sub(whole));
    let (high, error) = two_sum(above, zero.sub(whole.mul(rest)));
    let low = whole.neg_mul_add(small, error.add(above_low));
    (Sum { high, low }.tidy(), whole.mul(power.mantissa::<f64>()))
}
