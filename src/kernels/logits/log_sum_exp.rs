//! The logarithm of the sum of exponentials, in nats: log Σ e^(z/T) = m/T + log(number of the largest + Σ 2^t).

use super::{Base, Label, LogitMeasure, SMALL, ln_2, log2_of_total, times, total, trusted};
use crate::kernels::Finished;
use crate::lanes::Lanes;
use crate::math::{Precision, Sum};

/// log Σ e^(z/T)
#[derive(Clone, Copy)]
pub struct LogSumExp;

impl LogitMeasure<2> for LogSumExp {
    const TWO: bool = false;
    const BITS: bool = false;
    const SCALED: bool = false;

    #[inline(always)]
    fn terms<V: Lanes, P: Precision, const AGAIN: bool>(z: V, _w: V, base: &Base<V>) -> [V; 2] {
        base.share::<P>(z).added::<P, AGAIN>(z, base.z)
    }

    #[inline(always)]
    fn raised<V: Lanes>(sums: [Sum<V>; 2], from: &Base<V>, to: &Base<V>) -> [Sum<V>; 2] {
        to.above(from).0.rest_and_count(sums[0], sums[1])
    }

    #[inline(always)]
    fn finish<V: Lanes, P: Precision, const AGAIN: bool>(
        sums: &[Sum<V>; 2],
        base: &Base<V>,
        _label: &Label<V>,
    ) -> Finished<V> {
        let largest = times::<V, f64>(base.z, V::zero(), base.in_nats());
        let log = ln_2().times(log2_of_total(sums[0], sums[1]).mul(V::splat(SMALL)));
        let total = total(sums[0], sums[1]).0;
        Finished { value: largest.merge(log).tidy(), trusted: trusted::<V, P, AGAIN>(total) }
    }
}
