//! What a term needs to know of its row: the total, or the ratio of the totals, that weights are compared with.

use crate::lanes::{Lanes, One, WIDEST};
use crate::math::{EXPONENT, MANTISSA, Numerator, SMALLEST_NORMAL, Sum, scale_by_power};

/// Exact powers of two that bring the weights of a row into a safe range.
#[derive(Clone, Copy)]
pub struct Scale<V> {
    /// p is multiplied by this.
    pub p: V,
    /// q is multiplied by this.
    pub q: V,
    /// q is multiplied by this before, in careful terms: both factors together may be out of range.
    pub q_before: V,
    /// −log2 of the product of the factors of q.
    pub q_shift: V,
}

impl<V: Lanes> Scale<V> {
    /// Weights as they are.
    #[inline(always)]
    pub fn none() -> Self {
        Self { p: V::splat(1.0), q: V::splat(1.0), q_before: V::splat(1.0), q_shift: V::zero() }
    }
}

/// A number c that weights are compared with, and the scale of the weights.
#[derive(Clone, Copy)]
pub struct Reference<V> {
    /// c, with the bit pattern from which exponents are taken.
    pub c: Numerator<V>,
    /// What c lacks; only careful terms ask for it.
    pub c_low: V,
    /// The scale of p and q.
    pub scale: Scale<V>,
}

/// Lifts a subnormal number to a normal one.
pub(super) const TWO_54: f64 = 18_014_398_509_481_984.0;

impl<V: Lanes> Reference<V> {
    /// Weights x are compared with c as c / x.
    #[inline(always)]
    pub fn total(c: V, scale: Scale<V>) -> Self {
        Self { c: Numerator::new(c), c_low: V::zero(), scale }
    }

    /// q is compared with p as p / (c·q); c = m·2^E, and 2^E goes into the scale of q, so that 1 ≤ m < 2.
    #[inline(always)]
    pub fn ratio(c: V, scale: Scale<V>) -> Self {
        let power = c.bits_and(V::splat_bits(EXPONENT));
        let m = c.bits_and(V::splat_bits(MANTISSA)).bits_or(V::splat(1.0));
        // The exponent E, as the difference to the pattern of 1.
        let exponent = scale_by_power(power, V::splat(1.0)).1;
        let bits = V::splat_bits((1 << 51) + 1.0f64.to_bits()).bits_sub(m);
        let scale = Scale { q: scale.q.mul(power), q_shift: scale.q_shift.sub(exponent), ..scale };
        Self { c: Numerator { value: m, bits }, c_low: V::zero(), scale }
    }
}

impl<V: Lanes> Scale<V> {
    /// q scaled; and a normal number n with a shift so that the scaled q is n·2^-shift, for logarithms of a q whose
    /// scaled value may be subnormal or 0.
    #[inline(always)]
    pub fn of_q(&self, q: V) -> (V, V, V) {
        let least = V::splat(SMALLEST_NORMAL);
        let scaled = q.mul(self.q_before).mul(self.q);
        let (small, smaller) = (scaled.less(least), q.less(least));
        let raised = V::select(smaller, q.mul(V::splat(TWO_54)), q);
        let shift = V::select(smaller, V::splat(54.0), V::zero()).add(self.q_shift);
        (scaled, V::select(small, raised, scaled), V::select(small, shift, V::zero()))
    }
}

impl Reference<One> {
    /// The reference that leaves no D = Σ(p − c·q): what it left shows what c lacked.
    #[inline(always)]
    pub fn refined(&self, a: Sum<One>, d: Sum<One>) -> Self {
        let (a, d) = (a.tidy().high, d.tidy().high);
        Self { c_low: d.mul(self.c.value).div(a.sub(d)), ..*self }
    }

    /// The references of several rows, one in each lane, as many as there are.
    #[inline(always)]
    pub fn gather<V: Lanes>(rows: &[Self]) -> Reference<V> {
        let mut room = [0.0; WIDEST];
        macro_rules! lanes {
            ($($field:tt)+) => {{
                for (place, row) in room.iter_mut().zip(rows) {
                    *place = row.$($field)+.0;
                }
                V::load(&room)
            }};
        }
        Reference {
            c: Numerator { value: lanes!(c.value), bits: lanes!(c.bits) },
            c_low: lanes!(c_low),
            scale: Scale {
                p: lanes!(scale.p),
                q: lanes!(scale.q),
                q_before: lanes!(scale.q_before),
                q_shift: lanes!(scale.q_shift),
            },
        }
    }

    /// The same reference in every lane.
    #[inline(always)]
    pub fn splat<V: Lanes>(&self) -> Reference<V> {
        let all = |one: One| V::splat(one.0);
        Reference {
            c: Numerator { value: all(self.c.value), bits: all(self.c.bits) },
            c_low: all(self.c_low),
            scale: Scale {
                p: all(self.scale.p),
                q: all(self.scale.q),
                q_before: all(self.scale.q_before),
                q_shift: all(self.scale.q_shift),
            },
        }
    }
}
