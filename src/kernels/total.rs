//! The total of a row: Σp.

use super::{Finished, Measure, Reference, Scale, always};
use crate::lanes::{Lanes, One};
use crate::math::{Precision, Sum};

/// Σp.
#[derive(Clone, Copy)]
pub struct Total;

impl Measure<1> for Total {
    const TWO: bool = false;
    const TOTALS_FIRST: bool = false;
    const BITS: bool = false;
    const KNOWN: usize = 0;

    #[inline(always)]
    fn reference<V: Lanes>(_a: Sum<V>, _b: Sum<V>, scale: Scale<V>) -> Reference<V> {
        Reference::total(V::splat(1.0), scale)
    }

    fn first_guess(_a: f64, _b: f64) -> Reference<One> {
        Reference::total(One(1.0), Scale::none())
    }

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const CAREFUL: bool>(p: V, _q: V, reference: &Reference<V>) -> ([V; 1], V) {
        ([if CAREFUL { p.abs().mul(reference.scale.p) } else { p }], V::zero())
    }

    #[inline(always)]
    fn totals<V: Lanes>(sums: &[Sum<V>; 1]) -> (Sum<V>, Sum<V>) {
        (sums[0], sums[0])
    }

    #[inline(always)]
    fn finish<V: Lanes>(sums: &[Sum<V>; 1], _a: Sum<V>, _b: Sum<V>, _reference: &Reference<V>) -> Finished<V> {
        Finished { value: sums[0].tidy(), trusted: always::<V>() }
    }

    #[inline(always)]
    fn finish_raw<V: Lanes>(sums: &[Sum<V>; 1]) -> Sum<V> {
        sums[0].tidy()
    }
}
