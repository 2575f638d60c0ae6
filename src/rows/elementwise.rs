//! Losses of single elements, and their sum: a block at a time, in which the loss's own kernel comes first, and what all
//! losses have in common (weights, sum, gradient) while the block is in the cache. Blocks are merged by a tree that
//! depends on their number alone.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::Rows;
use crate::accumulate::{Element, total_of_every};
use crate::dispatch::{self, Level};
use crate::kernels::elementwise::{Elementwise, Given, product};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::math::Sum;
use crate::view::{Native, View};

/// Elements in a block.
const BLOCK: usize = 1024;
/// Blocks that one task does one after the other.
const LEAF: usize = 32;
/// What stands where an element is not seen: no loss refuses it.
const HARMLESS: f64 = 0.5;

/// The elements of one call, as the one row of `rows`: p is the prediction and q the target.
pub struct Elements<'r, 'a> {
    /// Predictions and targets.
    pub rows: &'r Rows<'a>,
    /// The variance, or the weight of positive targets.
    pub other: Option<&'r View<'a>>,
    /// What a loss is multiplied with.
    pub weight: Option<&'r View<'a>>,
    /// Which elements are seen.
    pub shown: Option<&'r View<'a>>,
    /// The loss's parameter.
    pub parameter: f64,
    /// What a gradient is multiplied with.
    pub scale: f64,
}

/// Where gradients go.
pub enum Gradient<'a> {
    /// As float64.
    Double(&'a mut [f64]),
    /// As float32.
    Single(&'a mut [f32]),
}

impl Gradient<'_> {
    fn split_at(self, middle: usize) -> (Self, Self) {
        match self {
            Self::Double(all) => {
                let (left, right) = all.split_at_mut(middle);
                (Self::Double(left), Self::Double(right))
            }
            Self::Single(all) => {
                let (left, right) = all.split_at_mut(middle);
                (Self::Single(left), Self::Single(right))
            }
        }
    }

    fn part(&mut self, range: Range<usize>) -> Gradient<'_> {
        match self {
            Self::Double(all) => Gradient::Double(&mut all[range]),
            Self::Single(all) => Gradient::Single(&mut all[range]),
        }
    }
}

/// The kernel of a loss on a block; true if an element is invalid.
type Kernel<T> = fn(Level, &Block<T>, &mut [f64], &mut [f64]) -> bool;

/// Where the results of some blocks go.
struct Results<'o> {
    losses: Option<&'o mut [f64]>,
    gradient: Option<Gradient<'o>>,
}

impl Results<'_> {
    fn split_at(self, middle: usize) -> (Self, Self) {
        let (left, right) = self.losses.map(|all| all.split_at_mut(middle)).unzip();
        let (before, behind) = self.gradient.map(|all| all.split_at(middle)).unzip();
        (Self { losses: left, gradient: before }, Self { losses: right, gradient: behind })
    }
}

impl Elements<'_, '_> {
    /// Writes losses and gradients, as far as these are wanted, and sums the losses; None if an element is invalid, or if
    /// the watch said stop.
    pub fn losses<K: Elementwise>(
        &self,
        narrow: bool,
        losses: Option<&mut [f64]>,
        gradient: Option<Gradient>,
    ) -> Option<f64> {
        let _mode = FloatMode::enter();
        let (blocks, results) = (0..self.rows.length().div_ceil(BLOCK), Results { losses, gradient });
        let single = self.columns().into_iter().flatten().all(View::fits_single);
        let total = if K::NARROW && narrow && single {
            self.tree::<f32>(blocks, results, run::<f32, K>)
        } else {
            self.tree::<f64>(blocks, results, run::<f64, K>)
        };
        let over = self.rows.watch.invalid.load(Ordering::Relaxed) || self.rows.watch.stop.load(Ordering::Relaxed);
        (!over).then(|| total.value().0)
    }

    /// What a kernel is given beside its parameter.
    fn columns(&self) -> [Option<&View<'_>>; 3] {
        [Some(&self.rows.p), self.rows.q.as_ref(), self.other]
    }

    /// The sum of a range of blocks: the left subtree is the largest power of two of blocks below the whole.
    fn tree<T: Native>(&self, blocks: Range<usize>, results: Results, kernel: Kernel<T>) -> Sum<One> {
        let _mode = FloatMode::enter();
        if self.rows.watch.over() {
            return Sum::zero();
        }
        if blocks.len() <= LEAF {
            return self.leaf(blocks, results, kernel);
        }
        let count = blocks.len().next_power_of_two() / 2;
        let middle = blocks.start + count;
        let (before, behind) = results.split_at(count * BLOCK);
        let left = || self.tree(blocks.start..middle, before, kernel);
        let right = || self.tree(middle..blocks.end, behind, kernel);
        let (left, right) = if self.rows.parallel { rayon::join(left, right) } else { (left(), right()) };
        left.merge(right)
    }

    /// Some blocks, one after the other.
    fn leaf<T: Native>(&self, blocks: Range<usize>, mut results: Results, kernel: Kernel<T>) -> Sum<One> {
        let mut scratch = Scratch::<T>::new();
        let (mut own, mut derivatives) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        let (mut total, first) = (Sum::zero(), blocks.start);
        for block in blocks {
            let from = block * BLOCK;
            let count = BLOCK.min(self.rows.length() - from);
            let place = (block - first) * BLOCK..(block - first) * BLOCK + count;
            let losses = match &mut results.losses {
                Some(all) => &mut all[place.clone()],
                None => &mut own[..count],
            };
            let gradient = results.gradient.as_mut().map(|all| all.part(place));
            let derivatives = &mut derivatives[..if gradient.is_some() { count } else { 0 }];
            let block = self.block(from, count, &mut scratch);
            if kernel(self.rows.level, &block, losses, derivatives) {
                self.rows.watch.invalid.store(true, Ordering::Relaxed);
                return total;
            }
            let weights = block.weights;
            let job = Weighted { losses, derivatives, gradient, weights, scale: self.scale };
            total = total.merge(dispatch::run(self.rows.level, job));
        }
        total
    }

    /// `count` elements from `from` on.
    fn block<'s, T: Native>(&'s self, from: usize, count: usize, scratch: &'s mut Scratch<T>) -> Block<'s, T> {
        let Scratch { columns: [x, target, other], weights, shown, ones } = scratch;
        let columns = self.columns();
        let columns = [(columns[0], x), (columns[1], target), (columns[2], other)];
        if self.shown.is_none() {
            let [x, target, other] =
                columns.map(|(view, room)| view.map_or(&ones[..count], |view| view.block(0, from, count, room)));
            let weights = self.weight.map(|view| view.block(0, from, count, weights));
            return Block { x, target, other, weights, parameter: self.parameter };
        }
        let shown = copied(self.shown, from, count, shown);
        let weights = copied(self.weight, from, count, weights);
        unseen(weights, shown, 0.0);
        let [x, target, other] = columns.map(|(view, room)| {
            let column = copied(view, from, count, room);
            unseen(column, shown, HARMLESS);
            &*column
        });
        Block { x, target, other, weights: Some(weights), parameter: self.parameter }
    }
}

/// A copy of some numbers; ones if there are none.
fn copied<'s, T: Native>(view: Option<&View>, from: usize, count: usize, room: &'s mut Vec<T>) -> &'s mut [T] {
    room.resize(BLOCK, T::default());
    let copy = &mut room[..count];
    match view {
        Some(view) => view.copy(0, from, count, copy, 0, 1),
        None => copy.fill(T::round(1.0)),
    }
    copy
}

/// Puts another number where an element is not seen.
fn unseen<T: Native>(numbers: &mut [T], shown: &[f64], instead: f64) {
    for (number, &shown) in numbers.iter_mut().zip(shown) {
        *number = if shown == 0.0 { T::round(instead) } else { *number };
    }
}

/// Room for a block of each argument.
struct Scratch<T> {
    columns: [Vec<T>; 3],
    weights: Vec<f64>,
    shown: Vec<f64>,
    ones: Vec<T>,
}

impl<T: Element> Scratch<T> {
    fn new() -> Self {
        let columns = [const { Vec::new() }; 3];
        Self { columns, weights: Vec::new(), shown: Vec::new(), ones: vec![T::round(1.0); BLOCK] }
    }
}

/// Some elements, side by side.
struct Block<'s, T> {
    x: &'s [T],
    target: &'s [T],
    other: &'s [T],
    weights: Option<&'s [f64]>,
    parameter: f64,
}

/// The kernel of a loss, at the wanted level.
fn run<T: Element, K: Elementwise>(
    level: Level,
    block: &Block<T>,
    losses: &mut [f64],
    derivatives: &mut [f64],
) -> bool {
    dispatch::run(level, Map::<T, K> { block, losses, derivatives, kernel: PhantomData })
}

struct Map<'m, T, K> {
    block: &'m Block<'m, T>,
    losses: &'m mut [f64],
    /// Empty if they are not wanted.
    derivatives: &'m mut [f64],
    kernel: PhantomData<K>,
}

impl<T: Element, K: Elementwise> Job for Map<'_, T, K> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Lanes>(self) -> bool {
        let Self { block: &Block { x, target, other, parameter, .. }, losses, derivatives, .. } = self;
        let (wanted, parameter) = (!derivatives.is_empty(), V::splat(parameter));
        let (width, count) = (V::COUNT, losses.len());
        let whole = count / width * width;
        let mut invalid = V::zero();
        for at in (0..whole).step_by(width) {
            let given =
                Given { x: T::load(&x[at..]), target: T::load(&target[at..]), other: T::load(&other[at..]), parameter };
            let found = K::of::<V, T>(given, wanted);
            invalid = invalid.bits_or(found.invalid);
            found.loss.store(&mut losses[at..]);
            if wanted {
                found.derivative.store(&mut derivatives[at..]);
            }
        }
        if whole < count {
            let found = K::of::<V, T>(
                Given { x: last(x, whole), target: last(target, whole), other: last(other, whole), parameter },
                wanted,
            );
            invalid = invalid.bits_or(found.invalid);
            let mut room = [0.0; WIDEST];
            found.loss.store(&mut room);
            losses[whole..].copy_from_slice(&room[..count - whole]);
            if wanted {
                found.derivative.store(&mut room);
                derivatives[whole..].copy_from_slice(&room[..count - whole]);
            }
        }
        invalid.any_sign()
    }
}

/// The numbers from `from` on, fewer than there are lanes, with harmless ones behind.
#[inline(always)]
fn last<V: Lanes, T: Element>(numbers: &[T], from: usize) -> V {
    let mut room = [T::round(HARMLESS); WIDEST];
    room[..numbers.len() - from].copy_from_slice(&numbers[from..]);
    T::load(&room)
}

/// What all losses have in common: weights, sum and gradient of a block.
struct Weighted<'w> {
    losses: &'w mut [f64],
    derivatives: &'w mut [f64],
    gradient: Option<Gradient<'w>>,
    weights: Option<&'w [f64]>,
    scale: f64,
}

impl Job for Weighted<'_> {
    type Output = Sum<One>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Sum<One> {
        let Self { losses, derivatives, gradient, weights, scale } = self;
        if let Some(weights) = weights {
            for (loss, &weight) in losses.iter_mut().zip(weights) {
                *loss = product(One(weight), One(*loss)).0;
            }
            for (derivative, &weight) in derivatives.iter_mut().zip(weights) {
                *derivative = product(One(weight * scale), One(*derivative)).0;
            }
        } else {
            for derivative in derivatives.iter_mut() {
                *derivative = product(One(scale), One(*derivative)).0;
            }
        }
        match gradient {
            Some(Gradient::Double(gradient)) => gradient.copy_from_slice(derivatives),
            Some(Gradient::Single(gradient)) => {
                for (gradient, &derivative) in gradient.iter_mut().zip(&*derivatives) {
                    *gradient = derivative as f32;
                }
            }
            None => {}
        }
        total_of_every::<V>(losses)
    }
}
