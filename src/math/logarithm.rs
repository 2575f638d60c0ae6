//! log2 of a ratio with one division and no table.
//!
//! For x and c normal, subtracting bit patterns gives k with c / (x·2^k) within 2^±0.586; then with x' = x·2^k
//!
//!   s = (c − x') / (c + x'),    log2(c / x) = k + 2/ln2 · (s + s·t·A(t)),    t = s² ≤ 0.0402
//!
//! and c − x' is exact (Sterbenz), so that nothing is lost near c = x, and the result is exact where c / x is a
//! power of two. For x = 0 the result is some finite number, which a weight of 0 takes away again.

use super::coefficients::{LN_2, LN_2_LOW, TWO_LOG2_E, TWO_LOG2_E_LOW};
use super::{Precision, SMALLEST_NORMAL, Sum, polynomial, two_sum};
use crate::lanes::{Lanes, One};

/// 2^-31. Relative error of log2(c / x) of float32 weights, at most: A(t) is within 2^-25.5, and its part of the logarithm
/// at most 2^-6.2. At every float32 number there is, the worst seen is 2^-32.2 (x/c = 0.71025).
pub const SINGLE_ERROR: f64 = 1.0 / (1u64 << 31) as f64;

/// Sign and exponent bits.
const TOP: u64 = 0xfff << 52;
/// Half of the mantissa: makes the shift round to the nearest power.
const HALF: u64 = 1 << 51;
/// 2^52, whose low mantissa bits can hold an integer.
const TWO_52: u64 = 0x433 << 52;
/// What keeps the twelve bits of a shifted exponent difference positive.
const BIAS: u64 = 0x800;

/// The numerator of many ratios: its value, and its bit pattern plus the rounding of the shift.
#[derive(Clone, Copy)]
pub struct Numerator<V> {
    /// c
    pub value: V,
    /// bits of c + 2^51
    pub bits: V,
}

impl<V: Lanes> Numerator<V> {
    /// For ratios c / x.
    #[inline(always)]
    pub fn new(value: V) -> Self {
        Self { value, bits: value.bits_add(V::splat_bits(HALF)) }
    }
}

/// x·2^k nearest to what `bits` stands for, and k.
#[inline(always)]
pub fn scale_by_power<V: Lanes>(bits: V, x: V) -> (V, V) {
    scale_by_power_like(bits, x, x)
}

/// x·2^k nearest to what `bits` stands for when `like` stands in for x, and k.
#[inline(always)]
pub fn scale_by_power_like<V: Lanes>(bits: V, like: V, x: V) -> (V, V) {
    let difference = bits.bits_sub(like);
    let shifted = difference.bits_top().bits_xor(V::splat_bits(TWO_52 | BIAS));
    let k = shifted.sub(V::splat(f64::from_bits(TWO_52) + BIAS as f64));
    (x.bits_add(difference.bits_and(V::splat_bits(TOP))), k)
}

/// k + 2/ln2 · atanh(s), s = difference / sum.
#[inline(always)]
fn log2_from<V: Lanes, P: Precision>(difference: V, sum: V, k: V) -> V {
    let s = difference.div(sum);
    let t = s.mul(s);
    let tail = t.mul(polynomial(t, P::ATANH_TAIL));
    let small = tail.mul_add(V::splat(TWO_LOG2_E), V::splat(TWO_LOG2_E_LOW));
    s.mul_add(V::splat(TWO_LOG2_E), s.mul_add(small, k))
}

/// k·ln2 + 2·atanh(s), s = difference / sum.
#[inline(always)]
fn log_from<V: Lanes, P: Precision>(difference: V, sum: V, k: V) -> V {
    let s = difference.div(sum);
    let (t, twice) = (s.mul(s), s.add(s));
    let tail = t.mul(polynomial(t, P::ATANH_TAIL));
    k.mul_add(V::splat(LN_2), twice.add(twice.mul_add(tail, k.mul(V::splat(LN_2_LOW)))))
}

/// A number ≥ 0 as x·2^−shift with a normal x, or 0.
#[inline(always)]
fn lifted<V: Lanes>(x: V) -> (V, V) {
    const LIFT: i64 = 54;
    let low = x.less(V::splat(SMALLEST_NORMAL));
    let up = x.mul(V::splat(super::power_of_two(LIFT)));
    (V::select(low, up, x), V::select(low, V::splat(LIFT as f64), V::zero()))
}

/// −ln x for 0 ≤ x < ∞.
#[inline(always)]
pub fn minus_log<V: Lanes, P: Precision>(x: V) -> V {
    let one = V::splat(1.0);
    let (normal, shift) = lifted(x);
    let (near, k) = scale_by_power(Numerator::new(one).bits, normal);
    let log = log_from::<V, P>(one.sub(near), one.add(near), k.add(shift));
    V::select(V::zero().less(x), log, V::splat(f64::INFINITY))
}

/// ln(1 + x) for −1 ≤ x ≤ 1, of which nothing is lost where x is small.
#[inline(always)]
pub fn log_of_one_plus<V: Lanes, P: Precision>(x: V) -> V {
    let one = V::splat(1.0);
    let high = one.add(x);
    let low = x.sub(high.sub(one));
    let (near, k) = scale_by_power(Numerator::new(high).bits, one);
    let log = log_from::<V, P>(high.sub(near).add(low), high.add(near), k);
    V::select(V::zero().less(high), log, V::splat(f64::NEG_INFINITY))
}

/// log2 of a tidy sum in (0, 1], right to about 2^-58: what the exponent of a power asks for.
#[inline(always)]
pub fn log2_of_sum<V: Lanes>(x: Sum<V>) -> Sum<V> {
    let (high, shift) = lifted(x.high);
    let low = V::select(V::zero().less(shift), V::zero(), x.low);
    let (near, k) = scale_by_power(Numerator::new(high).bits, V::splat(1.0));
    let difference = Sum { high: high.sub(near), low }.tidy();
    let total = Sum::of(near).plus(high);
    let s = difference.over(Sum { high: total.high, low: total.low.add(low) });
    let (t, factor) = (s.high.mul(s.high), V::splat(TWO_LOG2_E));
    let tail = t.mul(polynomial(t, f64::ATANH_TAIL));
    let log = s.times(factor);
    let low = s.high.mul_add(tail.mul_add(factor, V::splat(TWO_LOG2_E_LOW)), log.low);
    let (whole, error) = two_sum(k.sub(shift), log.high);
    Sum { high: whole, low: error.add(low) }
}

/// log2(c / x), x = 0 or normal.
#[inline(always)]
pub fn log2_ratio<V: Lanes, P: Precision>(c: &Numerator<V>, x: V) -> V {
    let (near, k) = scale_by_power(c.bits, x);
    log2_from::<V, P>(c.value.sub(near), c.value.add(near), k)
}

/// log2((high + low) / x) for a number in two parts.
#[inline(always)]
pub fn log2_ratio_of_sum<V: Lanes>(high: V, low: V, x: V) -> V {
    let (near, k) = scale_by_power(Numerator::new(high).bits, x);
    log2_from::<V, f64>(high.sub(near).add(low), high.add(near), k)
}

/// log2(x / y) for y = x − difference, of which nothing is lost where it is small.
#[inline(always)]
pub fn log2_ratio_apart<V: Lanes>(x: V, difference: V) -> V {
    let (difference, near, k) = apart(x, difference, x.sub(difference));
    log2_from::<V, f64>(difference, x.add(near), k)
}

/// For x and y = x − difference: x − y' and y', where y' = y·2^k is nearest to x, and k.
#[inline(always)]
pub fn apart<V: Lanes>(x: V, difference: V, y: V) -> (V, V, V) {
    let (near, k) = scale_by_power(Numerator::new(x).bits, y);
    let same = k.abs().less(V::splat(0.5));
    (V::select(same, difference, x.sub(near)), near, k)
}

/// log2 of a number, for what is done once a call.
pub fn log2(x: f64) -> f64 {
    let of = |x: f64| log2_ratio_of_sum(One(x), One(0.0), One(1.0)).0;
    // The largest numbers have no room for c + x'; next to 1 the sum with 1 would cancel.
    if x > 2.0 { of(0.5 * x) + 1.0 } else { of(x) }
}
