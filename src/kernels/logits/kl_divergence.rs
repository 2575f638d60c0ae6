//! Kullback-Leibler divergence of softmax(z/T) from softmax(w/T), in nats.
//!
//! With x = 2^t in proportion to p, and y = x·2^v in proportion to q, v = (w − z)·κ + a shift,
//!
//!   f(x, y) = x log(x/y) − x + y = x·(2^v − 1 − v·ln2) ≥ 0,     a·KL = Σ f(x, y) − f(a, a − D),
//!
//! a = Σ x, D = Σ (x − y), whatever the shift is: at first it is that of the largest logits of both, and where it is too
//! far off, that of the sums. Nothing cancels where z and w are near: for v next to 0 the bracket is v²·G(v).

use super::{
    Base, FAR, LARGE, LEAST, Label, LogitMeasure, Raise, SEVERAL, SINGLE_SUMS, Share, SingleBase, at_least, choose,
    difference, no_farther, times, unscaled,
};
use crate::kernels::{Finished, beyond_noise, no_more_than_double};
use crate::lanes::{Lanes, Singles};
use crate::math::coefficients::{LN_2, LN_2_LOW};
use crate::math::{
    self, Power, Precision, Sum, kullback_leibler_term_beyond, log2_ratio_apart, power_of_two_in_lanes, two_sum,
};

/// D(softmax(z/T) ‖ softmax(w/T))
#[derive(Clone, Copy)]
pub struct LogitKlDivergence;

/// 2^52: numbers above have no fraction.
const INTEGERS: f64 = (1u64 << 52) as f64;

/// Above this e only what y becomes counts, scaled by its own factor: 2^e times the scale of the sums is out of range.
const FAR_UP: f64 = 64.0;

/// As many classes are few, scaled.
const FEW: f64 = 16.0 * LARGE;

/// The weights x and y of a pair of logits, and x − y, all scaled; and f(x, y). All four are to be multiplied by the
/// mantissa of x yet, whose rounding is then that of x in whatever is made of them.
pub(super) struct Apart<V> {
    pub share: Share<V>,
    pub mantissa: V,
    pub x: V,
    pub y: V,
    pub difference: V,
    pub term: V,
}

/// What a pair of logits says of x and y.
#[inline(always)]
pub(super) fn apart<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> Apart<V> {
    let share = base.share::<P>(z);
    // v = ((w − its largest) − (z − its largest))·κ + shift: no difference of two logits of one row is out of range.
    let farthest = V::splat(f64::MIN).greater(V::splat(-FAR).div(base.factor.high));
    let (high, low) = no_farther::<V, P>(difference::<V, P>(w, base.w), farthest);
    let (high, error) = difference::<V, P>(high, share.distance.0);
    let v = times::<V, P>(high, if P::COMPENSATED { low.sub(share.distance.1).add(error) } else { low }, base.factor);
    let v = if !AGAIN {
        v
    } else if P::COMPENSATED {
        let (high, error) = two_sum(v.high, base.shift.high);
        Sum { high, low: v.low.add(base.shift.low).add(error) }
    } else {
        Sum::of(v.high.add(base.shift.high))
    };
    // Of a number without fractions what was rounded off is none either.
    let low = if P::COMPENSATED { V::select(v.high.less(V::splat(-INTEGERS)), V::zero(), v.low) } else { v.low };
    let (power, one) = (Power::of::<P>(v.high, low), V::splat(1.0));
    let (whole, n) = (share.power.whole(), share.power.n.add(V::splat(f64::from(Power::<V>::SCALE))));
    let other = power_of_two_in_lanes(n.add(power.n));
    // x·2^n − x, exactly; the bend is 0, or nearly so, where n is.
    let jump = other.sub(whole);
    let straight = V::zero().sub(whole.mul(power.n));
    let mantissa = share.power.mantissa::<P>();
    let (bend, tail) = if P::COMPENSATED {
        // Where n is ±1, the jump and the bend may be ten times what is left of both.
        let (bend, error) = two_sum(straight, jump.mul(power.r));
        let error = V::select(bend.less(V::splat(f64::INFINITY)), error, V::zero());
        let low = error.mul_add(V::splat(LN_2), bend.mul(V::splat(LN_2_LOW)));
        (bend, other.mul_add(power.tail, low))
    } else {
        (jump.mul_add(power.r, straight), other.mul(power.tail))
    };
    // What rounding took from r.
    let lost = if P::COMPENSATED { v.high.sub(power.n).sub(power.r).add(low).mul(V::splat(LN_2)) } else { V::zero() };
    let less_one = if P::COMPENSATED {
        let small = lost.add(power.r.mul_add(V::splat(LN_2_LOW), power.tail));
        power.r.mul_add(V::splat(LN_2), small)
    } else {
        power.less_one::<P>()
    };
    let more = jump.add(other.mul(less_one));
    let tail = if P::COMPENSATED { lost.mul_add(more, tail) } else { tail };
    let term = bend.mul_add(V::splat(LN_2), jump).add(tail);
    let (y, difference) = (other.mul(less_one.add(one)), V::zero().sub(more));
    Apart { share, mantissa, x: whole, y, difference, term }
}

/// From logits to compare z and w with to larger ones: x becomes 2^-i·x, and y becomes 2^-j·y, which is 2^-i·y·2^e.
pub(super) struct Raised<V: Lanes> {
    z: Raise<V>,
    w: Raise<V>,
    /// 2^e − 1
    more: V,
    /// 2^e − 1 − e·ln2
    excess: V,
    /// e·ln2, as far as 2^-i is not 0.
    shift: V,
    /// Is e so large that y alone counts, but for what 2^-i·y is not told from 0?
    far: V::Mask,
}

impl<V: Lanes> Raised<V> {
    /// From one base to another that does not lie below.
    #[inline(always)]
    pub(super) fn new(from: &Base<V>, to: &Base<V>) -> Self {
        let (z, w) = to.above(from);
        let negative = Sum { high: V::zero().sub(w.distance.high), low: V::zero().sub(w.distance.low) };
        let e = z.distance.merge(negative).tidy();
        let far = V::splat(FAR_UP).less(e.high);
        let power = Power::of::<f64>(V::select(far, V::zero(), e.high), V::select(far, V::zero(), e.low));
        let whole = power_of_two_in_lanes(power.n);
        let jump = whole.sub(V::splat(1.0));
        let bend = jump.mul_add(power.r, V::zero().sub(power.n));
        let more = jump.add(whole.mul(power.less_one::<f64>()));
        let excess = bend.mul_add(V::splat(LN_2), jump).add(whole.mul(power.tail));
        let shift = e.high.lesser(V::splat(-LEAST)).mul(V::splat(LN_2));
        Self { z, w, more, excess, shift, far }
    }

    /// Σ x
    #[inline(always)]
    pub(super) fn total(&self, all: Sum<V>) -> Sum<V> {
        self.z.lowered(all)
    }

    /// Σ (x − y) from what it was, and Σ x.
    #[inline(always)]
    pub(super) fn difference(&self, all: Sum<V>, d: Sum<V>) -> Sum<V> {
        let (d, y) = (d.tidy(), second_total(all, d));
        let near = self.z.lowered(d.merge(y.times(V::zero().sub(self.more))));
        let far = self.z.lowered(all).merge(self.w.lowered(y).times(V::splat(-1.0)));
        choose(self.far, far, near)
    }

    /// Σ f(x, y) from what it was, Σ x and Σ (x − y).
    #[inline(always)]
    fn divergence(&self, all: Sum<V>, d: Sum<V>, f: Sum<V>) -> Sum<V> {
        let (minus, y) = (V::splat(-1.0), second_total(all, d));
        let near = f.merge(all.times(self.excess)).merge(d.tidy().times(V::zero().sub(self.more)));
        // f(x, y·2^e) = f(x, y) − y − x·e·ln2 + y·2^e
        let rest = f.merge(y.times(minus)).merge(all.times(self.shift).times(minus));
        let far = self.z.lowered(rest).merge(self.w.lowered(y));
        choose(self.far, far, self.z.lowered(near))
    }
}

/// Σ y, from Σ x and Σ (x − y).
#[inline(always)]
fn second_total<V: Lanes>(all: Sum<V>, d: Sum<V>) -> Sum<V> {
    let d = d.tidy();
    all.plus(V::zero().sub(d.high)).plus(V::zero().sub(d.low)).tidy()
}

/// f(a, a − d)
#[inline(always)]
fn second<V: Lanes>(a: V, d: V) -> V {
    let y = a.sub(d);
    let (difference, near, k) = math::apart(a, d, y);
    kullback_leibler_term_beyond::<V, f64>(a, k, difference, a.add(near), (y.sub(near), V::zero()))
}

impl LogitMeasure<3> for LogitKlDivergence {
    const TWO: bool = true;
    const BITS: bool = false;
    const SCALED: bool = true;
    const SINGLE: usize = 5;
    const PROBED: bool = true;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; 3] {
        let Apart { share, mantissa, difference, term, .. } = apart::<V, P, AGAIN>(z, w, base);
        let lowest = V::splat(f64::MIN);
        let without = V::not_but(z.less(lowest), w.less(lowest));
        let term = V::select(without, V::splat(f64::INFINITY), term.mul(mantissa));
        [share.value, difference.mul(mantissa), term]
    }

    // Σ x log(x/y) as it is: float32 lanes do for rows that are far apart, others want a second look.
    #[inline(always)]
    fn terms_in_single<S: Singles>(z: S, w: S, base: &SingleBase<S>) -> [S; SINGLE_SUMS] {
        let (x, y) = (base.share(z), base.share_of_second(w));
        let (part, farther) = (x.whole.mul(x.part), base.farther(z, w));
        let logarithms = part.mul_add(farther, x.whole.mul(farther));
        [x.whole, part, y.whole, y.whole.mul(y.part), logarithms]
    }

    #[inline(always)]
    fn lifted<V: Lanes>(sums: [V; SINGLE_SUMS], [lift, lift_of_second]: [V; 2], base: &Base<V>) -> [Sum<V>; 3] {
        let [x, x_part, y, y_part, logarithms] = sums;
        let (x, y) = (x.add(x_part).mul(lift), y.add(y_part).mul(lift_of_second));
        let logarithms = logarithms.mul(lift).mul(base.in_nats().high);
        [Sum::of(x), Sum::of(x.sub(y)), Sum::of(logarithms.sub(x.sub(y)))]
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 3], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 3] {
        let [all, d, f] = sums;
        let (raised, all) = (Raised::new(from, to), all.tidy());
        [raised.total(all), raised.difference(all, d), raised.divergence(all, d, f)]
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 3],
        _base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let (a, d, f) = (sums[0].tidy(), sums[1].tidy().high, sums[2].tidy());
        let value = f.plus(V::zero().sub(second(a.high, d))).tidy();
        let result = beyond_noise(value, f.high).over(unscaled(a));
        if !P::COMPENSATED && !AGAIN {
            // In float32 lanes a value is made of Σ x log(x/y) = F + D, of x and of y; what is infinite or no number there
            // may be neither.
            let parts = f.high.greater(f.high.add(d).abs()).greater(a.high.mul(V::splat(0.5)));
            let finite = V::both(parts.less(V::splat(f64::INFINITY)), value.high.less(V::splat(f64::INFINITY)));
            let several = V::both(finite, at_least(a.high, SEVERAL));
            return Finished { value: result, trusted: V::both(several, no_more_than_double(parts, value.high)) };
        }
        // float32 logits are worked on in float64: there is more to lose.
        let enough = if P::COMPENSATED { value.high } else { value.high.mul(V::splat(32.0)) };
        // What is taken away lends its error to what is left: the more of it, the fewer classes there are to even it out.
        let few = a.high.less(V::splat(FEW));
        let trusted = no_more_than_double(f.high.mul(V::select(few, V::splat(1.75), V::splat(1.0))), enough);
        Finished { value: result, trusted }
    }

    fn refined<V: Lanes>(sums: &[Sum<V>; 3], base: &Base<V>) -> Base<V> {
        refined(sums, base)
    }
}

/// The base whose shift makes the sums of x and of y equal, from a = Σ x and D = Σ (x − y).
#[inline(always)]
pub(super) fn refined<V: Lanes>(sums: &[Sum<V>], base: &Base<V>) -> Base<V> {
    let (a, d) = (sums[0].tidy(), sums[1].tidy());
    let more = log2_ratio_apart(a.high, d.high);
    let (high, error) = two_sum(base.shift.high, more);
    Base { shift: Sum { high, low: base.shift.low.add(error) }, ..*base }
}
