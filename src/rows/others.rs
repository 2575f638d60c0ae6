//! Rows that differ in a few small weights, the others being in exact proportion: p/q = p₁/q₁, the largest p and its q.
//!
//! Compared with c = p₁/q₁ the weights in proportion add nothing to any sum of a divergence, and the others add the
//! whole: scaled by themselves, they are too small for nothing. But c is no float64, and with c rounded the rounding may
//! be more than the others. So the weights are compared as whole numbers, by the products of their mantissas.

use std::array::from_fn;

use super::careful::{LARGEST_SHIFT, Look, scale};
use super::{Finish, Rows};
use crate::kernels::{Measure, Reference};
use crate::lanes::One;
use crate::math::{Sum, power_of_two};

/// The others may be as small as this beside the rest, 2^-100, before they are scaled by themselves; what the rest then
/// adds to a divergence is as small beside what they add.
const GAP: i64 = 100;

/// 2^-60: so small that terms are proportional to its powers.
const STEP: f64 = 1.0 / (1u64 << 60) as f64;

/// A pair of weights, p₁ and q₁.
struct Proportion {
    p: (i128, i64),
    q: (i128, i64),
}

/// x = m·2^e with 53 bits in m; of 0 it is 0.
fn parts(x: f64) -> (i128, i64) {
    let bits = x.abs().to_bits();
    let (exponent, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
    if exponent > 0 {
        return (i128::from(fraction | 1 << 52), exponent - 1075);
    }
    // Below the normal range the leading bits are 0.
    let up = i64::from(fraction.leading_zeros()) - 11;
    if fraction == 0 { (0, 0) } else { (i128::from(fraction << up), -1074 - up) }
}

impl Proportion {
    fn of(p: f64, q: f64) -> Self {
        Self { p: parts(p), q: parts(q) }
    }

    /// 1 − (q/q₁)/(p/p₁), if that is below 2^-53; exactly 0 for weights in proportion.
    fn excess(&self, p: f64, q: f64) -> Option<Sum<One>> {
        let (p, q) = (parts(p), parts(q));
        if p.0 == 0 || q.0 == 0 {
            return (p.0 == q.0).then(Sum::zero);
        }
        // Both products have 105 or 106 bits.
        let (first, second) = (p.0 * self.q.0, self.p.0 * q.0);
        let further = p.1 + self.q.1 - self.p.1 - q.1;
        if further.abs() > 1 {
            return None;
        }
        let (first, second) = (first << further.max(0), second << (-further).max(0));
        let difference = first - second;
        let high = first as f64;
        let first_parts = Sum { high: One(high), low: One((first - high as i128) as f64) };
        (difference.abs() < first >> 53).then(|| Sum::of(One(difference as f64)).over(first_parts))
    }
}

/// The sums of the others, raised by so many doublings, with the reference that they were compared with.
pub(super) struct Others<const N: usize> {
    pub sums: [Sum<One>; N],
    pub reference: Reference<One>,
    pub raised: i64,
}

impl Rows<'_> {
    /// The first pair with this p.
    pub(super) fn first_of_largest(&self, row: usize, largest: f64) -> (f64, f64) {
        let mut pair = (0.0, 0.0);
        self.each_block(row, |p, q| {
            let at = p.iter().position(|&x| x == largest);
            pair = at.map_or(pair, |at| (p[at], q[at]));
            at.is_none()
        });
        pair
    }

    /// Of a row that is divided by its totals, given p₁ and q₁ and how often the weights are halved; None if all weights
    /// are in proportion.
    pub(super) fn normalized_others<K: Measure<N>, const N: usize>(
        &self,
        row: usize,
        (p, q): (f64, f64),
        (shift_p, shift_q): (i64, i64),
    ) -> Option<Others<N>> {
        let proportion = Proportion::of(p, q);
        let (other_p, other_q) = self.look_at_others(row, &proportion)?;
        // An argument without others leaves the choice to the other.
        let least = |of_p: i64, of_q: i64| match (other_p.largest > 0.0, other_q.largest > 0.0) {
            (true, true) => of_p.min(of_q),
            (true, false) => of_p,
            (false, _) => of_q,
        };
        let gap = |one: f64, other: f64| parts(one).1 - parts(other).1 - GAP;
        let raised = least(gap(p, other_p.largest), gap(q, other_q.largest)).max(0) & !1;
        // As far as factors go the weights are raised, and for the rest their sums.
        let first = raised.min(least(shift_p, shift_q) + LARGEST_SHIFT);
        let rest = One(power_of_two(raised - first));
        let (a, b) = (Sum::of(One(p * power_of_two(-shift_p))), Sum::of(One(q * power_of_two(-shift_q))));
        // c = p₁/q₁ in two parts: the second is what the terms of that pair show that the first lacks.
        let rounded = K::reference(a, b, scale(shift_p, shift_q));
        let (terms, _) = K::terms::<One, f64, true>(One(p), One(q), &rounded);
        let c_low = K::refined(&terms.map(Sum::of), a, &rounded).map_or(One(0.0), |refined| refined.c_low);
        let shift = |shift: i64| (shift - first).max(-LARGEST_SHIFT);
        let (shift_p, shift_q) = (shift(shift_p), shift(shift_q));
        let reference = Reference { c_low, ..K::reference(a, b, scale(shift_p, shift_q)) };
        let sums = self.sums_of_others::<K, N>(row, &proportion, shift_p, &reference);
        Some(Others { sums: sums.map(|sum| sum.times(rest)), reference, raised })
    }

    /// The result of a row whose weights are taken as they are: those that are equal add nothing.
    pub(super) fn raw_others<K: Measure<N>, const N: usize>(&self, row: usize, finish: &Finish) -> f64 {
        let equal = Proportion::of(1.0, 1.0);
        let Some((p, q)) = self.look_at_others(row, &equal) else { return 0.0 };
        let (shift, shift_q) = K::raw_shift(p.shift(), q.shift());
        let one = Sum::of(One(1.0));
        let reference = K::reference(one, one, scale(shift, shift_q));
        finish.owed(K::finish_raw(&self.sums_of_others::<K, N>(row, &equal, shift, &reference)), shift)
    }

    /// The largest weights among those that are not in proportion, if there are any.
    fn look_at_others(&self, row: usize, proportion: &Proportion) -> Option<(Look, Look)> {
        let (mut p, mut q) = (Look::default(), Look::default());
        self.each_other(row, proportion, |x, y, _| {
            p.at(&[x]);
            q.at(&[y]);
        });
        (p.largest > 0.0 || q.largest > 0.0).then_some((p, q))
    }

    fn sums_of_others<K: Measure<N>, const N: usize>(
        &self,
        row: usize,
        proportion: &Proportion,
        shift_p: i64,
        reference: &Reference<One>,
    ) -> [Sum<One>; N] {
        let one = Sum::of(One(1.0));
        let equal = K::reference(one, one, scale(shift_p, shift_p));
        let step = Reference { c_low: One(-STEP), ..equal };
        let mut sums = [Sum::zero(); N];
        self.each_other(row, proportion, |p, q, excess| {
            let Some(excess) = excess else {
                let (terms, _) = K::terms::<One, f64, true>(One(p), One(q), reference);
                sums = from_fn(|index| sums[index].plus(terms[index]));
                return;
            };
            // Nearer to c than its second part tells: as p beside itself with c a step off 1. The difference, which is
            // the last sum but one, grows with the excess, and the divergence, the last, with its square.
            let (terms, _) = K::terms::<One, f64, true>(One(p), One(p), &step);
            let mut steps = [one; N];
            steps[N - 2] = excess.times(One(1.0 / STEP));
            steps[N - 1] = steps[N - 2].product(steps[N - 2]);
            sums = from_fn(|index| sums[index].merge(steps[index].times(terms[index])));
        });
        sums
    }

    /// Shows each pair of weights that is not in exact proportion, and by what it exceeds it.
    fn each_other(&self, row: usize, proportion: &Proportion, mut show: impl FnMut(f64, f64, Option<Sum<One>>)) {
        self.each_block(row, |p, q| {
            for (&p, &q) in p.iter().zip(q) {
                let excess = proportion.excess(p, q);
                if excess.is_none_or(|excess| excess.high.0 != 0.0) {
                    show(p, q, excess);
                }
            }
            true
        });
    }
}
