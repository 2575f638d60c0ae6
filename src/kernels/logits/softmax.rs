//! What the total of a row says of each of its logits: the probability, its logarithm, and what gradients are made of.

use super::{Base, LARGE, LEAST, SMALL, difference, ln_2, log2_of_total, times, total};
use crate::kernels::always;
use crate::lanes::{Lanes, One};
use crate::math::coefficients::{EXPONENTIAL_IN_SINGLE, LN_2};
use crate::math::{Precision, Sum, nearest_power_of_two, two_sum};

/// The probabilities of a row, from the sums of [`LogSumExp`].
#[derive(Clone, Copy)]
pub struct Softmax<V> {
    /// What the logits are compared with.
    pub base: Base<V>,
    /// One over the total.
    inverse: V,
    /// log2 of the total.
    log: V,
    /// The probability of all but one of the largest.
    pub others: V,
}

impl Softmax<One> {
    /// The same in every lane.
    #[inline(always)]
    pub fn splat<V: Lanes>(&self) -> Softmax<V> {
        let all = |one: One| V::splat(one.0);
        Softmax { base: self.base.splat(), inverse: all(self.inverse), log: all(self.log), others: all(self.others) }
    }
}

/// The mean distance from the largest logit, in bits, from the sums of [`LogitEntropy`].
#[inline(always)]
pub fn mean_distance<V: Lanes>([rest, count, distances]: [Sum<V>; 3]) -> Sum<V> {
    distances.tidy().over(total(rest, count).0).tidy()
}

impl<V: Lanes> Softmax<V> {
    /// From the sums of a row compared with this base.
    #[inline(always)]
    pub fn new(base: Base<V>, rest: Sum<V>, count: Sum<V>) -> Self {
        let scaled = total(rest, count).0;
        Self {
            base,
            inverse: V::splat(LARGE).div(scaled.high),
            log: log2_of_total(rest, count).mul(V::splat(SMALL)),
            others: count.plus(V::splat(-LARGE)).merge(rest).tidy().high.div(scaled.high),
        }
    }

    /// The probability of a logit times what it lies further below the largest than the `mean`, in nats.
    #[inline(always)]
    pub fn deviation<P: Precision>(&self, z: V, mean: Sum<V>) -> V {
        let (share, zero) = (self.base.share::<P>(z), V::zero());
        let t = times::<V, f64>(share.distance.0, share.distance.1, self.base.factor);
        let (high, error) = two_sum(zero.sub(t.high), zero.sub(mean.high));
        let farther = high.add(error.sub(t.low).sub(mean.low)).mul(V::splat(LN_2));
        // As in `probability`.
        share.value.mul(self.inverse).mul(farther).mul(V::splat(SMALL))
    }

    /// Is a logit that of a class that is nearly sure?
    #[inline(always)]
    fn is_sure(&self, z: V) -> V::Mask {
        V::both(z.no_less(self.base.z), self.others.less(V::splat(0.5)))
    }

    /// What the probability of a logit is more than that of another one elsewhere.
    #[inline(always)]
    pub fn difference<P: Precision>(&self, z: V, other: &Self, w: V) -> V {
        let usual = self.probability::<P>(z).sub(other.probability::<P>(w));
        // Where both are nearly sure, of what they lack.
        V::select(V::both(self.is_sure(z), other.is_sure(w)), other.others.sub(self.others), usual)
    }

    /// What the probability of a logit, `mass` times, is more than its `target`.
    #[inline(always)]
    pub fn excess<P: Precision>(&self, z: V, mass: V, target: V) -> V {
        let usual = self.probability::<P>(z).mul_add(mass, V::zero().sub(target));
        // Of a class that is nearly sure from what its probability lacks; for a NaN as usual.
        let own = self.others.neg_mul_add(mass, mass.sub(target));
        V::select(self.is_sure(z), own, usual)
    }

    /// What is `mass` times the probability of float32 logits, as far as a float32 shows it; None where the largest is too
    /// far from 0.
    #[inline(always)]
    pub fn proportion(&self, mass: V) -> Option<Proportion<V>> {
        let Base { z, factor, .. } = self.base;
        let offset = V::zero().sub(z.mul(factor.high));
        let near = offset.abs().less(V::splat(NEAR));
        if V::any(V::not_but(near, always::<V>())) {
            return None;
        }
        let scale = self.inverse.mul(mass).mul(V::splat(SMALL));
        let mut coefficients = [scale; SERIES];
        coefficients[1] = scale.mul(V::splat(LN_2));
        for index in 2..SERIES {
            coefficients[index] = scale.mul(V::splat(EXPONENTIAL_IN_SINGLE[index - 2]));
        }
        Some(Proportion { factor: factor.high, offset, coefficients })
    }

    /// The probability of a logit.
    #[inline(always)]
    pub fn probability<P: Precision>(&self, z: V) -> V {
        let share = self.base.share::<P>(z);
        // Scaled to the last step, which alone may leave the range of normal numbers.
        share.value.mul(self.inverse).mul(V::splat(SMALL))
    }

    /// Its logarithm, in nats.
    #[inline(always)]
    pub fn log_probability(&self, z: V) -> Sum<V> {
        let masked = z.less(V::splat(f64::MIN));
        let (high, low) = difference::<V, f64>(z, self.base.z);
        let total = ln_2().times(V::zero().sub(self.log));
        let value = times::<V, f64>(high, low, self.base.in_nats()).merge(total).tidy();
        // −∞ has no second part; in a row without a total it is no number either.
        let least = V::splat(f64::NEG_INFINITY).add(self.log.mul(V::zero()));
        Sum { high: V::select(masked, least, value.high), low: V::select(masked, V::zero(), value.low) }
    }
}

/// Where |m·κ| is below this, z·κ − m·κ rounds by less than 2^-36.
const NEAR: f64 = 65536.0;
/// Coefficients of 2^r: 1, ln2 and those of the tail.
const SERIES: usize = 2 + EXPONENTIAL_IN_SINGLE.len();

/// A number in proportion to the probability of float32 logits, right to 2^-26:
///
///   c·2^t = 2^n·(c + c·ln2·r + …),   t = z·κ − m·κ,   n the integer nearest to t,   r = t − n
#[derive(Clone, Copy)]
pub struct Proportion<V> {
    factor: V,
    offset: V,
    coefficients: [V; SERIES],
}

impl<V: Lanes> Proportion<V> {
    /// The number for a logit.
    #[inline(always)]
    pub fn of(&self, z: V) -> V {
        let t = V::splat(LEAST).greater(z.mul_add(self.factor, self.offset));
        let (r, whole) = nearest_power_of_two(t);
        let square = r.mul(r);
        let (mut even, mut odd) = (self.coefficients[SERIES - 1], self.coefficients[SERIES - 2]);
        for index in [SERIES - 3, SERIES - 5] {
            even = even.mul_add(square, self.coefficients[index]);
            odd = odd.mul_add(square, self.coefficients[index - 1]);
        }
        odd.mul_add(r, even.mul_add(square, self.coefficients[0])).mul(whole)
    }
}

impl Proportion<One> {
    /// The same in every lane.
    #[inline(always)]
    pub fn splat<V: Lanes>(&self) -> Proportion<V> {
        let mut coefficients = [V::zero(); SERIES];
        for index in 0..SERIES {
            coefficients[index] = V::splat(self.coefficients[index].0);
        }
        Proportion { factor: V::splat(self.factor.0), offset: V::splat(self.offset.0), coefficients }
    }
}
