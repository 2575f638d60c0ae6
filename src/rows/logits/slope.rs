//! What each logit of a row changes in its loss, once the first look is done.

use crate::kernels::logits::{Label, Proportion, Softmax};
use crate::lanes::Lanes;
use crate::math::Sum;
use crate::view::Native;

/// What a gradient is made from, in rows one after the other or one in each lane.
#[derive(Clone, Copy)]
pub(super) struct Slope<V> {
    pub softmax: Softmax<V>,
    pub kind: Kind<V>,
    pub label: Label<V>,
    /// What ∂loss/∂(z/T) is multiplied with.
    pub scale: V,
}

/// ∂loss/∂(z/T)
#[derive(Clone, Copy)]
pub(super) enum Kind<V> {
    /// p·Σc − c, given Σc.
    Target(V),
    /// −p·(log p + H), given the mean distance from the largest logit.
    Entropy(Sum<V>),
    /// p − the teacher's.
    Teacher(Softmax<V>),
}

/// What a logit changes in the loss. A trait, not a closure: a closure is not inlined into the level's entry.
pub(super) trait Derivative<V: Lanes> {
    /// Is the scale of the slope in it?
    const SCALED: bool = false;

    fn of<T: Native>(&self, z: V, other: V) -> V;
}

/// Of float32 logits that are not the label of their row, where there is no other target: in proportion to their
/// probability.
impl<V: Lanes> Derivative<V> for Proportion<V> {
    const SCALED: bool = true;

    #[inline(always)]
    fn of<T: Native>(&self, z: V, _other: V) -> V {
        Self::of(self, z)
    }
}

pub(super) struct OfTarget<V> {
    pub softmax: Softmax<V>,
    pub mass: V,
}

impl<V: Lanes> Derivative<V> for OfTarget<V> {
    #[inline(always)]
    fn of<T: Native>(&self, z: V, target: V) -> V {
        self.softmax.excess::<T>(z, self.mass, target)
    }
}

pub(super) struct OfEntropy<V> {
    pub softmax: Softmax<V>,
    pub mean: Sum<V>,
}

impl<V: Lanes> Derivative<V> for OfEntropy<V> {
    #[inline(always)]
    fn of<T: Native>(&self, z: V, _other: V) -> V {
        self.softmax.deviation::<T>(z, self.mean)
    }
}

pub(super) struct OfTeacher<V> {
    pub softmax: Softmax<V>,
    pub teacher: Softmax<V>,
}

impl<V: Lanes> Derivative<V> for OfTeacher<V> {
    #[inline(always)]
    fn of<T: Native>(&self, teacher: V, z: V) -> V {
        self.softmax.difference::<T>(z, &self.teacher, teacher)
    }
}
