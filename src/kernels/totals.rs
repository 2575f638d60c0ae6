//! The total of a row with its largest weight kept apart.
//!
//! In a row that one weight dominates, the small weights are the answer: H ≈ Σ others · log(…). Added to the large one
//! they would be rounded away, so each lane keeps the largest weight it has met out of its sum.

use crate::lanes::{Lanes, One, WIDEST};
use crate::math::{Precision, Sum};

/// The largest weight, and the sum of all others.
#[derive(Clone, Copy)]
pub struct Totals<V> {
    /// The largest weight; 0 at first.
    pub largest: V,
    /// Σ of the others, NaN if there is one.
    pub rest: Sum<V>,
}

impl<V: Lanes> Totals<V> {
    /// No weight yet.
    #[inline(always)]
    pub fn zero() -> Self {
        Self { largest: V::zero(), rest: Sum::zero() }
    }
    /// The weights of both.
    #[inline(always)]
    pub fn merge<P: Precision>(self, other: Self) -> Self {
        let smaller = self.largest.lesser(other.largest);
        let rest = self.rest.merge_in::<P>(other.rest).plus_in::<P>(smaller);
        Self { largest: self.largest.greater(other.largest), rest }
    }
    /// The sum of all weights.
    #[inline(always)]
    pub fn total(self) -> Sum<V> {
        Sum::of(self.largest).merge(self.rest).tidy()
    }
    /// The totals in each lane.
    #[inline(always)]
    pub fn spread(self) -> [Totals<One>; WIDEST] {
        let mut largest = [0.0; WIDEST];
        self.largest.store(&mut largest);
        let rest = self.rest.spread();
        let mut totals = [Totals::zero(); WIDEST];
        for lane in 0..V::COUNT {
            totals[lane] = Totals { largest: One(largest[lane]), rest: rest[lane] };
        }
        totals
    }
    /// All lanes in one, by the same tree as [`Sum::fold`].
    #[inline(always)]
    pub fn fold<P: Precision>(self) -> Totals<One> {
        if V::COUNT == 1 {
            return Totals { largest: One(self.largest.first()), rest: self.rest.fold::<P>() };
        }
        let (largest, high, low) = (self.largest.split(), self.rest.high.split(), self.rest.low.split());
        let lower = Totals { largest: largest.0, rest: Sum { high: high.0, low: low.0 } };
        let upper = Totals { largest: largest.1, rest: Sum { high: high.1, low: low.1 } };
        lower.merge::<P>(upper).fold::<P>()
    }
}
