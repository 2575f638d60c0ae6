//! Negative log-likelihood of a Poisson distribution, from the logarithm of its rate or from the rate itself.

use super::{Elementwise, Found, Given, HALF_LOG_TWO_PI, outside, where_known, within};
use crate::lanes::Lanes;
use crate::math::{Precision, exponential, minus_log};

/// What a parameter of 1 adds: Stirling's t·ln t − t + ½·ln 2πt for ln t!, where t > 1.
#[inline(always)]
fn stirling<V: Lanes, P: Precision>(t: V, parameter: V) -> V {
    if parameter.first() == 0.0 {
        return V::zero();
    }
    let log = V::zero().sub(minus_log::<V, P>(t));
    let smaller = log.mul_add(V::splat(0.5), V::splat(HALF_LOG_TWO_PI));
    V::select(V::splat(1.0).less(t), t.mul(log).sub(t).add(smaller), V::zero())
}

/// e^x − t·x
#[derive(Clone, Copy)]
pub struct PoissonNll;

impl Elementwise for PoissonNll {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, _wanted: bool) -> Found<V> {
        let Given { x, target: t, parameter, .. } = given;
        let (zero, infinity) = (V::zero(), V::splat(f64::INFINITY));
        let rate = exponential::<V, P>(x);
        let both = t.neg_mul_add(x, rate);
        let alone = V::select(zero.no_less(t), rate, both);
        let loss = V::select(rate.no_less(infinity), rate, alone);
        let loss = loss.add(stirling::<V, P>(t, parameter));
        where_known(within(t, infinity), loss, rate.sub(t), outside(t, infinity))
    }
}

/// x − t·ln x
#[derive(Clone, Copy)]
pub struct PoissonNllOfRate;

impl Elementwise for PoissonNllOfRate {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, wanted: bool) -> Found<V> {
        let Given { x, target: t, parameter, .. } = given;
        let (zero, infinity) = (V::zero(), V::splat(f64::INFINITY));
        let both = t.mul_add(minus_log::<V, P>(x), x);
        let alone = V::select(zero.no_less(t), x, both);
        let loss = V::select(x.no_less(infinity), x, alone);
        let loss = loss.add(stirling::<V, P>(t, parameter));
        let derivative =
            if wanted { V::splat(1.0).sub(V::select(zero.no_less(t), zero, t.div(x.add(zero)))) } else { zero };
        let known = V::both(within(x, infinity), within(t, infinity));
        where_known(known, loss, derivative, outside(x, infinity).bits_or(outside(t, infinity)))
    }
}
