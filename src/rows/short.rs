//! Short rows, one to a register lane.

use super::{Finish, Rows, SANE, Scratch, TINY};
use crate::accumulate::{sums_of_rows, totals_of_rows};
use crate::kernels::{Finished, Measure, Scale};
use crate::lanes::{Lanes, One};
use crate::math::Sum;
use crate::view::Native;

/// Lanes in which the total wants no scaling; 0 is fine.
#[inline(always)]
fn insane<V: Lanes>(total: V) -> V {
    let low = V::both(V::zero().less(total), total.less(V::splat(*SANE.start())));
    let high = V::splat(*SANE.end()).less(total);
    // NaN: neither below nor not below anything; its bits are caught by comparing with itself.
    let number = V::both(V::splat(-1.0).less(total), V::splat(-1.0).less(total));
    V::select(number, V::zero().mark(low).mark(high), V::splat(-1.0))
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
    scratch.p.resize(length * V::COUNT, T::default());
    scratch.q.resize(if K::TWO { length * V::COUNT } else { 0 }, T::default());
    for (index, out) in out.chunks_mut(V::COUNT).enumerate() {
        let row = first + index * V::COUNT;
        for lane in 0..out.len() {
            rows.p.copy(row + lane, 0, length, &mut scratch.p, lane, V::COUNT);
            if let Some(q) = &rows.q {
                q.copy(row + lane, 0, length, &mut scratch.q, lane, V::COUNT);
            }
        }
        let mut results = [0.0; 16];
        let look = batch::<V, T, K, N>(&scratch.p, &scratch.q, length, finish, &mut results);
        out.copy_from_slice(&results[..out.len()]);
        if look.any_sign() {
            let mut signs = [0.0; 16];
            look.store(&mut signs);
            for (lane, out) in out.iter_mut().enumerate().filter(|(lane, _)| signs[*lane].is_sign_negative()) {
                *out = rows.careful::<T, K, N>(row + lane, finish);
            }
        }
        if finish.exact {
            let totals = |x: &[T]| totals_of_rows::<V, T>(x, length).0.total();
            let (a, b) = (totals(&scratch.p), if K::TWO { totals(&scratch.q) } else { totals(&scratch.p) });
            exact::<V, T, K, N>(&scratch.p, if K::TWO { &scratch.q } else { &scratch.p }, a, b, out);
        }
    }
}

/// The results of as many rows as there are lanes; the sign bit of the second result marks rows to look at more closely.
#[inline(always)]
fn batch<V: Lanes, T: Native, K: Measure<N>, const N: usize>(p: &[T], q: &[T], length: usize, finish: &Finish, results: &mut [f64]) -> V {
    let (totals, signs) = totals_of_rows::<V, T>(p, length);
    let a = totals.total();
    let mut look = signs.bits_or(insane(a.high));
    let b = if K::TWO {
        let (totals, signs) = totals_of_rows::<V, T>(q, length);
        let b = totals.total();
        look = look.bits_or(signs).bits_or(insane(b.high));
        b
    } else {
        a
    };
    let one = Sum::of(V::splat(1.0));
    let (x, y) = if finish.normalize { (a, b) } else { (one, one) };
    let reference = K::reference(x, y, Scale::none());
    let (sums, closer) = sums_of_rows::<V, T, K, N>(p, q, length, &reference);
    look = look.bits_or(closer);
    if !finish.normalize {
        finish.result(K::finish_raw(&sums)).store(results);
        return look;
    }
    let Finished { value, trusted } = K::finish(&sums, a, b, &reference);
    let result = finish.result(value);
    let tiny = V::both(V::zero().less(result), result.less(V::splat(TINY)));
    let fine = V::select(trusted, V::zero(), V::splat(-1.0)).mark(tiny);
    look = look.bits_or(fine);
    // A row without weight has no distribution: nan, and nothing to look at.
    let some = V::both(V::zero().less(a.high), V::zero().less(b.high));
    let nan = V::splat(f64::NAN);
    V::select(some, result, nan).store(results);
    let empty = V::not_but(some, V::both(V::splat(-1.0).less(a.high), V::splat(-1.0).less(b.high)));
    V::select(empty, signs_of::<V, T, K, N>(p, q, length), look)
}

/// The sign bits of all weights, for rows that have nothing else to show.
#[inline(always)]
fn signs_of<V: Lanes, T: Native, K: Measure<N>, const N: usize>(p: &[T], q: &[T], length: usize) -> V {
    let mut signs = totals_of_rows::<V, T>(p, length).1;
    if K::TWO {
        signs = signs.bits_or(totals_of_rows::<V, T>(q, length).1);
    }
    signs
}

/// Replaces the results of rows of powers of two by the exact ones.
fn exact<V: Lanes, T: Native, K: Measure<N>, const N: usize>(p: &[T], q: &[T], a: Sum<V>, b: Sum<V>, out: &mut [f64]) {
    let mut parts = [[0.0; 16]; 4];
    a.high.store(&mut parts[0]);
    a.low.store(&mut parts[1]);
    b.high.store(&mut parts[2]);
    b.low.store(&mut parts[3]);
    for (lane, out) in out.iter_mut().enumerate().filter(|(_, out)| out.is_finite()) {
        let total = |high: usize| Sum { high: One(parts[high][lane]), low: One(parts[high + 1][lane]) };
        let weights = p.iter().skip(lane).step_by(V::COUNT).zip(q.iter().skip(lane).step_by(V::COUNT));
        if let Some(exact) = K::dyadic(weights.map(|(&p, &q)| (p.into(), q.into())), total(0), total(2)) {
            *out = exact;
        }
    }
}
