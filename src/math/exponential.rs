//! Powers of two, and what is left of them when their first terms are taken away.
//!
//!   2^t = 2^n·2^r,   n the integer nearest to t,   2^r = 1 + r·ln2 + r²·G(r),   |r| ≤ ½
//!
//! t comes in two parts, so that r is right to the last digit however large t is.

use super::coefficients::{LN_2, LN_2_LOW};
use super::{Precision, polynomial};
use crate::lanes::Lanes;

/// 1.5·2^52: added to a number and taken away again, it leaves the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// 2^n for integers n in lanes; 0 below −1022. NaN gives anything.
#[inline(always)]
pub fn power_of_two_in_lanes<V: Lanes>(n: V) -> V {
    let n = V::splat(-1023.0).greater(n);
    n.add(V::splat(ROUND + 1023.0)).bits_to_top()
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
        Self { n, r, tail: r.mul(r).mul(polynomial(r, P::EXPONENTIAL)), biased }
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
        self.less_one::<P>().add(V::splat(1.0))
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
}
