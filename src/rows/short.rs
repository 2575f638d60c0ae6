//! Short rows, one to a register lane.

use super::{Finish, Rows, SANE, Scratch, TINY};
use crate::accumulate::RowLanes;
use crate::kernels::{Finished, Measure, Scale};
use crate::lanes::Lanes;
use crate::math::Sum;
use crate::view::{Native, View};

/// Lanes in which the total wants no scaling; 0 is fine.
#[inline(always)]
fn insane<V: Lanes>(total: V) -> V {
    let low = V::both(V::zero().less(total), total.less(V::splat(*SANE.start())));
    let high = V::splat(*SANE.end()).less(total);
    // NaN: neither below nor not below anything; its bits are caught by comparing with itself.
    let number = V::both(V::splat(-1.0).less(total), V::splat(-1.0).less(total));
    V::select(number, V::zero().mark(low).mark(high), V::splat(-1.0))
}

/// Copies rows into scratch so that equal places of all rows lie side by side.
#[inline(always)]
fn gather<T: Native>(view: &View, row: usize, rows: usize, lanes: usize, target: &mut [T]) {
    let length = view.length();
    if let Some(dense) = view.dense::<T>(row, rows) {
        for (i, target) in target.chunks_exact_mut(lanes).enumerate() {
            for lane in 0..rows {
                target[lane] = dense[lane * length + i];
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
    let one = Sum::of(V::splat(1.0));
    let (x, y) = if finish.normalize { (a, b) } else { (one, one) };
    let reference = K::reference(x, y, Scale::none());
    let (sums, closer) = lanes.sums::<T, K>(p, q, length, &reference);
    let mut look = signs.bits_or(insane(a.high)).bits_or(insane(b.high));
    if !finish.normalize {
        finish.result(K::finish_raw(&sums)).store(results);
        return look.bits_or(closer);
    }
    let Finished { value, trusted } = K::finish(&sums, a, b, &reference);
    let result = finish.result(value);
    let tiny = V::both(V::zero().less(result), result.less(V::splat(TINY)));
    let top = V::splat(finish.disjoint).less(result);
    let closer = closer.bits_or(V::select(trusted, V::zero(), V::splat(-1.0)).mark(tiny).mark(top));
    // A row without weight has no distribution: nan, whatever the sums say of it.
    let some = V::both(V::zero().less(a.high), V::zero().less(b.high));
    look = look.bits_or(V::select(some, closer, V::zero()));
    V::select(some, result, V::splat(f64::NAN)).store(results);
    if finish.exact {
        exact::<V, T, K, N>(p, if K::TWO { q } else { p }, results);
    }
    look
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
