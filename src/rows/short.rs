//! Short rows, one to a register lane.

use super::{Finish, Rows, Scratch, settle};
use crate::accumulate::RowLanes;
use crate::kernels::Measure;
use crate::lanes::Lanes;
use crate::view::{Native, View};

/// Copies rows into scratch so that equal places of all rows lie side by side.
#[inline(always)]
fn gather<T: Native>(view: &View, row: usize, rows: usize, lanes: usize, target: &mut [T]) {
    let length = view.length();
    if let Some((dense, apart)) = view.rows_in_place::<T>(row, rows) {
        for (i, target) in target.chunks_exact_mut(lanes).enumerate() {
            for lane in 0..rows {
                target[lane] = dense[lane * apart + i];
            }
        }
    } else {
        for lane in 0..rows {
            view.copy(row + lane, 0, length, target, lane, lanes);
        }
    }
}

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
    let mut lanes = RowLanes::<V, N>::new();
    scratch.p.resize(length * V::COUNT, T::default());
    scratch.q.resize(if K::TWO { length * V::COUNT } else { 0 }, T::default());
    let mut at = 0;
    while at < out.len() {
        let row = first + at;
        let now = V::COUNT.min(out.len() - at);
        gather(&rows.p, row, now, V::COUNT, &mut scratch.p);
        if let Some(q) = &rows.q {
            gather(q, row, now, V::COUNT, &mut scratch.q);
        }
        let mut results = [0.0; 16];
        let look = batch::<V, T, K, N>(&scratch.p, &scratch.q, length, finish, &mut lanes, &mut results);
        let out = &mut out[at..at + now];
        out.copy_from_slice(&results[..now]);
        if look.any_sign() {
            let mut signs = [0.0; 16];
            look.store(&mut signs);
            for lane in 0..now {
                if signs[lane].is_sign_negative() {
                    out[lane] = rows.careful::<K, N>(row + lane, finish);
                }
            }
        }
        at += now;
    }
}

/// The results of as many rows as there are lanes; sign bits in what is returned mark rows to look at more closely.
#[inline(always)]
fn batch<V: Lanes, T: Native, K: Measure<N>, const N: usize>(
    p: &[T],
    q: &[T],
    length: usize,
    finish: &Finish,
    lanes: &mut RowLanes<V, N>,
    results: &mut [f64; 16],
) -> V {
    let (totals, mut signs) = lanes.totals(p, length);
    let a = totals.total();
    let b = if K::TWO {
        let (totals, more) = lanes.totals(q, length);
        signs = signs.bits_or(more);
        totals.total()
    } else {
        a
    };
    let (sums, closer) = lanes.sums::<T, K>(p, q, length, &finish.reference::<V, K, N>(a, b));
    let (result, look) = settle::<V, K, N>(&sums, a, b, closer, finish);
    result.store(results);
    if finish.exact {
        exact::<V, T, K, N>(p, if K::TWO { q } else { p }, results);
    }
    look.bits_or(signs)
}

/// Replaces the results of rows of powers of two by the exact ones.
#[inline(always)]
fn exact<V: Lanes, T: Native, K: Measure<N>, const N: usize>(p: &[T], q: &[T], results: &mut [f64; 16]) {
    for lane in 0..V::COUNT {
        if !results[lane].is_finite() {
            continue;
        }
        let weights = p.iter().skip(lane).step_by(V::COUNT).zip(q.iter().skip(lane).step_by(V::COUNT));
        if let Some(exact) = K::dyadic(weights.map(|(&p, &q)| (p.into(), q.into()))) {
            results[lane] = exact;
        }
    }
}
