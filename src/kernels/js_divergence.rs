//! Jensen-Shannon divergence in nats: ½D(p‖m) + ½D(q‖m), m = (p + q)/2, p and q divided by their totals a and b.
//!
//! With c = a/b, d = p − c·q, S = p + c·q: a·JS = Σ ¼·S·g(d/S), every term ≥ 0. c is rounded; near p = q the first
//! thing this adds is D²/8a with D = Σd, which is taken away again (what it adds elsewhere is below an ulp). Where the
//! two nearly cancel, the row is gone over again with what D shows that c lacks ([`Measure::refined`]).

use super::{Finished, Measure, Reference, Scale, beyond_noise, no_more_than_double};
use crate::lanes::{Lanes, One};
use crate::math::{Precision, Sum, jensen_shannon_term, minus_product};

/// JS(p, q).
#[derive(Clone, Copy)]
pub struct JsDivergence;

impl Measure<2> for JsDivergence {
    const TWO: bool = true;
    const TOTALS_FIRST: bool = true;
    const BITS: bool = false;
    const KNOWN: usize = 1;
    const DIVERGENCE: bool = true;
    const BOUNDED: bool = true;

    #[inline(always)]
    fn reference<V: Lanes>(a: Sum<V>, b: Sum<V>, scale: Scale<V>) -> Reference<V> {
        Reference::ratio(a.high.div(b.high), scale)
    }

    fn first_guess(_a: f64, _b: f64) -> Reference<One> {
        Reference::ratio(One(1.0), Scale::none())
    }

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const CAREFUL: bool>(p: V, q: V, reference: &Reference<V>) -> ([V; 2], V) {
        let (p, q) =
            if CAREFUL { (p.abs().mul(reference.scale.p), q.abs().mul(reference.scale.q_before)) } else { (p, q) };
        let (q, c) = (q.mul(reference.scale.q), reference.c.value);
        let difference = if CAREFUL { minus_product(p, c, reference.c_low, q) } else { c.neg_mul_add(q, p) };
        let term = jensen_shannon_term::<V, P>(p, c.mul(q), difference);
        ([difference, term], V::zero())
    }

    #[inline(always)]
    fn totals<V: Lanes>(_sums: &[Sum<V>; 2]) -> (Sum<V>, Sum<V>) {
        // Known before the terms; nothing to check where they are not asked for.
        (Sum::zero(), Sum::zero())
    }

    fn raw_shift(p: i64, q: i64) -> (i64, i64) {
        (p.max(q), p.max(q))
    }

    fn refined(sums: &[Sum<One>; 2], a: Sum<One>, reference: &Reference<One>) -> Option<Reference<One>> {
        Some(reference.refined(a, sums[0]))
    }

    #[inline(always)]
    fn finish<V: Lanes>(sums: &[Sum<V>; 2], a: Sum<V>, _b: Sum<V>, _reference: &Reference<V>) -> Finished<V> {
        let (a, d, sum) = (a.tidy(), sums[0].tidy().high, sums[1].tidy());
        let second = d.mul(d.div(a.high)).mul(V::splat(-0.125));
        let value = sum.plus(second).tidy();
        let trusted = no_more_than_double(sum.high, value.high);
        Finished { value: beyond_noise(value, sum.high).over(a), trusted }
    }

    #[inline(always)]
    fn finish_raw<V: Lanes>(sums: &[Sum<V>; 2]) -> Sum<V> {
        sums[1].tidy()
    }
}
