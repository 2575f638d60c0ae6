//! Shares of float32 logits, in float32 lanes: right to less than an ulp however far apart the logits are, as no
//! difference of two of them is rounded.
//!
//!   2^(x·κ) = 2^n·(1 + p),   p = 2^r − 1,   x = z − o,   n the integer nearest to x·κ,   r = (x·κ₁ − n) + x·κ₂,   κ = κ₁ + κ₂,
//!
//! the first of the two terms of r being exact but for one rounding below 2^-25. The origin o is 0 where x·κ is then small
//! enough for that, and else the largest logit m, from which all that count differ by less than a factor of two, so that
//! x is exact. 2^n and 2^n·p are added up apart, so that only p is rounded. Of a block all is compared with 2^N, N the n
//! of m; what this differs from 2^(m·κ) is settled once a block ([`SingleBase::lifts`]).

use std::marker::PhantomData;

use super::{Base, LARGE, LogitMeasure};
use crate::accumulate::{Four, SingleTerms};
use crate::kernels::always;
use crate::lanes::{Lanes, Pair, Singles};
use crate::math::coefficients::{EXPONENTIAL_IN_SINGLE, LN_2};
use crate::math::{Power, Sum, power_of_two, power_of_two_in_lanes, two_sum};

/// Sums that a measure may have in float32 lanes.
pub const SINGLE_SUMS: usize = 5;
/// The share of the largest is 2^this: sums of a block stay finite, and what is 2^-226 of it is still seen.
const SCALE: f64 = 100.0;
/// The exponent of a float32 1.
const BIAS: f64 = 127.0;
/// 1.5·2^23: added to a number and taken away again, it leaves the nearest integer.
const ROUND: f64 = 12_582_912.0;
/// From here on in bits, logits are compared with the largest one.
const NEAR: f64 = 65536.0;
/// log2(e)/T is within 2^±this, or float32 lanes are not used: distances of logits, scaled, stay finite.
const RANGE: i64 = 20;

/// Does this factor κ suit float32 lanes?
pub fn suits_single(factor: f64) -> bool {
    (power_of_two(-RANGE)..power_of_two(RANGE)).contains(&factor)
}

/// What the float32 logits of one argument are compared with.
#[derive(Clone, Copy)]
struct Origin<S> {
    /// The largest.
    largest: S,
    /// What is taken from each: the origin.
    taken: S,
    /// What is left of the largest.
    top: S,
    /// What is left where the share is 0.
    lowest: S,
    /// 1.5·2^23 + 127 + SCALE − N
    round: S,
}

impl<S: Singles> Origin<S> {
    /// For logits with this largest one, and log2 of what the sums are to be multiplied with but for their scale.
    #[inline(always)]
    fn new<V: Lanes<Single = S>>(largest: V, factor: Sum<V>) -> (Self, Sum<V>) {
        let zero = V::zero();
        let far = V::splat(NEAR).less(largest.mul(factor.high).abs());
        let taken = V::select(far, largest, zero);
        let top = largest.sub(taken);
        // What the lanes find for the largest: the product of two float32 is exact.
        let product = top.mul(V::widen(factor.high.narrow()));
        let round = V::splat(1.5 * (1_u64 << 52) as f64);
        let n = product.add(round).sub(round);
        let least = n.sub(V::splat(BIAS + SCALE));
        let origin = Self {
            largest: largest.narrow(),
            taken: taken.narrow(),
            top: top.narrow(),
            lowest: least.div(factor.high).narrow(),
            round: V::splat(ROUND).sub(least).narrow(),
        };
        let high = top.mul(factor.high);
        let error = top.mul_add(factor.high, zero.sub(high));
        let low = top.mul_add(factor.low, error);
        let (gap, rest) = two_sum(n, zero.sub(high));
        (origin, Sum { high: gap, low: rest.sub(low) })
    }

    #[inline(always)]
    fn four(&self) -> Origin<Four<S>> {
        Origin {
            largest: four(self.largest),
            taken: four(self.taken),
            top: four(self.top),
            lowest: four(self.lowest),
            round: four(self.round),
        }
    }
}

/// What the float32 logits of a block are compared with.
#[derive(Clone, Copy)]
pub struct SingleBase<S> {
    z: Origin<S>,
    w: Origin<S>,
    factor: S,
    factor_low: S,
    /// How far the largest z lies above the largest w, in two parts.
    above: S,
    above_low: S,
}

impl<S: Singles> SingleBase<S> {
    /// For logits compared with this base, and what the sums of each argument are to be multiplied with.
    #[inline(always)]
    pub fn new<V: Lanes<Single = S>>(base: &Base<V>) -> (Self, [V; 2]) {
        let factor = base.factor.high.narrow();
        let above = base.z.sub(base.w);
        let above_single = above.narrow();
        let (z, gap) = Origin::new(base.z, base.factor);
        let (w, gap_of_second) = Origin::new(base.w, base.factor);
        let single = Self {
            z,
            w,
            factor,
            factor_low: base.factor.high.sub(V::widen(factor)).narrow(),
            above: above_single,
            above_low: above.sub(V::widen(above_single)).narrow(),
        };
        (single, [lift(gap), lift(gap_of_second)])
    }

    /// The same for four numbers to a lane.
    #[inline(always)]
    fn four(&self) -> SingleBase<Four<S>> {
        SingleBase {
            z: self.z.four(),
            w: self.w.four(),
            factor: four(self.factor),
            factor_low: four(self.factor_low),
            above: four(self.above),
            above_low: four(self.above_low),
        }
    }

    /// The share of a logit of the first argument.
    #[inline(always)]
    pub fn share(&self, z: S) -> SingleShare<S> {
        self.of(&self.z, z)
    }

    /// The share of a logit of the second argument.
    #[inline(always)]
    pub fn share_of_second(&self, w: S) -> SingleShare<S> {
        self.of(&self.w, w)
    }

    #[inline(always)]
    fn of(&self, origin: &Origin<S>, z: S) -> SingleShare<S> {
        let x = origin.lowest.greater(z.sub(origin.taken));
        let biased = x.mul_add(self.factor, origin.round);
        let negative_n = origin.round.sub(biased);
        let r = x.mul_add(self.factor_low, x.mul_add(self.factor, negative_n));
        let mut tail = S::splat(EXPONENTIAL_IN_SINGLE[4] as f32);
        for index in [3, 2, 1, 0] {
            tail = tail.mul_add(r, S::splat(EXPONENTIAL_IN_SINGLE[index] as f32));
        }
        SingleShare { whole: biased.bits_to_top(), part: tail.mul_add(r, S::splat(LN_2 as f32)).mul(r), x }
    }

    /// The share of a logit that is not one of the largest, and the number 1 if it is one.
    #[inline(always)]
    pub fn apart(&self, share: SingleShare<S>, z: S) -> (SingleShare<S>, S) {
        let one = S::splat(1.0).only(z.no_less(self.z.largest));
        // A NaN is in the part, which it leaves where it is.
        (SingleShare { whole: share.whole.only(z.less(self.z.largest)), ..share }, one)
    }

    /// How far a logit lies below the largest.
    #[inline(always)]
    pub fn distance(&self, share: &SingleShare<S>) -> S {
        self.z.top.sub(share.x)
    }

    /// How much farther the second of two logits lies below the largest of its row than the first; 0 where the first is
    /// that of a masked class.
    #[inline(always)]
    pub fn farther(&self, z: S, w: S) -> S {
        let difference = z.sub(w);
        // What rounding took from it (Knuth).
        let w_seen = z.sub(difference);
        let z_seen = difference.add(w_seen);
        let error = z.sub(z_seen).add(w_seen.sub(w));
        // Of an infinite difference that is no number.
        let finite = difference.less(S::splat(f32::INFINITY));
        let low = error.only(finite).sub(self.above_low);
        difference.sub(self.above).add(low).only(S::splat(f32::NEG_INFINITY).less(z))
    }
}

#[inline(always)]
fn four<S: Singles>(lanes: S) -> Four<S> {
    Pair(Pair(lanes, lanes), Pair(lanes, lanes))
}

/// A logit's share of its row, in proportion: 2^t, scaled, is whole·(1 + part).
#[derive(Clone, Copy)]
pub struct SingleShare<S> {
    /// A power of two, or 0.
    pub whole: S,
    /// 2^r − 1
    pub part: S,
    /// The logit without the origin, but no less than where its share is 0.
    x: S,
}

/// From sums of float32 lanes to those of float64 lanes: 2^gap, and the difference of their scales.
#[inline(always)]
fn lift<V: Lanes>(gap: Sum<V>) -> V {
    let power = Power::of::<f64>(gap.high, gap.low);
    let scales = V::splat(power_of_two(i64::from(Power::<V>::SCALE) - SCALE as i64));
    power.mantissa::<f64>().mul(power_of_two_in_lanes(power.n)).mul(scales)
}

/// More than one share of the largest, so that the rounding of each is little of a sum of products.
pub const SEVERAL: f64 = 3.0;

/// Are these totals of shares at least so many times the share of the largest? Then several are in it, and the rounding of
/// each, in float32 lanes, is little of a result. What is no number has nothing to lose.
#[inline(always)]
pub fn at_least<V: Lanes>(total: V, times: f64) -> V::Mask {
    V::not_but(total.less(V::splat(LARGE * times)), always::<V>())
}

/// The terms of float32 logits, in float32 lanes.
pub struct OfSingles<S, K, const N: usize> {
    base: SingleBase<S>,
    fours: SingleBase<Four<S>>,
    measure: PhantomData<K>,
}

impl<S: Singles, K, const N: usize> OfSingles<S, K, N> {
    /// Terms that are compared with this base.
    #[inline(always)]
    pub fn new(base: SingleBase<S>) -> Self {
        Self { base, fours: base.four(), measure: PhantomData }
    }
}

impl<S: Singles, K: LogitMeasure<N>, const N: usize> SingleTerms<S, SINGLE_SUMS> for OfSingles<S, K, N> {
    const TWO: bool = K::TWO;
    const SUMS: usize = K::SINGLE;

    #[inline(always)]
    fn terms(&self, z: S, w: S) -> [S; SINGLE_SUMS] {
        K::terms_in_single(z, w, &self.base)
    }
    #[inline(always)]
    fn four(&self, z: Four<S>, w: Four<S>) -> [Four<S>; SINGLE_SUMS] {
        K::terms_in_single(z, w, &self.fours)
    }
}
