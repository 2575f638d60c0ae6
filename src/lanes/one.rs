//! One lane: a plain float64, for what is done once a row, and the atom of the portable level.

use super::single::OneSingle;
use super::{Lanes, Pair};

/// A single number.
#[derive(Clone, Copy)]
pub struct One(pub f64);

impl One {
    #[inline(always)]
    fn of_bits(bits: u64) -> Self {
        Self(f64::from_bits(bits))
    }
}

impl Lanes for One {
    const COUNT: usize = 1;
    type Mask = bool;
    type Half = One;
    type Single = OneSingle;
    type SingleOfPair = Pair<OneSingle>;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(value)
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self(values[0])
    }
    #[inline(always)]
    fn load_single(values: &[f32]) -> Self {
        Self(f64::from(values[0]))
    }
    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        values[0] = self.0;
    }
    #[inline(always)]
    fn store_single(self, values: &mut [f32]) {
        values[0] = self.0 as f32;
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        (self, self)
    }
    #[inline(always)]
    fn first(self) -> f64 {
        self.0
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0))
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        Self((-self.0).mul_add(factor.0, addend.0))
    }
    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        if self.0 < other.0 { self } else { other }
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        if self.0 > other.0 { self } else { other }
    }
    #[inline(always)]
    fn less(self, other: Self) -> bool {
        self.0 < other.0
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> bool {
        self.0 >= other.0
    }
    #[inline(always)]
    fn both(a: bool, b: bool) -> bool {
        a & b
    }
    #[inline(always)]
    fn not_but(a: bool, b: bool) -> bool {
        !a & b
    }
    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn mark(self, mask: bool) -> Self {
        Self::of_bits(self.0.to_bits() | u64::from(mask) << 63)
    }
    #[inline(always)]
    fn bits_add(self, other: Self) -> Self {
        Self::of_bits(self.0.to_bits().wrapping_add(other.0.to_bits()))
    }
    #[inline(always)]
    fn bits_sub(self, other: Self) -> Self {
        Self::of_bits(self.0.to_bits().wrapping_sub(other.0.to_bits()))
    }
    #[inline(always)]
    fn bits_and(self, other: Self) -> Self {
        Self::of_bits(self.0.to_bits() & other.0.to_bits())
    }
    #[inline(always)]
    fn bits_or(self, other: Self) -> Self {
        Self::of_bits(self.0.to_bits() | other.0.to_bits())
    }
    #[inline(always)]
    fn bits_xor(self, other: Self) -> Self {
        Self::of_bits(self.0.to_bits() ^ other.0.to_bits())
    }
    #[inline(always)]
    fn bits_top(self) -> Self {
        Self::of_bits(self.0.to_bits() >> 52)
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        Self::of_bits(self.0.to_bits() << 52)
    }
}
