//! Rows of one block each, one to a register lane: short rows, and columns.

use super::load::{Next, Scratch};
use super::{Finish, Rows, settle, vanished};
use crate::accumulate::{Abreast, OfWeights, RowLanes};
use crate::kernels::{Measure, Totals};
use crate::lanes::{Lanes, WIDEST};
use crate::math::Sum;
use crate::view::Native;

/// Rows `first`.. into `out`, as many at a time as there are lanes.
#[inline(always)]
pub(super) fn rows<V: Lanes, T: Native, K: Measure<N>, const N: usize>(
    rows: &Rows,
    first: usize,
    out: &mut [f64],
    finish: &Finish,
    scratch: &mut Scratch<T>,
) {
    let length = rows.length();
    let next = Next { lines: 0, rows: V::COUNT };
    let mut lanes = Work::<V, N>::new();
    let mut at = 0;
    while at < out.len() {
        let row = first + at;
        let now = V::COUNT.min(out.len() - at);
        let (p, q) = rows.abreast::<V, T>(row..row + now, 0..length, next, scratch);
        let mut results = [0.0; WIDEST];
        let look = batch::<V, T, K, N>(p, q, length, finish, &mut lanes, &mut results);
        let out = &mut out[at..at + now];
        out.copy_from_slice(&results[..now]);
        if !K::DIVERGENCE && !look.any_sign() {
            at += now;
            continue;
        }
        let mut signs = [0.0; WIDEST];
        look.store(&mut signs);
        for lane in 0..now {
            let vanished = vanished::<K, N>(out[lane], || p.row(lane, length).eq(q.row(lane, length)));
            if signs[lane].is_sign_negative() || vanished {
                out[lane] = rows.careful::<K, N>(row + lane, finish);
            }
        }
        at += now;
    }
}

/// What the rows of a call use one after the other.
struct Work<V, const N: usize> {
    totals: RowLanes<V, Totals<V>>,
    sums: RowLanes<V, [Sum<V>; N]>,
}

impl<V: Lanes, const N: usize> Work<V, N> {
    #[inline(always)]
    fn new() -> Self {
        Self { totals: RowLanes::<V, Totals<V>>::new(), sums: RowLanes::<V, [Sum<V>; N]>::new() }
    }
}

/// The results of as many rows as there are lanes; sign bits in what is returned mark rows to look at more closely.
#[inline(always)]
fn batch<V: Lanes, T: Native, K: Measure<N>, const N: usize>(
    p: Abreast<T>,
    q: Abreast<T>,
    length: usize,
    finish: &Finish,
    work: &mut Work<V, N>,
    results: &mut [f64; WIDEST],
) -> V {
    let Work { totals, sums } = work;
    totals.add::<T, K, N>(p, length, true);
    let (total, mut signs) = totals.merged::<T>(length);
    let a = total.total();
    let b = if K::TWO {
        totals.add::<T, K, N>(q, length, true);
        let (total, more) = totals.merged::<T>(length);
        signs = signs.bits_or(more);
        total.total()
    } else {
        a
    };
    let reference = finish.reference::<V, K, N>(a, b);
    sums.add(p, q, length, &OfWeights::<V, K, false, true>::new(&reference), true);
    let (sums, closer) = sums.merged::<T>(length);
    let (result, look) = settle::<V, K, N>(&sums, a, b, closer, finish);
    result.store(results);
    if finish.exact {
        exact::<V, T, K, N>(p, q, length, results);
    }
    look.bits_or(signs)
}

/// Replaces the results of rows of powers of two by the exact ones.
#[inline(always)]
fn exact<V: Lanes, T: Native, K: Measure<N>, const N: usize>(
    p: Abreast<T>,
    q: Abreast<T>,
    length: usize,
    results: &mut [f64; WIDEST],
) {
    for lane in 0..V::COUNT {
        if !results[lane].is_finite() {
            continue;
        }
        if let Some(exact) = K::dyadic(p.row(lane, length).zip(q.row(lane, length))) {
            results[lane] = exact;
        }
    }
}
