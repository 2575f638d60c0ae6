//! Losses of rows of logits, one a row, and their gradients: what a first look found tells the probabilities, so that a
//! second one, while the row is in the cache, can write what each logit adds to the loss.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::super::load::{Next, Scratch};
use super::super::{BLOCK, GRAIN, Rows, Unit};
use super::slope::{Derivative, Kind, OfEntropy, OfTarget, OfTeacher, Slope};
use super::{LEAF, LogitRows, Settle, Settled, blocks, both};
use crate::accumulate::{Element, SHORT};
use crate::dispatch;
use crate::kernels::logits::{
    Base, Label, LabelCrossEntropy, LogitEntropy, LogitKlDivergence, LogitMeasure, LogitPartial, Softmax,
    TargetCrossEntropy, TargetKlDivergence, mean_distance,
};
use crate::lanes::{FloatMode, Job, Lanes, One, WIDEST};
use crate::math::Sum;
use crate::view::{Native, View};

/// Logits whose loss is taken before their gradient, at most, if there is more than one row of them: they stay in the
/// second-level cache.
const NEAR: usize = 1 << 15;

/// The losses, by what they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Cross-entropy with a target.
    CrossEntropy,
    /// The divergence of softmax(z/T) from a target.
    KlDivergence,
    /// The entropy of softmax(z/T).
    Entropy,
    /// The divergence of softmax(z/T) from a teacher's.
    Distillation,
}

/// The losses of one call.
pub struct Losses<'r, 'a> {
    /// The logits, and the rows of probabilities of the target, if there are any; or the logits of the teacher, and those
    /// of the student.
    pub logits: &'r LogitRows<'r, 'a>,
    /// The logits of the student alone, if there is a teacher.
    pub student: Option<&'r Rows<'a>>,
    /// Which it is.
    pub loss: Loss,
    /// Is what float32 can show enough?
    pub narrow: bool,
    /// What the gradient of each row is multiplied with.
    pub scale: &'a [f64],
}

impl Losses<'_, '_> {
    /// Writes the loss of each row, and the gradient if there is room for it; false if the watch said stop.
    pub fn write<O: Element>(&self, out: &mut [f64], grad: Option<&mut [O]>) -> bool {
        let _mode = FloatMode::enter();
        let rows = self.logits.rows;
        let single = rows.p.is_single() && rows.q.as_ref().is_none_or(View::is_single);
        let narrow = self.narrow && single && self.logits.suits_single();
        match (self.loss, rows.q.is_some()) {
            // The divergence asks for all digits near equality; its gradient is that of the cross-entropy.
            (Loss::KlDivergence, true) if narrow && grad.is_some() => {
                self.with::<f64, O, TargetKlDivergence, 5>(out, None);
                self.with::<f32, O, TargetCrossEntropy, 4>(&mut vec![0.0; out.len()], grad);
            }
            (Loss::KlDivergence, true) => self.with::<f64, O, TargetKlDivergence, 5>(out, grad),
            (Loss::CrossEntropy, true) if narrow => {
                self.with::<f32, O, TargetCrossEntropy, 4>(out, grad);
            }
            (Loss::CrossEntropy, true) => self.with::<f64, O, TargetCrossEntropy, 4>(out, grad),
            (Loss::CrossEntropy | Loss::KlDivergence, _) if narrow => {
                self.with::<f32, O, LabelCrossEntropy, 2>(out, grad);
            }
            (Loss::CrossEntropy | Loss::KlDivergence, _) => self.with::<f64, O, LabelCrossEntropy, 2>(out, grad),
            (Loss::Entropy, _) if narrow => self.with::<f32, O, LogitEntropy, 3>(out, grad),
            (Loss::Entropy, _) => self.with::<f64, O, LogitEntropy, 3>(out, grad),
            (Loss::Distillation, _) if narrow => self.with::<f32, O, LogitKlDivergence, 3>(out, grad),
            (Loss::Distillation, _) => self.with::<f64, O, LogitKlDivergence, 3>(out, grad),
        }
        !rows.watch.stop.load(Ordering::Relaxed)
    }

    fn with<T: Native, O: Element, K: LogitMeasure<N>, const N: usize>(&self, out: &mut [f64], grad: Option<&mut [O]>) {
        let unit = Unit { normalize: true, base: None, root: false, invalid_is_nan: true };
        let temperature = self.logits.temperature;
        let settled =
            dispatch::run(self.logits.rows.level, Settle { unit, temperature, bits: K::BITS, bounded: K::BOUNDED });
        if let Some(grad) = grad {
            self.rows::<T, O, K, N>(0, out, grad, &settled);
        } else {
            let logits = self.logits;
            logits.rows.split(0, out, &|first, out| logits.some::<T, K, N>(first, out, &settled));
        }
    }

    /// Rows `first`.., losses and gradients.
    fn rows<T: Native, O: Element, K: LogitMeasure<N>, const N: usize>(
        &self,
        first: usize,
        out: &mut [f64],
        grad: &mut [O],
        settled: &Settled,
    ) {
        let _mode = FloatMode::enter();
        let rows = self.logits.rows;
        if rows.watch.over() {
            return;
        }
        let length = rows.length();
        if grad.len() > GRAIN && out.len() > 1 {
            let half = out.len() / 2;
            let ((out, more), (grad, rest)) = (out.split_at_mut(half), grad.split_at_mut(half * length));
            both(
                rows,
                || self.rows::<T, O, K, N>(first, out, grad, settled),
                || self.rows::<T, O, K, N>(first + half, more, rest, settled),
            );
            return;
        }
        let together = (NEAR / length).clamp(1, WIDEST);
        let parts = out.chunks_mut(together).zip(grad.chunks_mut(together * length));
        for (index, (out, grad)) in parts.enumerate() {
            let first = first + index * together;
            let mut partials = [LogitPartial::<One, N>::NOTHING; WIDEST];
            if length <= SHORT {
                self.logits.abreast::<T, K, N>(first, out, &mut partials[..out.len()], settled);
            } else {
                partials = self.logits.in_turn::<T, K, N>(first, out, settled);
            }
            // Of those of a target the third is Σc.
            let partials = partials.map(|LogitPartial { z, w, sums }| {
                let sums = [sums[0], sums[1], sums[2.min(N - 1)]];
                LogitPartial { z, w, sums }
            });
            let both = self.student.map(|student| {
                [self.logits.rows, student].map(|rows| self.totals::<T>(rows, first, out.len(), settled))
            });
            let found = Found { losses: self, first, partials, both, settled };
            if length <= SHORT {
                dispatch::run(rows.level, Short::<T, O> { found, grad, element: PhantomData });
            } else {
                for (index, grad) in grad.chunks_exact_mut(length).enumerate() {
                    self.row_of::<T, O>(first + index, grad, &found);
                }
            }
            for (index, grad) in grad.chunks_exact_mut(length).enumerate() {
                if let Some(other) = self.logits.exception(first + index, out[index], settled) {
                    out[index] = other;
                }
                if self.scale[first + index] == 0.0 {
                    grad.fill(O::default());
                }
            }
        }
    }

    /// The largest logit and the total of some rows.
    fn totals<T: Native>(
        &self,
        rows: &Rows,
        first: usize,
        count: usize,
        settled: &Settled,
    ) -> [LogitPartial<One, 2>; WIDEST] {
        let logits = LogitRows { rows, temperature: self.logits.temperature, infinite: false, labels: None };
        let (mut results, mut partials) = ([0.0; WIDEST], [LogitPartial::NOTHING; WIDEST]);
        if rows.length() <= SHORT {
            logits.abreast::<T, LabelCrossEntropy, 2>(first, &mut results[..count], &mut partials[..count], settled);
            partials
        } else {
            logits.in_turn::<T, LabelCrossEntropy, 2>(first, &mut results[..count], settled)
        }
    }

    /// The gradient of a row.
    fn row_of<T: Native, O: Element>(&self, row: usize, grad: &mut [O], found: &Found) {
        let rows = self.logits.rows;
        let slope = dispatch::run(rows.level, Derive::<T> { found, row, element: PhantomData });
        self.row::<T, O>(row, blocks(rows), grad, &slope);
        if let Ok(class) = usize::try_from(slope.label.class.0 as i64) {
            let mut target = [T::default()];
            if let Some(view) = &rows.q {
                view.copy(row, class, 1, &mut target, 0, 1);
            }
            let job = AtLabel::<T> { slope: &slope, target: target[0].into(), element: PhantomData };
            grad[class] = O::round(dispatch::run(rows.level, job));
        }
    }

    /// Some blocks of the gradient of a row, but for its label.
    fn row<T: Native, O: Element>(&self, row: usize, blocks: Range<usize>, grad: &mut [O], slope: &Slope<One>) {
        let _mode = FloatMode::enter();
        let rows = self.logits.rows;
        if blocks.len() > LEAF {
            let middle = blocks.len() / 2;
            let (left, right) = grad.split_at_mut(middle * BLOCK);
            let middle = blocks.start + middle;
            both(
                rows,
                || self.row::<T, O>(row, blocks.start..middle, left, slope),
                || self.row::<T, O>(row, middle..blocks.end, right, slope),
            );
        } else if !rows.watch.over() {
            dispatch::run(rows.level, Write::<T, O> { rows, row, blocks, grad, slope, element: PhantomData });
        }
    }
}

/// What is known of up to sixteen rows once their losses are.
struct Found<'r, 'a> {
    losses: &'r Losses<'r, 'a>,
    first: usize,
    partials: [LogitPartial<One, 3>; WIDEST],
    /// Of the teacher and of the student, if there is one.
    both: Option<[[LogitPartial<One, 2>; WIDEST]; 2]>,
    settled: &'r Settled,
}

impl Found<'_, '_> {
    /// The slopes of some rows, one in each lane.
    #[inline(always)]
    fn slope<V: Lanes, T: Native>(&self, rows: Range<usize>) -> Slope<V> {
        let Self { losses, settled, .. } = self;
        let lanes = rows.start - self.first..rows.end - self.first;
        let mut room = [0.0; WIDEST];
        room[..lanes.len()].copy_from_slice(&losses.scale[rows.clone()]);
        let scale = V::load(&room).div(V::splat(losses.logits.temperature));
        if let Some(both) = &self.both {
            let [teacher, student] = both.map(|partials| {
                let LogitPartial { z, w, sums } = LogitPartial::gather::<V>(&partials[lanes.clone()]);
                Softmax::new(Base::new(z, w, settled.factor()), sums[0], sums[1])
            });
            return Slope { softmax: student, kind: Kind::Teacher(teacher), label: Label::none(), scale };
        }
        let LogitPartial { z, w, sums } = LogitPartial::gather::<V>(&self.partials[lanes.clone()]);
        let softmax = Softmax::new(Base::new(z, w, settled.factor()), sums[0], sums[1]);
        let label = losses.logits.label::<V, T>(rows.start, rows.len());
        let kind = if losses.loss == Loss::Entropy {
            Kind::Entropy(mean_distance(sums))
        } else if losses.logits.rows.q.is_some() {
            Kind::Target(sums[2].value().add(label.weight))
        } else {
            Kind::Target(label.weight)
        };
        Slope { softmax, kind, label, scale }
    }
}

/// The slope of one row.
struct Derive<'r, 'a, T> {
    found: &'r Found<'r, 'a>,
    row: usize,
    element: PhantomData<T>,
}

impl<T: Native> Job for Derive<'_, '_, T> {
    type Output = Slope<One>;

    #[inline(always)]
    fn run<V: Lanes>(self) -> Slope<One> {
        self.found.slope::<One, T>(self.row..self.row + 1)
    }
}

/// The place of a label in a gradient.
struct AtLabel<'s, T> {
    slope: &'s Slope<One>,
    target: f64,
    element: PhantomData<T>,
}

impl<T: Native> Job for AtLabel<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes>(self) -> f64 {
        let Slope { softmax, kind, label, scale } = self.slope;
        let Kind::Target(mass) = *kind else { return f64::NAN };
        softmax.excess::<T>(label.logit, mass, label.weight.add(One(self.target))).mul(*scale).0
    }
}

/// Writes some blocks of the gradient of a row, but for its label.
struct Write<'r, 'a, 'o, T, O> {
    rows: &'r Rows<'a>,
    row: usize,
    blocks: Range<usize>,
    grad: &'o mut [O],
    slope: &'r Slope<One>,
    element: PhantomData<T>,
}

impl<T: Native, O: Element> Job for Write<'_, '_, '_, T, O> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let softmax = self.slope.softmax.splat::<V>();
        if !T::COMPENSATED
            && self.rows.q.is_none()
            && let Kind::Target(mass) = self.slope.kind
            && let Some(all) = self.slope.softmax.proportion(mass.mul(self.slope.scale))
        {
            return self.write::<V, _>(&all.splat());
        }
        match &self.slope.kind {
            Kind::Target(mass) => self.write::<V, _>(&OfTarget { softmax, mass: V::splat(mass.0) }),
            Kind::Entropy(Sum { high, low }) => {
                let mean = Sum { high: V::splat(high.0), low: V::splat(low.0) };
                self.write::<V, _>(&OfEntropy { softmax, mean });
            }
            Kind::Teacher(teacher) => self.write::<V, _>(&OfTeacher { softmax, teacher: teacher.splat() }),
        }
    }
}

impl<T: Native, O: Element> Write<'_, '_, '_, T, O> {
    #[inline(always)]
    fn write<V: Lanes, F: Derivative<V>>(self, derivative: &F) {
        let Self { rows, row, slope, .. } = self;
        let scale = V::splat(slope.scale.0);
        let two = rows.q.is_some();
        let mut scratch = Scratch::<T>::new();
        for (block, grad) in self.blocks.zip(self.grad.chunks_mut(BLOCK)) {
            let from = block * BLOCK;
            let (z, w) = rows.block(row, from..rows.length().min(from + BLOCK), &mut scratch);
            let whole = z.len() / V::COUNT * V::COUNT;
            for at in (0..whole).step_by(V::COUNT) {
                let other = if two { T::load(&w[at..at + V::COUNT]) } else { V::zero() };
                let value = derivative.of::<T>(T::load(&z[at..at + V::COUNT]), other);
                let value = if F::SCALED { value } else { value.mul(scale) };
                O::store(value, &mut grad[at..at + V::COUNT]);
            }
            if whole < z.len() {
                let (mut last, mut second) = ([T::default(); WIDEST], [T::default(); WIDEST]);
                let mut room = [O::default(); WIDEST];
                last[..z.len() - whole].copy_from_slice(&z[whole..]);
                if two {
                    second[..z.len() - whole].copy_from_slice(&w[whole..]);
                }
                let value = derivative.of::<T>(T::load(&last), T::load(&second));
                O::store(if F::SCALED { value } else { value.mul(scale) }, &mut room);
                grad[whole..].copy_from_slice(&room[..z.len() - whole]);
            }
        }
    }
}

/// The gradients of short rows, one in each lane.
struct Short<'r, 'a, 'o, T, O> {
    found: Found<'r, 'a>,
    grad: &'o mut [O],
    element: PhantomData<T>,
}

impl<T: Native, O: Element> Job for Short<'_, '_, '_, T, O> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Found { losses, first, .. } = self.found;
        let rows = losses.logits.rows;
        let mut scratch = Scratch::<T>::new();
        for (index, grad) in self.grad.chunks_mut(V::COUNT * rows.length()).enumerate() {
            let first = first + index * V::COUNT;
            let lanes = first..first + grad.len() / rows.length();
            let slope = self.found.slope::<V, T>(lanes.clone());
            let softmax = slope.softmax;
            match slope.kind {
                Kind::Target(mass) => {
                    abreast::<V, T, O, _>(rows, lanes, &slope, &OfTarget { softmax, mass }, grad, &mut scratch);
                }
                Kind::Entropy(mean) => {
                    abreast::<V, T, O, _>(rows, lanes, &slope, &OfEntropy { softmax, mean }, grad, &mut scratch);
                }
                Kind::Teacher(teacher) => {
                    abreast::<V, T, O, _>(rows, lanes, &slope, &OfTeacher { softmax, teacher }, grad, &mut scratch);
                }
            }
        }
    }
}

/// The gradients of some rows, one in each lane.
#[inline(always)]
fn abreast<V: Lanes, T: Native, O: Element, F: Derivative<V>>(
    rows: &Rows,
    lanes: Range<usize>,
    slope: &Slope<V>,
    derivative: &F,
    grad: &mut [O],
    scratch: &mut Scratch<T>,
) {
    let (length, two) = (rows.length(), rows.q.is_some());
    let mut values = [O::default(); SHORT * WIDEST];
    let (z, w) = rows.abreast::<V, T>(lanes, 0..length, Next { lines: 0, rows: V::COUNT }, scratch);
    for (class, values) in values.chunks_exact_mut(V::COUNT).take(length).enumerate() {
        let index = V::splat(class as f64);
        let labelled = V::both(index.no_less(slope.label.class), slope.label.class.no_less(index));
        let other = if two { w.load::<V>(class) } else { V::zero() };
        let other = other.add(V::select(labelled, slope.label.weight, V::zero()));
        O::store(derivative.of::<T>(z.load(class), other).mul(slope.scale), values);
    }
    for (lane, grad) in grad.chunks_exact_mut(length).enumerate() {
        for (class, place) in grad.iter_mut().enumerate() {
            *place = values[class * V::COUNT + lane];
        }
    }
}
