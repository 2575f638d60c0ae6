//! Cross-entropy in bits: H(p, q) = Σ p/a · log2(b/q), a = Σp, b = Σq.
//!
//! With a reference c near b, T = Σ p·log2(c/q), and a·H = T + a·log2(b/c). Both parts are ≥ 0 when c = b rounded (the
//! second is then the rounding of b), or when c is a power of two that most weights of a long row are below; where they
//! do take each other away, the row is gone over again with c = b.

use super::{Finished, Measure, Reference, Scale, no_more_than_double};
use crate::lanes::{Lanes, One};
use crate::math::{EXPONENT, MANTISSA, Precision, SMALLEST_NORMAL, Sum, log2_ratio, log2_ratio_of_sum, power_of_two};

/// H(p, q).
#[derive(Clone, Copy)]
pub struct CrossEntropy;

/// The scaled p, the scaled q, and p·log2(c/q) with weights of any size; p = 0 adds nothing, q = 0 < p adds infinity.
#[inline(always)]
pub(super) fn careful_terms<V: Lanes, P: Precision>(p: V, q: V, reference: &Reference<V>) -> [V; 3] {
    let (whole_p, q) = (p.abs(), q.abs());
    let p = whole_p.mul(reference.scale.p);
    let (scaled_q, normal, shift) = reference.scale.of_q(q);
    let term = p.mul(log2_ratio::<V, P>(&reference.c, normal).add(shift));
    // A weight that the scale made 0 is one, where the model has none.
    let without_q = V::not_but(V::zero().less(q), V::zero().less(whole_p));
    let term = V::select(V::zero().less(p), term, V::zero());
    [p, scaled_q, V::select(without_q, V::splat(f64::INFINITY), term)]
}

/// c for a long row: the power of two below the total of its first block, which keeps the logarithms of powers of two exact.
pub(super) fn power_below(total: f64) -> Reference<One> {
    let power = if total > 0.0 { f64::from_bits(total.to_bits() & EXPONENT) } else { 1.0 };
    Reference::total(One(power), Scale::none())
}

/// (T + a·log2(b/c)) / a.
#[inline(always)]
pub(super) fn finish<V: Lanes>(terms: Sum<V>, a: Sum<V>, b: Sum<V>, reference: &Reference<V>) -> Finished<V> {
    let (a, b) = (a.tidy(), b.tidy());
    let rest = a.times(log2_ratio_of_sum(b.high, b.low, reference.c.value));
    let value = terms.merge(rest).tidy();
    let trusted = no_more_than_double(terms.high.abs().add(rest.high.abs()), value.high);
    Finished { value: value.over(a), trusted }
}

/// The exponent of the total of weights that are all m·2^e with one m, if the total is such a number too.
fn exponent_of_total(weights: impl Iterator<Item = f64>) -> Option<i64> {
    let mut first = None;
    let mut parts = Sum::<One>::zero();
    for x in weights {
        if x != 0.0 {
            let bits = x.to_bits();
            let (mantissa, exponent) = (bits & MANTISSA, (bits >> 52) as i64);
            let (m, e) = *first.get_or_insert((mantissa, exponent));
            if mantissa != m || x < SMALLEST_NORMAL || (exponent - e).abs() > 500 {
                return None;
            }
            parts = parts.plus(One(power_of_two(exponent - e)));
        }
    }
    let parts = parts.tidy();
    let whole = parts.low.0 == 0.0 && parts.high.0.to_bits() & MANTISSA == 0;
    first.filter(|_| whole).map(|(_, e)| e + (parts.high.0.to_bits() >> 52) as i64 - 1023)
}

/// Σ 2^-j·k over weights with p = a·2^-j and q = b·2^-k; None if they are not all so, which most rows show at once.
pub(super) fn dyadic(weights: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let a = exponent_of_total(weights.clone().map(|(p, _)| p))?;
    let b = exponent_of_total(weights.clone().map(|(_, q)| q))?;
    let mut sum = Sum::<One>::zero();
    for (p, q) in weights.filter(|(p, _)| *p != 0.0) {
        if q == 0.0 {
            return None;
        }
        let (j, k) = (a - (p.to_bits() >> 52) as i64, b - (q.to_bits() >> 52) as i64);
        sum = sum.plus(One(power_of_two(-j) * k as f64));
    }
    Some(sum.value().0)
}

impl Measure<3> for CrossEntropy {
    const TWO: bool = true;
    const TOTALS_FIRST: bool = false;
    const BITS: bool = true;
    const KNOWN: usize = 2;

    #[inline(always)]
    fn reference<V: Lanes>(_a: Sum<V>, b: Sum<V>, scale: Scale<V>) -> Reference<V> {
        Reference::total(b.high, scale)
    }

    fn first_guess(_a: f64, b: f64) -> Reference<One> {
        power_below(b)
    }

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const CAREFUL: bool>(p: V, q: V, reference: &Reference<V>) -> ([V; 3], V) {
        if CAREFUL {
            return (careful_terms::<V, P>(p, q, reference), V::zero());
        }
        let small = V::both(q.less(V::splat(SMALLEST_NORMAL)), V::zero().less(p));
        ([p, q, p.mul(log2_ratio::<V, P>(&reference.c, q))], V::zero().mark(small))
    }

    #[inline(always)]
    fn totals<V: Lanes>(sums: &[Sum<V>; 3]) -> (Sum<V>, Sum<V>) {
        (sums[0], sums[1])
    }

    #[inline(always)]
    fn finish<V: Lanes>(sums: &[Sum<V>; 3], a: Sum<V>, b: Sum<V>, reference: &Reference<V>) -> Finished<V> {
        finish(sums[2], a, b, reference)
    }

    #[inline(always)]
    fn finish_raw<V: Lanes>(sums: &[Sum<V>; 3]) -> Sum<V> {
        sums[2].tidy()
    }

    fn dyadic(weights: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
        dyadic(weights)
    }
}
