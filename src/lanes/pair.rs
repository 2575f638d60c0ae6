//! Two of a kind of lanes side by side: twice the independent work in flight.

use super::Lanes;

/// The lower lanes, then the upper ones.
#[derive(Clone, Copy)]
pub struct Pair<L>(pub L, pub L);

impl<L: Lanes> Lanes for Pair<L> {
    const COUNT: usize = 2 * L::COUNT;
    type Mask = (L::Mask, L::Mask);
    type Half = L;
    type Single = L::SingleOfPair;
    type SingleOfPair = Pair<L::SingleOfPair>;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(L::splat(value), L::splat(value))
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self(L::load(values), L::load(&values[L::COUNT..]))
    }
    #[inline(always)]
    fn load_single(values: &[f32]) -> Self {
        Self(L::load_single(values), L::load_single(&values[L::COUNT..]))
    }
    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        self.0.store(values);
        self.1.store(&mut values[L::COUNT..]);
    }
    #[inline(always)]
    fn store_single(self, values: &mut [f32]) {
        self.0.store_single(values);
        self.1.store_single(&mut values[L::COUNT..]);
    }
    #[inline(always)]
    fn split(self) -> (L, L) {
        (self.0, self.1)
    }
    #[inline(always)]
    fn first(self) -> f64 {
        self.0.first()
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0), self.1.add(other.1))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub(other.0), self.1.sub(other.1))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0.mul(other.0), self.1.mul(other.1))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0.div(other.0), self.1.div(other.1))
    }
    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        Self(self.0.lesser(other.0), self.1.lesser(other.1))
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        Self(self.0.greater(other.0), self.1.greater(other.1))
    }
    #[inline(always)]
    fn bits_add(self, other: Self) -> Self {
        Self(self.0.bits_add(other.0), self.1.bits_add(other.1))
    }
    #[inline(always)]
    fn bits_sub(self, other: Self) -> Self {
        Self(self.0.bits_sub(other.0), self.1.bits_sub(other.1))
    }
    #[inline(always)]
    fn bits_and(self, other: Self) -> Self {
        Self(self.0.bits_and(other.0), self.1.bits_and(other.1))
    }
    #[inline(always)]
    fn bits_or(self, other: Self) -> Self {
        Self(self.0.bits_or(other.0), self.1.bits_or(other.1))
    }
    #[inline(always)]
    fn bits_xor(self, other: Self) -> Self {
        Self(self.0.bits_xor(other.0), self.1.bits_xor(other.1))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0), self.1.mul_add(factor.1, addend.1))
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.neg_mul_add(factor.0, addend.0), self.1.neg_mul_add(factor.1, addend.1))
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        (self.0.less(other.0), self.1.less(other.1))
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> Self::Mask {
        (self.0.no_less(other.0), self.1.no_less(other.1))
    }
    #[inline(always)]
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        (L::both(a.0, b.0), L::both(a.1, b.1))
    }
    #[inline(always)]
    fn not_but(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        (L::not_but(a.0, b.0), L::not_but(a.1, b.1))
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        L::any(mask.0) | L::any(mask.1)
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(L::select(mask.0, yes.0, no.0), L::select(mask.1, yes.1, no.1))
    }
    #[inline(always)]
    fn mark(self, mask: Self::Mask) -> Self {
        Self(self.0.mark(mask.0), self.1.mark(mask.1))
    }
    #[inline(always)]
    fn bits_top(self) -> Self {
        Self(self.0.bits_top(), self.1.bits_top())
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        Self(self.0.bits_to_top(), self.1.bits_to_top())
    }
}
