//! Quantities of logits: p = softmax(z/T). A kernel states what a logit adds to the sums of its row, compared with the
//! largest one ([`LogitMeasure::terms`]), how these sums become those that a larger one would have given
//! ([`LogitMeasure::raised`]), and what they mean ([`LogitMeasure::finish`]).
//!
//! With κ = log2(e)/T and m the largest logit, p is in proportion to 2^t, t = (z − m)·κ ≤ 0. The largest ones, for which
//! this is 1, are counted apart from the sum of the others, which is all there is in a confident row. Sums are kept 2^512
//! times as large as they are, so that nothing is lost of answers next to 0.
//!
//! float32 logits with a float32 answer have a first look in float32 lanes, if the measure has one (`single.rs`); in one in
//! float64 lanes the largest are not counted apart ([`Share::added`]). Rows for which that does not do get a second look.

mod cross_entropy;
mod entropy;
mod js_divergence;
mod kl_divergence;
mod log_sum_exp;
mod single;
mod softmax;
mod target;

pub use cross_entropy::LogitCrossEntropy;
pub use entropy::{LogitEntropy, LogitPerplexity};
pub use js_divergence::LogitDistance;
pub use kl_divergence::LogitKlDivergence;
pub use log_sum_exp::LogSumExp;
pub use single::{OfSingles, SEVERAL, SINGLE_SUMS, SingleBase, at_least, suits_single};
pub use softmax::{Proportion, Softmax, mean_distance};
pub use target::{LabelCrossEntropy, TargetCrossEntropy, TargetKlDivergence};

use std::marker::PhantomData;

use super::{Finished, always};
use crate::accumulate::{Element, Terms};
use crate::lanes::{Lanes, One, Singles, WIDEST};
use crate::math::coefficients::{LN_2, LN_2_LOW, LOG2_E};
use crate::math::{Power, Precision, Sum, log2_ratio_of_sum, power_of_two_in_lanes, two_sum};

/// Sums are kept so many times as large: 2^512.
const LARGE: f64 = f64::from_bits((1023 + Power::<One>::SCALE as u64) << 52);
/// 2^-512
pub const SMALL: f64 = f64::from_bits((1023 - Power::<One>::SCALE as u64) << 52);
/// Where 2^t, scaled, is 0.
const LEAST: f64 = Power::<One>::LEAST;
/// Logits as far apart as this, in bits, are so for any number that a share of 0 is multiplied by, and of any other share
/// the product is infinite.
const FAR: f64 = 1e300;
/// Totals of float32 logits below this are taken once more, the largest apart: (1 + 2^-22), scaled.
const CONFIDENT: f64 = LARGE * (1.0 + 1.0 / (1u64 << 22) as f64);

/// What the logits of a row are compared with.
#[derive(Clone, Copy)]
pub struct Base<V> {
    /// The largest logit of the first argument.
    pub z: V,
    /// The largest logit of the second.
    pub w: V,
    /// κ = log2(e)/T
    pub factor: Sum<V>,
    /// log2 of the ratio of the sums of both, each compared with its largest; 0 as long as it is not known.
    pub shift: Sum<V>,
    /// From here on, float32 logits are so large a part of what is not of the largest that a second look takes the groups
    /// with them as float64.
    pub near: V,
    /// Where 2^t is 0, as a distance of logits.
    reach: V,
}

/// The logit of the class that a row is labelled with, and what it counts; 0 without one.
#[derive(Clone, Copy)]
pub struct Label<V> {
    /// The index of the class; negative where there is none.
    pub class: V,
    /// Its logit.
    pub logit: V,
    /// What it counts.
    pub weight: V,
}

impl<V: Lanes> Label<V> {
    /// No label.
    #[inline(always)]
    pub fn none() -> Self {
        Self { class: V::splat(-1.0), logit: V::zero(), weight: V::zero() }
    }
}

/// A logit's share of its row: 2^t.
#[derive(Clone, Copy)]
pub struct Share<V> {
    /// 2^t, scaled.
    pub value: V,
    /// 2^t in parts.
    pub power: Power<V>,
    /// t, rounded; not below [`LEAST`].
    pub t: V,
    /// (z − m), as far as t is not below that.
    distance: (V, V),
}

impl<V: Lanes> Share<V> {
    /// The share of a logit that is not the `largest`, and that of one that is.
    #[inline(always)]
    pub fn apart(&self, x: V, largest: V) -> [V; 2] {
        let mask = x.no_less(largest);
        // Of a NaN, which is not less and not equal, a NaN.
        [V::select(mask, V::zero(), self.value), V::select(mask, V::splat(LARGE), V::zero())]
    }

    /// What is added to the total and the count of the largest, which are one sum where nothing asks for more.
    #[inline(always)]
    pub fn added<P: Precision, const AGAIN: bool>(&self, x: V, largest: V) -> [V; 2] {
        if P::COMPENSATED || AGAIN { self.apart(x, largest) } else { [self.value, V::zero()] }
    }
}

/// Is this total one from which nothing is missing?
#[inline(always)]
fn trusted<V: Lanes, P: Precision, const AGAIN: bool>(total: Sum<V>) -> V::Mask {
    if P::COMPENSATED || AGAIN {
        always::<V>()
    } else {
        V::not_but(total.high.less(V::splat(CONFIDENT)), always::<V>())
    }
}

impl<V: Lanes> Base<V> {
    /// The base of rows with these largest logits.
    #[inline(always)]
    pub fn new(z: V, w: V, factor: Sum<V>) -> Self {
        let (reach, near) = (V::splat(LEAST).div(factor.high), V::splat(f64::NEG_INFINITY));
        Self { z: ground(z), w: ground(w), factor, shift: Sum::zero(), near, reach }
    }

    /// 1/T: in nats the largest float64 has room.
    #[inline(always)]
    fn in_nats(&self) -> Sum<V> {
        self.factor.product(ln_2()).tidy()
    }

    /// The same without a shift that is small, which may be of rows that are equal and have none, or that is not `known`.
    #[inline(always)]
    pub fn steadied(&self, known: V::Mask) -> Self {
        let large = V::both(known, self.shift.high.abs().no_less(V::splat(1.0 / 64.0)));
        Self { shift: choose(large, self.shift, Sum::zero()), ..*self }
    }

    /// The same for a second look at a row, the others of which have this sum: what lies below 2^-8 of it is one of many.
    #[inline(always)]
    pub fn mixed(&self, rest: Sum<V>) -> Self {
        let share = log2_ratio_of_sum(rest.high, V::zero(), V::splat(LARGE)).sub(V::splat(8.0));
        let near = self.z.add(share.div(self.factor.high));
        Self { near: V::select(V::zero().less(rest.high), near, V::splat(f64::NEG_INFINITY)), ..*self }
    }

    /// The share of a logit of the first argument.
    #[inline(always)]
    pub fn share<P: Precision>(&self, x: V) -> Share<V> {
        share::<V, P>(x, self.z, self)
    }

    /// The share of a logit of the second argument.
    #[inline(always)]
    pub fn share_of_second<P: Precision>(&self, x: V) -> Share<V> {
        share::<V, P>(x, self.w, self)
    }

    /// How far this base lies above another, for the first argument and for the second: factors 2^t, and t.
    #[inline(always)]
    pub fn above(&self, other: &Self) -> (Raise<V>, Raise<V>) {
        (Raise::of(other.z, self.z, self.factor), Raise::of(other.w, self.w, self.factor))
    }
}

/// From sums compared with one logit to sums compared with a larger one.
#[derive(Clone, Copy)]
pub struct Raise<V> {
    /// 2^t
    factor: Sum<V>,
    /// −t ≥ 0
    pub distance: Sum<V>,
}

impl<V: Lanes> Raise<V> {
    #[inline(always)]
    fn of(from: V, to: V, factor: Sum<V>) -> Self {
        // What has no logit yet has a base that may lie above.
        let above = V::not_but(from.less(to), always::<V>());
        let (high, low) = difference::<V, f64>(from, to);
        let (zero, t) = (V::zero(), times::<V, f64>(high, low, factor));
        let (far, least) = (t.high.less(V::splat(LEAST)), V::splat(LEAST));
        let high = V::select(above, zero, V::select(far, least, t.high));
        let low = V::select(above, zero, V::select(far, zero, t.low));
        let power = Power::of::<f64>(high, low);
        let (mantissa, rest) = two_sum(V::splat(1.0), power.less_one::<f64>());
        let whole = power_of_two_in_lanes(power.n);
        let factor = Sum { high: mantissa.mul(whole), low: rest.mul(whole) };
        let distance = V::select(far, V::splat(FAR).lesser(zero.sub(t.high)), zero.sub(high));
        Self { factor, distance: Sum { high: V::select(above, zero, distance), low: zero.sub(low) } }
    }

    /// A sum, compared with the larger logit.
    #[inline(always)]
    pub fn lowered(&self, sum: Sum<V>) -> Sum<V> {
        sum.tidy().product(self.factor)
    }

    /// The sum of the others, and the number of the largest, compared with the larger logit.
    #[inline(always)]
    pub fn rest_and_count(&self, rest: Sum<V>, count: Sum<V>) -> [Sum<V>; 2] {
        let moved = V::zero().less(self.distance.high);
        let (zero, total) = (Sum::zero(), self.lowered(rest.merge(count)));
        [choose(moved, total, rest), choose(moved, zero, count)]
    }
}

#[inline(always)]
fn choose<V: Lanes>(mask: V::Mask, yes: Sum<V>, no: Sum<V>) -> Sum<V> {
    Sum { high: V::select(mask, yes.high, no.high), low: V::select(mask, yes.low, no.low) }
}

/// log 2
#[inline(always)]
fn ln_2<V: Lanes>() -> Sum<V> {
    Sum { high: V::splat(LN_2), low: V::splat(LN_2_LOW) }
}

/// a − b in two parts; of float32 numbers the first is enough.
#[inline(always)]
fn difference<V: Lanes, P: Precision>(a: V, b: V) -> (V, V) {
    if P::COMPENSATED { two_sum(a, V::zero().sub(b)) } else { (a.sub(b), V::zero()) }
}

/// (high + low)·factor
#[inline(always)]
fn times<V: Lanes, P: Precision>(high: V, low: V, factor: Sum<V>) -> Sum<V> {
    let product = high.mul(factor.high);
    if !P::COMPENSATED {
        return Sum::of(product);
    }
    let error = high.mul_add(factor.high, V::zero().sub(product));
    let low = low.mul_add(factor.high, high.mul_add(factor.low, error));
    Sum { high: product, low }
}

#[inline(always)]
fn share<V: Lanes, P: Precision>(x: V, largest: V, base: &Base<V>) -> Share<V> {
    let distance = no_farther::<V, P>(difference::<V, P>(x, largest), base.reach);
    let t = times::<V, P>(distance.0, distance.1, base.factor);
    let power = Power::of::<P>(t.high, t.low);
    Share { value: power.mantissa::<P>().mul(power.whole()), power, t: t.high, distance }
}

/// A negative distance in two parts, or `reach` where it is farther: of −∞ the second part is no number.
#[inline(always)]
fn no_farther<V: Lanes, P: Precision>((high, low): (V, V), reach: V) -> (V, V) {
    if P::COMPENSATED {
        let far = high.less(reach);
        (V::select(far, reach, high), V::select(far, V::zero(), low))
    } else {
        (reach.greater(high), low)
    }
}

/// A largest logit as one to compare with: where there is none but −∞ any will do, and with +∞ nothing is in proportion.
#[inline(always)]
fn ground<V: Lanes>(largest: V) -> V {
    V::select(largest.less(V::splat(f64::MIN)), V::zero(), largest.add(largest.sub(largest)))
}

/// log2 of the number of the largest and the sum of the others, scaled as they are; ≥ 0.
#[inline(always)]
fn log2_of_total<V: Lanes>(rest: Sum<V>, count: Sum<V>) -> V {
    let (rest, count) = (rest.tidy().high, count.tidy());
    let total = count.plus(rest).tidy();
    let log = log2_ratio_of_sum(total.high, total.low, V::splat(LARGE)).mul(V::splat(LARGE));
    // Next to 0 it is log2(e) times the rest, which the quotient of the series might lose.
    let single = count.high.less(V::splat(1.5 * LARGE));
    let tiny = V::both(single, rest.less(V::splat(LARGE / (1u64 << 60) as f64)));
    let log = V::select(tiny, rest.mul(V::splat(LOG2_E)), log);
    // Without any logit there is no total.
    V::select(V::zero().less(total.high), log, V::splat(f64::NAN))
}

/// Sum of all, scaled, and unscaled.
#[inline(always)]
fn total<V: Lanes>(rest: Sum<V>, count: Sum<V>) -> (Sum<V>, Sum<V>) {
    let scaled = count.merge(rest).tidy();
    (scaled, unscaled(scaled))
}

/// A sum without its scale.
#[inline(always)]
fn unscaled<V: Lanes>(sum: Sum<V>) -> Sum<V> {
    let (sum, small) = (sum.tidy(), V::splat(SMALL));
    Sum { high: sum.high.mul(small), low: sum.low.mul(small) }
}

impl LogitPartial<One, 2> {
    /// Is most of the total of a row, from [`LogSumExp`], that of one class?
    pub fn is_confident(&self) -> bool {
        let [rest, count] = &self.sums;
        rest.high.0 + count.high.0 < 2.0 * LARGE
    }
}

/// One quantity of one or two rows of logits, as N sums.
pub trait LogitMeasure<const N: usize>: Copy + Send + Sync + 'static {
    /// Is there a second argument?
    const TWO: bool;
    /// Is that one of logits, which have a largest?
    const SECOND_IS_LOGITS: bool = true;
    /// The unit of the value: bits or nats.
    const BITS: bool;
    /// Is the value scaled as the sums are?
    const SCALED: bool;
    /// Is it bounded by log 2?
    const BOUNDED: bool = false;
    /// May a value be much smaller than what it is made of?
    const CANCELS: bool = false;
    /// How many of the sums a second look keeps from the first.
    const KEPT: usize = 0;

    /// How many sums it has in float32 lanes, if these do for a first look at float32 logits.
    const SINGLE: usize = 0;

    /// Does a second look at float32 logits want float64 lanes only for the groups of logits that are [`Base::near`]?
    const MIXED: bool = false;

    /// Does the beginning of a long row tell that float32 lanes will not do for it? So it is unless it is confident.
    const PROBED: bool = false;

    /// What logits add to the sums; `AGAIN` in a second look, with the base that [`Self::refined`] gave.
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, w: V, base: &Base<V>) -> [V; N];

    /// What float32 logits add to the sums of float32 lanes.
    fn terms_in_single<S: Singles>(_z: S, _w: S, _base: &SingleBase<S>) -> [S; SINGLE_SUMS] {
        [S::zero(); SINGLE_SUMS]
    }

    /// The sums from those of float32 lanes, and what these are to be multiplied with for either argument.
    fn lifted<V: Lanes>(_sums: [V; SINGLE_SUMS], _lifts: [V; 2], _base: &Base<V>) -> [Sum<V>; N] {
        [Sum::zero(); N]
    }

    /// The sums as they were if compared with a larger base.
    fn raised<V: Lanes>(sums: [Sum<V>; N], from: &Base<V>, to: &Base<V>) -> [Sum<V>; N];

    /// The value of a row, and whether it can be trusted; else the row wants a second look.
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; N],
        base: &Base<V>,
        label: &Label<V>,
    ) -> Finished<V>;

    /// The base of a second look.
    fn refined<V: Lanes>(_sums: &[Sum<V>; N], base: &Base<V>) -> Base<V> {
        *base
    }
}

/// The sums of some logits of a row, compared with the largest of them.
#[derive(Clone, Copy)]
pub struct LogitPartial<V, const N: usize> {
    /// The largest logit of the first argument.
    pub z: V,
    /// The largest logit of the second.
    pub w: V,
    /// The measure's sums.
    pub sums: [Sum<V>; N],
}

impl<V: Lanes, const N: usize> LogitPartial<V, N> {
    /// Both.
    #[inline(always)]
    pub fn merge<K: LogitMeasure<N>>(self, other: Self, factor: Sum<V>) -> Self {
        let (z, w) = (self.z.greater(other.z), self.w.greater(other.w));
        let base = Base::new(z, w, factor);
        let a = K::raised(self.sums, &Base::new(self.z, self.w, factor), &base);
        let b = K::raised(other.sums, &Base::new(other.z, other.w, factor), &base);
        let mut sums = a;
        for index in 0..N {
            sums[index] = a[index].merge(b[index]);
        }
        Self { z, w, sums }
    }

    /// The partial in each lane, of as many rows as there are.
    #[inline(always)]
    pub fn spread(&self, rows: &mut [LogitPartial<One, N>]) {
        let (mut z, mut w) = ([0.0; WIDEST], [0.0; WIDEST]);
        self.z.store(&mut z);
        self.w.store(&mut w);
        let sums = self.sums.map(Sum::spread);
        for (lane, row) in rows.iter_mut().enumerate() {
            *row = LogitPartial { z: One(z[lane]), w: One(w[lane]), sums: sums.map(|sums| sums[lane]) };
        }
    }
}

impl<const N: usize> LogitPartial<One, N> {
    /// No logit yet.
    pub const NOTHING: Self = {
        let least = One(f64::NEG_INFINITY);
        Self { z: least, w: least, sums: [Sum { high: One(0.0), low: One(0.0) }; N] }
    };

    /// The partials of several rows, one in each lane, as many as there are.
    #[inline(always)]
    pub fn gather<V: Lanes>(rows: &[Self]) -> LogitPartial<V, N> {
        let mut room = [0.0; WIDEST];
        macro_rules! lanes {
            ($($field:tt)+) => {{
                for (place, row) in room.iter_mut().zip(rows) {
                    *place = row.$($field)+.0;
                }
                V::load(&room)
            }};
        }
        let mut sums = [Sum::zero(); N];
        for (index, sum) in sums.iter_mut().enumerate() {
            *sum = Sum { high: lanes!(sums[index].high), low: lanes!(sums[index].low) };
        }
        LogitPartial { z: lanes!(z), w: lanes!(w), sums }
    }
}

impl Base<One> {
    /// The same base in every lane.
    #[inline(always)]
    pub fn splat<V: Lanes>(&self) -> Base<V> {
        let sum = |sum: Sum<One>| Sum { high: V::splat(sum.high.0), low: V::splat(sum.low.0) };
        let all = |one: One| V::splat(one.0);
        let (factor, shift) = (sum(self.factor), sum(self.shift));
        Base { z: all(self.z), w: all(self.w), factor, shift, near: all(self.near), reach: all(self.reach) }
    }
}

/// The terms of logits, by a measure and the base of their row.
pub struct OfLogits<'r, V, K, const AGAIN: bool> {
    base: &'r Base<V>,
    measure: PhantomData<K>,
}

impl<'r, V, K, const AGAIN: bool> OfLogits<'r, V, K, AGAIN> {
    /// Terms that are compared with this base.
    #[inline(always)]
    pub fn new(base: &'r Base<V>) -> Self {
        Self { base, measure: PhantomData }
    }
}

impl<V: Lanes, T: Element, K: LogitMeasure<N>, const N: usize, const AGAIN: bool> Terms<V, T, N>
    for OfLogits<'_, V, K, AGAIN>
{
    const TWO: bool = K::TWO;
    const FIRST: usize = if AGAIN { K::KEPT } else { 0 };
    const SIGNS: bool = false;

    #[inline(always)]
    fn nothing() -> T {
        T::round(f64::NEG_INFINITY)
    }
    #[inline(always)]
    fn terms(&self, z: V, w: V) -> ([V; N], V) {
        (K::terms::<V, T, AGAIN>(z, w, self.base), V::zero())
    }
}
