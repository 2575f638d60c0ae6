//! Entropy in bits: H(p) = H(p, p), the cross-entropy of a row with itself.

use super::cross_entropy::{careful_terms, dyadic, finish, power_below};
use super::{Finished, Measure, Reference, Scale};
use crate::lanes::{Lanes, One};
use crate::math::{Precision, Sum, log2_ratio};

/// H(p).
#[derive(Clone, Copy)]
pub struct Entropy;

impl Measure<2> for Entropy {
    const TWO: bool = false;
    const TOTALS_FIRST: bool = false;
    const BITS: bool = true;
    const KNOWN: usize = 1;

    #[inline(always)]
    fn reference<V: Lanes>(a: Sum<V>, _b: Sum<V>, scale: Scale<V>) -> Reference<V> {
        Reference::total(a.high, scale)
    }

    fn first_guess(a: f64, _b: f64) -> Reference<One> {
        power_below(a)
    }

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const CAREFUL: bool>(p: V, _q: V, reference: &Reference<V>) -> ([V; 2], V) {
        if CAREFUL {
            let [p, _, term] = careful_terms::<V, P>(p, p, reference);
            return ([p, term], V::zero());
        }
        ([p, p.mul(log2_ratio::<V, P>(&reference.c, p))], V::zero())
    }

    #[inline(always)]
    fn totals<V: Lanes>(sums: &[Sum<V>; 2]) -> (Sum<V>, Sum<V>) {
        (sums[0], sums[0])
    }

    #[inline(always)]
    fn finish<V: Lanes>(sums: &[Sum<V>; 2], a: Sum<V>, _b: Sum<V>, reference: &Reference<V>) -> Finished<V> {
        finish(sums[1], a, a, reference)
    }

    #[inline(always)]
    fn finish_raw<V: Lanes>(sums: &[Sum<V>; 2]) -> Sum<V> {
        sums[1].tidy()
    }

    fn dyadic(weights: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
        dyadic(weights)
    }
}
