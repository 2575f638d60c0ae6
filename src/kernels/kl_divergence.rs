//! Kullback-Leibler divergence in nats: D(p‖q) = Σ p/a · log((p/a)/(q/b)), a = Σp, b = Σq.
//!
//! With c near a/b, F = Σ f(p, c·q), f(x, y) = x log(x/y) − x + y ≥ 0, and D = Σ (p − c·q), exactly
//!
//!   a·KL = F − f(a, a − D)
//!
//! so c need not be a/b to the last bit: what its rounding (or the guess of a long row) adds to F is known from D and
//! taken away again. Every f is ≥ 0 and is computed without cancellation, so nothing is lost near p = q. Where the
//! second part is not small, the row is gone over again with c = a/b; where they still nearly cancel, D shows what c
//! lacks, and the row is gone over once more with c in two parts ([`Measure::refined`]).
//!
//! An element: q' = q·2^k with p/(c·q') within 2^±0.7, d = p − c·q', e = q − q', then
//!
//!   f(p, c·q) = p·k·ln2 + c·e + f(p, c·q'),     p − c·q = d − c·e.
//!
//! Without normalisation c = 1 and the parts c·e are left out of both sums: F + D is then Σ p log(p/q), and mass of q
//! where p has none never enters.

use super::reference::TWO_54;
use super::{Finished, Measure, Reference, Scale, beyond_noise, no_more_than_double};
use crate::lanes::{Lanes, One};
use crate::math::{
    Numerator, Precision, SMALLEST_NORMAL, Sum, TINY_WEIGHT, kullback_leibler_term, kullback_leibler_term_beyond,
    minus_product, scale_by_power_like,
};

/// D(p‖q); `RAW` for weights as they are.
#[derive(Clone, Copy)]
pub struct KlDivergence<const RAW: bool>;

impl<const RAW: bool> KlDivergence<RAW> {
    /// The contributions to F and D of p and q̂ (normal, q = q̂·2^-shift); `q` is the scaled weight itself. The powers of
    /// two are taken from `anchor`, which is p where p is normal.
    #[inline(always)]
    fn pair<V: Lanes, P: Precision, const CAREFUL: bool>(
        p: V,
        anchor: V,
        normal_q: V,
        shift: V,
        q: V,
        reference: &Reference<V>,
    ) -> (V, V) {
        let c = reference.c.value;
        // Of c·q̂, not of the bits of c and q̂ one by one: k = ±1 where p and c·q are near costs digits.
        let (near, mut k) = scale_by_power_like(Numerator::new(anchor).bits, c.mul(normal_q), normal_q);
        if CAREFUL {
            k = k.add(shift);
        }
        let difference = if CAREFUL { minus_product(p, c, reference.c_low, near) } else { c.neg_mul_add(near, p) };
        let sum = c.mul_add(near, p);
        let zero = V::zero();
        let beyond = q.sub(near);
        // Without normalisation nothing, but for a NaN: 0 · q. Careful terms have no NaN, and q may be infinite there.
        let outside = match (RAW, CAREFUL) {
            (true, true) => zero,
            (true, false) => q.mul(zero),
            (false, _) => beyond.mul(c),
        };
        let mut outside_low = if RAW { zero } else { beyond.mul_add(c, zero.sub(outside)) };
        if CAREFUL && !RAW {
            outside_low = beyond.mul_add(reference.c_low, outside_low);
        }
        let f = kullback_leibler_term_beyond::<V, P>(p, k, difference, sum, (outside, outside_low));
        (f, difference.sub(outside))
    }

    #[inline(always)]
    fn careful<V: Lanes, P: Precision>(p: V, q: V, reference: &Reference<V>) -> ([V; 3], V) {
        let (zero, least) = (V::zero(), V::splat(SMALLEST_NORMAL));
        let (whole_p, q) = (p.abs(), q.abs());
        let p = whole_p.mul(reference.scale.p);
        let (scaled_q, normal_q, shift) = reference.scale.of_q(q);
        let small_p = p.less(least);
        let up = V::splat(TWO_54);
        let normal_p = V::select(small_p, p.mul(up), p);
        // A subnormal p is worked on 2^54 times too large, with its q too; the results are brought back.
        let shift = shift.sub(V::select(small_p, V::splat(54.0), zero));
        let raised_q = V::select(small_p, scaled_q.mul(up), scaled_q);
        let (f, d) = Self::pair::<V, P, true>(normal_p, normal_p, normal_q, shift, raised_q, reference);
        let down = V::select(small_p, V::splat(1.0 / TWO_54), V::splat(1.0));
        let (f, d) = (f.mul(down), d.mul(down));
        let all_of_q = if RAW { zero } else { scaled_q.mul(reference.c.value) };
        let (has_p, has_q) = (zero.less(p), zero.less(q));
        let f = V::select(has_p, f, all_of_q);
        let d = V::select(has_p, V::select(has_q, d, p), zero.sub(all_of_q));
        // A weight that the scale made 0 is one, where the model has none.
        let f = V::select(V::not_but(has_q, zero.less(whole_p)), V::splat(f64::INFINITY), f);
        ([p, d, f], zero)
    }
}

impl<const RAW: bool> Measure<3> for KlDivergence<RAW> {
    const TWO: bool = true;
    const TOTALS_FIRST: bool = false;
    const BITS: bool = false;
    const KNOWN: usize = if RAW { 1 } else { 2 };
    const DIVERGENCE: bool = true;

    #[inline(always)]
    fn reference<V: Lanes>(a: Sum<V>, b: Sum<V>, scale: Scale<V>) -> Reference<V> {
        Reference::ratio(a.high.div(b.high), scale)
    }

    fn first_guess(a: f64, b: f64) -> Reference<One> {
        let c = a / b;
        let safe = c > 1e-290 && c < 1e290;
        Reference::ratio(One(if safe { c } else { 1.0 }), Scale::none())
    }

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const CAREFUL: bool>(p: V, q: V, reference: &Reference<V>) -> ([V; 3], V) {
        if CAREFUL {
            return Self::careful::<V, P>(p, q, reference);
        }
        let q = q.mul(reference.scale.q);
        // A p of 0, or one too small to matter, takes the part of q that is as small: x = 0 against y next to 0 has s = −1,
        // so that f(p, c·q) = c·q' + c·(q − q') and −d are c·q, as they should be.
        let anchor = p.greater(V::splat(TINY_WEIGHT));
        let (f, d) = Self::pair::<V, P, false>(p, anchor, q, V::zero(), q, reference);
        let without_q = V::both(q.less(V::splat(SMALLEST_NORMAL)), V::zero().less(p));
        ([p, d, f], V::zero().mark(without_q))
    }

    fn raw_shift(p: i64, q: i64) -> (i64, i64) {
        // A tiny p is scaled up as far as q leaves room; beside a large q it is fine as it is.
        let shift = p.max(q.min(0));
        (shift, shift)
    }

    fn refined(sums: &[Sum<One>; 3], a: Sum<One>, reference: &Reference<One>) -> Option<Reference<One>> {
        Some(reference.refined(a, sums[1]))
    }

    #[inline(always)]
    fn totals<V: Lanes>(sums: &[Sum<V>; 3]) -> (Sum<V>, Sum<V>) {
        (sums[0], sums[0])
    }

    #[inline(always)]
    fn finish<V: Lanes>(sums: &[Sum<V>; 3], a: Sum<V>, _b: Sum<V>, _reference: &Reference<V>) -> Finished<V> {
        let (a, d, f) = (a.tidy(), sums[1].tidy().high, sums[2].tidy());
        let second = kullback_leibler_term::<V, f64>(d, a.high.add(a.high.sub(d)), V::zero());
        let value = f.plus(V::zero().sub(second)).tidy();
        // A second part that is out of the reach of its series, or that takes away half, is not trusted.
        let reach = d.abs().mul(V::splat(6.0));
        let trusted = V::both(no_more_than_double(f.high, value.high), no_more_than_double(reach, a.high));
        Finished { value: beyond_noise(value, f.high).over(a), trusted }
    }

    #[inline(always)]
    fn finish_raw<V: Lanes>(sums: &[Sum<V>; 3]) -> Sum<V> {
        sums[1].merge(sums[2]).tidy()
    }
}
