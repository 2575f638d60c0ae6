//! The quantities. A kernel states what one pair of weights contributes ([`Measure::terms`]) and what the sums of
//! these contributions mean ([`Measure::finish`]); it knows no array, no thread and no dtype.

mod cross_entropy;
pub mod elementwise;
mod entropy;
mod js_divergence;
mod kl_divergence;
pub mod logits;
mod reference;
mod total;
mod totals;

pub use cross_entropy::CrossEntropy;
pub use entropy::Entropy;
pub use js_divergence::JsDivergence;
pub use kl_divergence::KlDivergence;
pub use reference::{Reference, Scale};
pub use total::Total;
pub use totals::Totals;

use crate::lanes::{Lanes, One};
use crate::math::{Precision, Sum};

/// The value of a row in the measure's own unit, as high + low, and whether it can be trusted.
pub struct Finished<V: Lanes> {
    /// The value.
    pub value: Sum<V>,
    /// False where terms of opposite sign took each other away; the row is then gone over with its own totals.
    pub trusted: V::Mask,
}

/// One quantity of one or two rows of weights, as N sums.
pub trait Measure<const N: usize>: Copy + Send + Sync + 'static {
    /// Is there a second argument?
    const TWO: bool;
    /// Does a row of many blocks need its totals before its terms?
    const TOTALS_FIRST: bool;
    /// The unit of the value: bits or nats.
    const BITS: bool;
    /// Is the total of a row wanted with its largest weight kept apart?
    const APART: bool = Self::BITS;
    /// How many of the sums a row that knows its totals can do without: these then stay 0.
    const KNOWN: usize;
    /// Is it 0 for rows in proportion? Its last sums are then that of p − c·q and that of its terms.
    const DIVERGENCE: bool = false;
    /// Below this a value wants the sums that were left out.
    const LEAST: f64 = if Self::DIVERGENCE { LEAST_WITHOUT_DIFFERENCE } else { 0.0 };
    /// Is it bounded by log 2?
    const BOUNDED: bool = false;

    /// The reference for a row with these totals.
    fn reference<V: Lanes>(a: Sum<V>, b: Sum<V>, scale: Scale<V>) -> Reference<V>;

    /// A reference for a long row from the totals of its first block; totals are 0 where the block has no weight.
    fn first_guess(a: f64, b: f64) -> Reference<One>;

    /// What the weights p and q add to the sums; the second result has its sign bit set where they must be looked at
    /// more closely. `CAREFUL` takes weights of any size, signed zeros, and the scale of the reference.
    fn terms<V: Lanes, P: Precision, const CAREFUL: bool>(p: V, q: V, reference: &Reference<V>) -> ([V; N], V);

    /// The totals of p and of q, as far as the sums tell them.
    fn totals<V: Lanes>(sums: &[Sum<V>; N]) -> (Sum<V>, Sum<V>);

    /// The value of a row from its sums and totals, each weight divided by its row's total.
    fn finish<V: Lanes>(sums: &[Sum<V>; N], a: Sum<V>, b: Sum<V>, reference: &Reference<V>) -> Finished<V>;

    /// The value of a row whose weights are taken as they are.
    fn finish_raw<V: Lanes>(sums: &[Sum<V>; N]) -> Sum<V>;

    /// How often p and q are to be halved in a row whose weights are taken as they are, given how often each would have
    /// to be for its largest to be about 1. The value is then that of the row times 2^-(the first).
    fn raw_shift(p: i64, _q: i64) -> (i64, i64) {
        (p, 0)
    }

    /// A better reference from the sums that one gave, for measures whose terms nearly cancel with it.
    fn refined(_sums: &[Sum<One>; N], _a: Sum<One>, _reference: &Reference<One>) -> Option<Reference<One>> {
        None
    }

    /// The value in bits of rows whose weights are powers of two parts of their totals, exactly; None for other rows.
    fn dyadic(_weights: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
        None
    }
}

/// 2^-44. Divergences take away f(a, a − D), or D²/8a, from their sum, D = Σ(p − c·q). A row of one block has c = a/b
/// rounded, so D is a few 2^-53·a, and what it takes away less than 2^-100·a: nothing to a value above this.
const LEAST_WITHOUT_DIFFERENCE: f64 = 1.0 / (1u64 << 44) as f64;

/// Did parts of opposite sign leave at least half of what they are? Shared by the finishing formulas.
#[inline(always)]
pub(crate) fn no_more_than_double<V: Lanes>(parts: V, value: V) -> V::Mask {
    // ¬(2·value < parts), so that equality is trusted and a NaN is too: it has nothing to lose.
    let yes = V::splat(2.0);
    let cancelled = value.mul(yes).less(parts);
    V::not_but(cancelled, always::<V>())
}

/// What is left of a gross sum after something was taken away from it; 0 where that is no more than rounding.
#[inline(always)]
pub(crate) fn beyond_noise<V: Lanes>(left: Sum<V>, gross: V) -> Sum<V> {
    const NOISE: f64 = 1.0 / (1u64 << 48) as f64;
    let noise = left.high.less(gross.mul(V::splat(NOISE)));
    Sum { high: V::select(noise, V::zero(), left.high), low: V::select(noise, V::zero(), left.low) }
}

/// Trusted in every lane.
#[inline(always)]
pub fn always<V: Lanes>() -> V::Mask {
    V::zero().less(V::splat(1.0))
}
