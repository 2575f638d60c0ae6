//! Losses of logits against a target: rows of probabilities c, a label of weight h whose logit is z′, or both. With
//! m the largest logit and S = Σ 2^t, in nats
//!
//!   CE = (Σ c·(m − z) + h·(m − z′))/T + (Σ c + h)·log(S),
//!
//! all parts ≥ 0, and the divergence of softmax(z/T) from rows of probabilities is CE − Σ c·log(1/c). Where these two
//! nearly cancel, a second look takes it from terms that do not,
//!
//!   KL = Σ f(c, p) + (Σ c − 1),     f(x, y) = x log(x/y) − x + y,     p = 2^t/S.

use super::{
    Base, Label, LogSumExp, LogitMeasure, SINGLE_SUMS, SMALL, SingleBase, at_least, choose, difference, ln_2,
    log2_of_total, times, total, trusted,
};
use crate::kernels::{Finished, always, no_more_than_double};
use crate::lanes::{Lanes, Singles};
use crate::math::coefficients::LN_2;
use crate::math::{
    self, Numerator, Power, Precision, SMALLEST_NORMAL, Sum, kullback_leibler_term_beyond, log2_ratio,
    log2_ratio_of_sum, power_of_two_in_lanes, two_sum,
};

/// 1.5·2^12: added to a number and taken away again, it leaves the nearest multiple of 2^-40.
const COARSE: f64 = 1.5 * 4096.0;

/// Cross-entropy with a label.
#[derive(Clone, Copy)]
pub struct LabelCrossEntropy;

/// Cross-entropy with rows of probabilities, and with a label beside them if there is one.
#[derive(Clone, Copy)]
pub struct TargetCrossEntropy;

/// D(c ‖ softmax(z/T)), of probabilities c as they are: they need not sum to one.
#[derive(Clone, Copy)]
pub struct TargetKlDivergence;

/// x·y; nothing where x is 0, whatever y is.
#[inline(always)]
fn cost<V: Lanes>(x: V, y: V) -> V {
    x.mul(V::select(V::zero().less(x.abs()), y, V::zero()))
}

/// A target, and nothing behind the end of a row.
#[inline(always)]
fn present<V: Lanes>(target: V) -> V {
    V::select(target.less(V::splat(f64::MIN)), V::zero(), target)
}

/// The sums of the cross-entropy: those of the total of a row, Σ c, and Σ c·(m − z).
#[inline(always)]
fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, target: V, base: &Base<V>) -> [V; 4] {
    let [rest, one] = base.share::<P>(z).added::<P, AGAIN>(z, base.z);
    [rest, one, target, cost(target, base.z.sub(z))]
}

/// The same, compared with a larger logit.
#[inline(always)]
fn raised<V: Lanes>(sums: [Sum<V>; 4], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 4] {
    let raise = to.above(from).0;
    let [rest, count, mass, costs] = sums;
    let [rest, count] = raise.rest_and_count(rest, count);
    let (high, low) = difference::<V, f64>(to.z, from.z);
    let farther = Sum { high, low };
    // Where there was no target, there was nothing to be farther away from.
    let some = V::zero().less(mass.high.abs());
    [rest, count, mass, choose(some, costs.merge(mass.tidy().product(farther)), costs)]
}

/// The cross-entropy, with what a label adds.
#[inline(always)]
fn cross_entropy<V: Lanes>([rest, count, mass, costs]: [Sum<V>; 4], base: &Base<V>, label: &Label<V>) -> Sum<V> {
    let (high, low) = difference::<V, f64>(base.z, label.logit);
    // Nothing if there is no label; of an infinite distance the second part is no number.
    let (some, zero) = (V::zero().less(label.weight), V::zero());
    let part = V::both(some, high.less(V::splat(f64::INFINITY)));
    let own = Sum { high: V::select(some, high, zero), low: V::select(part, low, zero) }.times(label.weight).tidy();
    let log = ln_2().times(log2_of_total(rest, count).mul(V::splat(SMALL))).tidy();
    let costs = costs.merge(own).tidy().product(base.in_nats()).tidy();
    costs.merge(mass.plus(label.weight).tidy().product(log)).tidy()
}

impl LogitMeasure<2> for LabelCrossEntropy {
    const TWO: bool = false;
    const BITS: bool = false;
    const SCALED: bool = false;
    const SINGLE: usize = LogSumExp::SINGLE;
    const MIXED: bool = true;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 2] {
        LogSumExp::terms::<V, P, AGAIN>(z, w, base)
    }

    #[inline(always)]
    fn terms_in_single<S: Singles>(z: S, w: S, base: &SingleBase<S>) -> [S; SINGLE_SUMS] {
        LogSumExp::terms_in_single(z, w, base)
    }

    #[inline(always)]
    fn lifted<V: Lanes>(sums: [V; SINGLE_SUMS], lifts: [V; 2], base: &Base<V>) -> [Sum<V>; 2] {
        LogSumExp::lifted(sums, lifts, base)
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 2], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 2] {
        LogSumExp::raised(sums, from, to)
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 2],
        base: &Base<V>,
        label: &Label<V>,
    ) -> Finished<V> {
        let [rest, count] = *sums;
        let value = cross_entropy([rest, count, Sum::zero(), Sum::zero()], base, label);
        let exact = P::COMPENSATED || AGAIN;
        let trusted = if exact { always::<V>() } else { at_least(total(rest, count).0.high, 2.0) };
        Finished { value, trusted }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 2], base: &Base<V>) -> Base<V> {
        base.mixed(sums[0])
    }
}

impl LogitMeasure<4> for TargetCrossEntropy {
    const TWO: bool = true;
    const SECOND_IS_LOGITS: bool = false;
    const BITS: bool = false;
    const SCALED: bool = false;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 4] {
        terms::<V, P, AGAIN>(z, present(w), base)
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 4], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 4] {
        raised(sums, from, to)
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 4],
        base: &Base<V>,
        label: &Label<V>,
    ) -> Finished<V> {
        let value = cross_entropy(*sums, base, label);
        Finished { value, trusted: trusted::<V, P, AGAIN>(total(sums[0], sums[1]).0) }
    }
}

impl LogitMeasure<5> for TargetKlDivergence {
    const TWO: bool = true;
    const SECOND_IS_LOGITS: bool = false;
    const BITS: bool = false;
    const SCALED: bool = false;
    const KEPT: usize = 3;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 5] {
        let target = present(w);
        let negative_log = log2_ratio::<V, P>(&Numerator::new(V::splat(1.0)), target);
        if !AGAIN {
            let [rest, one, mass, costs] = terms::<V, P, AGAIN>(z, target, base);
            return [rest, one, mass, costs, cost(target, negative_log)];
        }
        // log2 p, p, and f(c, p)
        let (zero, least) = (V::zero(), V::splat(SMALLEST_NORMAL));
        let shift = base.shift;
        let share = base.share::<P>(z);
        let t = times::<V, P>(share.distance.0, share.distance.1, base.factor);
        let (high, error) = two_sum(t.high, zero.sub(shift.high));
        let power = Power::of::<P>(high, error.add(t.low).sub(shift.low));
        let (mantissa, rest) = two_sum(V::splat(1.0), power.less_one::<P>());
        let whole = power_of_two_in_lanes(power.n);
        let p = mantissa.mul(whole);
        // What p is rounded by would show where it is near c.
        let (difference, near, k) = math::apart(target, target.sub(p).sub(rest.mul(whole)), p);
        let beyond = (p.sub(near), zero);
        let term = kullback_leibler_term_beyond::<V, P>(target, k, difference, target.add(near), beyond);
        // Of a p too small for the power trick only its logarithm counts.
        let distance = base.z.sub(z).mul(base.factor.high);
        let far = cost(target, distance.add(shift.high).sub(negative_log).mul(V::splat(LN_2))).sub(target).add(p);
        let term = V::select(p.less(least), far, term);
        // Σ c loses nothing: multiples of 2^-40 are added exactly, and what is left of each is small.
        let coarse = target.add(V::splat(COARSE)).sub(V::splat(COARSE));
        let term = V::select(target.less(least), p, term).add(target.sub(coarse));
        [zero, zero, zero, coarse, term]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 5], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 5] {
        let [rest, count, mass, costs, entropy] = sums;
        let [rest, count, mass, costs] = raised([rest, count, mass, costs], from, to);
        [rest, count, mass, costs, entropy]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 5],
        base: &Base<V>,
        label: &Label<V>,
    ) -> Finished<V> {
        let [rest, count, mass, next, last] = *sums;
        if AGAIN {
            let value = last.merge(next.plus(V::splat(-1.0)).tidy()).tidy();
            return Finished { value, trusted: always::<V>() };
        }
        let (cross_entropy, entropy) =
            (cross_entropy([rest, count, mass, next], base, label), last.tidy().product(ln_2()).tidy());
        let value = cross_entropy.plus(V::zero().sub(entropy.high)).plus(V::zero().sub(entropy.low)).tidy();
        let trusted = no_more_than_double(cross_entropy.high.add(entropy.high.abs()), value.high);
        Finished { value, trusted }
    }

    /// The shift is log2 of the sum of all.
    fn refined<V: Lanes>(sums: &[Sum<V>; 5], base: &Base<V>) -> Base<V> {
        let total = total(sums[0], sums[1]).1;
        let high = log2_ratio_of_sum(total.high, total.low, V::splat(1.0));
        Base { shift: Sum::of(high), ..*base }
    }
}
