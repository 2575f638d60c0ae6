//! Softmax and its logarithm: a first look takes the largest logit and the total of a row, a second one writes.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::super::load::Scratch;
use super::super::{BLOCK, GRAIN, Rows};
use super::{LEAF, LogitRows, Settle, Settled, blocks, both, tree};
use crate::accumulate::Element;
use crate::dispatch;
use crate::kernels::logits::{Base, LogSumExp, LogitPartial, Proportion, Softmax};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::view::Native;

impl LogitRows<'_, '_> {
    /// Writes the probability of each logit, or its logarithm, row by row; false if the watch said stop.
    pub fn map<O: Element>(&self, logarithm: bool, out: &mut [O]) -> bool {
        let _mode = FloatMode::enter();
        let rows = self.rows;
        let job = Settle { unit: rows.unit, temperature: self.temperature, bits: false, bounded: false };
        let settled = dispatch::run(rows.level, job);
        let map = Map { rows, settled: &settled, logarithm };
        let narrow = size_of::<O>() == size_of::<f32>() && rows.p.is_single();
        if narrow && self.suits_single() {
            map.rows::<f32, O>(0, out);
        } else {
            map.rows::<f64, O>(0, out);
        }
        !rows.watch.stop.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Copy)]
struct Map<'r, 'a> {
    rows: &'r Rows<'a>,
    settled: &'r Settled,
    logarithm: bool,
}

impl Map<'_, '_> {
    /// Rows `first`.. into `out`, which has room for a number of whole ones.
    fn rows<T: Native, O: Element>(self, first: usize, out: &mut [O]) {
        let _mode = FloatMode::enter();
        if self.rows.watch.over() {
            return;
        }
        let length = self.rows.length();
        let count = out.len() / length;
        if out.len() > GRAIN && count > 1 {
            let (left, right) = out.split_at_mut(count / 2 * length);
            both(self.rows, || self.rows::<T, O>(first, left), || self.rows::<T, O>(first + count / 2, right));
            return;
        }
        for (index, out) in out.chunks_exact_mut(length).enumerate() {
            let row = first + index;
            let mut partial = tree::<T, LogSumExp, 2, false>(self.rows, row, blocks(self.rows), None, self.settled);
            if !T::COMPENSATED && partial.is_confident() {
                let base = Base::new(partial.z, partial.z, self.settled.factor).mixed(partial.sums[0]);
                partial = tree::<T, LogSumExp, 2, true>(self.rows, row, blocks(self.rows), Some(&base), self.settled);
            }
            self.row::<T, O>(row, blocks(self.rows), out, &partial);
        }
    }

    /// Some blocks of a row.
    fn row<T: Native, O: Element>(
        self,
        row: usize,
        blocks: Range<usize>,
        out: &mut [O],
        partial: &LogitPartial<One, 2>,
    ) {
        let _mode = FloatMode::enter();
        if blocks.len() > LEAF {
            let middle = blocks.len() / 2;
            let (left, right) = out.split_at_mut(middle * BLOCK);
            let middle = blocks.start + middle;
            both(
                self.rows,
                || self.row::<T, O>(row, blocks.start..middle, left, partial),
                || self.row::<T, O>(row, middle..blocks.end, right, partial),
            );
        } else if !self.rows.watch.over() {
            let job = Write::<T, O> { map: self, row, blocks, out, partial, element: PhantomData };
            dispatch::run(self.rows.level, job);
        }
    }
}

/// What becomes of the logits of a row.
struct Values<'s, V> {
    settled: &'s Settled,
    logarithm: bool,
    softmax: Softmax<V>,
    proportion: Option<Proportion<V>>,
}

impl<V: Lanes> Values<'_, V> {
    #[inline(always)]
    fn of<T: Native>(&self, z: V) -> V {
        if self.logarithm {
            self.settled.finish.result(self.softmax.log_probability(z))
        } else if let Some(proportion) = &self.proportion {
            proportion.of(z)
        } else {
            self.softmax.probability::<T>(z)
        }
    }
}

/// Writes some blocks of a row.
struct Write<'r, 'a, 'o, T, O> {
    map: Map<'r, 'a>,
    row: usize,
    blocks: Range<usize>,
    out: &'o mut [O],
    partial: &'r LogitPartial<One, 2>,
    element: PhantomData<T>,
}

impl<T: Native, O: Element> Job for Write<'_, '_, '_, T, O> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { map: Map { rows, settled, logarithm }, row, partial, .. } = self;
        let [rest, count] = partial.sums;
        let softmax = Softmax::new(Base::new(partial.z, partial.z, settled.factor), rest, count);
        let proportion = if T::COMPENSATED { None } else { softmax.proportion(One(1.0)) };
        let proportion = proportion.map(|one| one.splat::<V>());
        let values = Values { settled, logarithm, softmax: softmax.splat::<V>(), proportion };
        let mut scratch = Scratch::<T>::new();
        for (block, out) in self.blocks.zip(self.out.chunks_mut(BLOCK)) {
            let from = block * BLOCK;
            let z = rows.block(row, from..rows.length().min(from + BLOCK), &mut scratch).0;
            let (whole, rest) = (z.chunks_exact(V::COUNT), z.len() / V::COUNT * V::COUNT);
            for (z, out) in whole.zip(out.chunks_exact_mut(V::COUNT)) {
                O::store(values.of::<T>(T::load(z)), out);
            }
            if rest < z.len() {
                let mut last = [T::default(); WIDEST];
                let mut room = [O::default(); WIDEST];
                last[..z.len() - rest].copy_from_slice(&z[rest..]);
                O::store(values.of::<T>(T::load(&last)), &mut room);
                out[rest..z.len()].copy_from_slice(&room[..z.len() - rest]);
            }
        }
    }
}
