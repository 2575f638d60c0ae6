//! Cross-entropy of two classes, from the probability of one of them or from its logit.

use super::{Elementwise, Found, Given, asked, outside, product, where_known, within};
use crate::lanes::Lanes;
use crate::math::{Precision, exponential, log_of_one_plus, minus_log};

/// −t·ln x − (1 − t)·ln(1 − x)
#[derive(Clone, Copy)]
pub struct BinaryCrossEntropy;

impl Elementwise for BinaryCrossEntropy {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, wanted: bool) -> Found<V> {
        let Given { x, target: t, parameter, .. } = given;
        let (zero, one) = (V::zero(), V::splat(1.0));
        let (against, rest) = (one.sub(t), zero.sub(log_of_one_plus::<V, P>(zero.sub(x))));
        let loss = product(t, minus_log::<V, P>(x)).add(product(against, rest));
        let derivative = if wanted { derivative(x.add(zero), t) } else { zero };
        let invalid = outside(x, one).bits_or(outside(t, one)).bits_and(asked(parameter));
        where_known(V::both(within(x, one), within(t, one)), loss, derivative, invalid)
    }
}

/// (x − t) / (x·(1 − x)), which for a t of 0 or 1 has one factor below the line.
#[inline(always)]
fn derivative<V: Lanes>(x: V, t: V) -> V {
    let one = V::splat(1.0);
    let (negative, positive, rest) = (V::zero().no_less(t), t.no_less(one), one.sub(x));
    let above = V::select(negative, one, V::select(positive, V::splat(-1.0), x.sub(t)));
    let below = V::select(negative, rest, V::select(positive, x, x.mul(rest)));
    above.div(below)
}

/// t·w·softplus(−z) + (1 − t)·softplus(z),   softplus(z) = max(z, 0) + ln(1 + e^−|z|)
#[derive(Clone, Copy)]
pub struct BinaryCrossEntropyWithLogits;

impl Elementwise for BinaryCrossEntropyWithLogits {
    #[inline(always)]
    fn of<V: Lanes, P: Precision>(given: Given<V>, wanted: bool) -> Found<V> {
        let Given { x: z, target: t, other: weight, parameter } = given;
        let (zero, one) = (V::zero(), V::splat(1.0));
        let (minus, known) = (zero.sub(z), V::both(z.no_less(z), weight.no_less(weight)));
        let power = exponential::<V, P>(zero.sub(z.abs()));
        let log = log_of_one_plus::<V, P>(power);
        let (positive, negative) = (product(t, weight), one.sub(t));
        let loss = product(positive, minus.greater(zero).add(log)).add(product(negative, z.greater(zero).add(log)));
        let derivative = if wanted {
            // σ(|z|) and σ(−|z|)
            let larger = one.div(one.add(power));
            let smaller = power.mul(larger);
            let below = z.less(zero);
            let (up, down) = (V::select(below, smaller, larger), V::select(below, larger, smaller));
            product(negative, up).sub(product(positive, down))
        } else {
            zero
        };
        let invalid = outside(t, one).bits_and(asked(parameter));
        where_known(V::both(known, within(t, one)), loss, derivative, invalid)
    }
}
