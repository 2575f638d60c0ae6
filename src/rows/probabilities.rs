//! Rows of probabilities as they are: is each a distribution, and what does its label cost?

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::load::{Next, Scratch};
use super::{BLOCK, Rows};
use crate::accumulate::{LANES, SHORT};
use crate::dispatch;
use crate::kernels::always;
use crate::lanes::{FloatMode, Job, Lanes, WIDEST};
use crate::math::minus_log;
use crate::view::Native;

/// Rows that are distributions if their numbers are from 0 to 1 and sum to one within the tolerance.
pub struct Distributions<'r, 'a> {
    /// The rows.
    pub rows: &'r Rows<'a>,
    /// How far a sum may be from one.
    pub tolerance: f64,
    /// The class that each row is labelled with; negative for none.
    pub labels: Option<&'a [i64]>,
}

impl Distributions<'_, '_> {
    /// Writes −log of the probability of each label, 0 without one; false if a row is no distribution or has no such
    /// class, or the watch said stop.
    pub fn write(&self, out: &mut [f64]) -> bool {
        let _mode = FloatMode::enter();
        let watch = &self.rows.watch;
        if self.rows.p.is_single() {
            self.rows.split(0, out, &|first, out| self.some::<f32>(first, out));
        } else {
            self.rows.split(0, out, &|first, out| self.some::<f64>(first, out));
        }
        !watch.invalid.load(Ordering::Relaxed) && !watch.stop.load(Ordering::Relaxed)
    }

    fn some<T: Native>(&self, first: usize, out: &mut [f64]) {
        if !dispatch::run(self.rows.level, Part::<T> { all: self, first, out, element: PhantomData }) {
            self.rows.watch.invalid.store(true, Ordering::Relaxed);
        }
    }
}

/// What decides of rows, one in each lane, or of the lanes of one.
#[derive(Clone, Copy)]
struct Seen<V> {
    sum: V,
    least: V,
    greatest: V,
}

impl<V: Lanes> Seen<V> {
    #[inline(always)]
    fn nothing() -> Self {
        Self { sum: V::zero(), least: V::zero(), greatest: V::zero() }
    }

    #[inline(always)]
    fn with(self, x: V) -> Self {
        // A NaN is seen in the sum.
        Self { sum: self.sum.add(x), least: x.lesser(self.least), greatest: x.greater(self.greatest) }
    }

    /// Is all of it from 0 to 1?
    #[inline(always)]
    fn inside(&self) -> V::Mask {
        V::both(self.least.no_less(V::zero()), V::splat(1.0).no_less(self.greatest))
    }
}

/// Some rows.
struct Part<'r, 'a, 'o, T> {
    all: &'r Distributions<'r, 'a>,
    first: usize,
    out: &'o mut [f64],
    element: PhantomData<T>,
}

impl<T: Native> Part<'_, '_, '_, T> {
    /// Rows abreast: the sum of each, not a number where it is no distribution whatever its sum.
    #[inline(always)]
    fn abreast<V: Lanes>(&self, at: usize, count: usize, scratch: &mut Scratch<T>) -> [f64; WIDEST] {
        let (rows, first) = (self.all.rows, self.first + at);
        let next = Next { lines: 0, rows: V::COUNT };
        let (p, _) = rows.abreast::<V, T>(first..first + count, 0..rows.length(), next, scratch);
        let mut seen = Seen::<V>::nothing();
        for i in 0..rows.length() {
            seen = seen.with(p.load(i));
        }
        let mut sums = [0.0; WIDEST];
        V::select(seen.inside(), seen.sum, V::splat(f64::NAN)).store(&mut sums);
        sums
    }

    /// The same of short rows that lie one after the other in memory. Nothing is turned into lanes: whether numbers are
    /// from 0 to 1 is asked of all of them in a line, and few are added up as fast one by one.
    #[inline(always)]
    fn in_place<V: Lanes>(&self, rows: &[T], sums: &mut [f64]) {
        let mut seen = Seen::<V>::nothing();
        let whole = rows.len() / V::COUNT * V::COUNT;
        for at in (0..whole).step_by(V::COUNT) {
            seen = seen.with(T::load(&rows[at..]));
        }
        if whole < rows.len() {
            let mut last = [T::default(); WIDEST];
            last[..rows.len() - whole].copy_from_slice(&rows[whole..]);
            seen = seen.with(T::load(&last));
        }
        let all_inside = !V::any(V::not_but(seen.inside(), always::<V>()));
        let length = self.all.rows.length();
        for index in 0..sums.len() {
            let row = &rows[index * length..(index + 1) * length];
            let (mut even, mut odd) = (0.0, 0.0);
            let (pairs, rest) = row.as_chunks();
            for &[a, b] in pairs {
                even += a.into();
                odd += b.into();
            }
            for &x in rest {
                even += x.into();
            }
            sums[index] = if all_inside { even + odd } else { f64::NAN };
        }
    }

    /// The same of one row.
    #[inline(always)]
    fn along<V: Lanes>(&self, row: usize, scratch: &mut Scratch<T>) -> f64 {
        let rows = self.all.rows;
        let mut seen = [Seen::<V>::nothing(); LANES];
        let sets = LANES / V::COUNT;
        for from in (0..rows.length()).step_by(BLOCK) {
            let (p, _) = rows.block(row, from..rows.length().min(from + BLOCK), scratch);
            let (lines, rest) = p.as_chunks::<LANES>();
            let mut last = [T::default(); LANES];
            last[..rest.len()].copy_from_slice(rest);
            for line in lines.iter().chain([&last]) {
                for set in 0..sets {
                    seen[set] = seen[set].with(T::load(&line[set * V::COUNT..]));
                }
            }
        }
        let mut sums = [0.0; LANES];
        for set in 0..sets {
            let sum = V::select(seen[set].inside(), seen[set].sum, V::splat(f64::NAN));
            sum.store(&mut sums[set * V::COUNT..]);
        }
        sums.iter().sum()
    }
}

impl<T: Native> Job for Part<'_, '_, '_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Lanes>(self) -> bool {
        let Distributions { rows, tolerance, labels } = *self.all;
        let mut scratch = Scratch::<T>::new();
        let (count, length) = (self.out.len(), rows.length());
        let dense = rows.p.rows_in_place::<T>(self.first, count).filter(|&(_, apart)| apart == length || count == 1);
        for at in (0..count).step_by(WIDEST) {
            let now = WIDEST.min(count - at);
            let mut sums = [0.0; WIDEST];
            if length > SHORT {
                for lane in 0..now {
                    sums[lane] = self.along::<V>(self.first + at + lane, &mut scratch);
                }
            } else if let Some((dense, _)) = dense {
                self.in_place::<V>(&dense[at * length..(at + now) * length], &mut sums[..now]);
            } else {
                for from in (0..now).step_by(V::COUNT) {
                    let now = V::COUNT.min(now - from);
                    let some = self.abreast::<V>(at + from, now, &mut scratch);
                    sums[from..from + now].copy_from_slice(&some[..now]);
                }
            }
            let mut chosen = [1.0; WIDEST];
            for lane in 0..now {
                // Not so for a NaN.
                let is_one = (sums[lane] - 1.0).abs() <= tolerance;
                if !is_one {
                    return false;
                }
                let row = self.first + at + lane;
                if let Some(class) = labels.and_then(|labels| usize::try_from(labels[row]).ok()) {
                    if class >= length {
                        return false;
                    }
                    chosen[lane] = if let Some((dense, _)) = dense {
                        dense[(at + lane) * length + class].into()
                    } else {
                        let mut p = [T::default()];
                        rows.p.copy(row, class, 1, &mut p, 0, 1);
                        p[0].into()
                    };
                }
            }
            for from in (0..now).step_by(V::COUNT) {
                minus_log::<V, f64>(V::load(&chosen[from..])).store(&mut chosen[from..]);
            }
            self.out[at..at + now].copy_from_slice(&chosen[..now]);
        }
        true
    }
}
