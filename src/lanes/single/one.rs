//! One lane: a plain float32.

use super::Singles;

/// A single number.
#[derive(Clone, Copy)]
pub struct OneSingle(pub f32);

impl Singles for OneSingle {
    const COUNT: usize = 1;
    type Mask = bool;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(value)
    }
    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        Self(values[0])
    }
    #[inline(always)]
    fn load_float16(values: &[[u8; 2]]) -> Self {
        Self(half::f16::from_ne_bytes(values[0]).to_f32())
    }
    #[inline(always)]
    fn load_bfloat16(values: &[[u8; 2]]) -> Self {
        Self(f32::from_bits(u32::from(u16::from_ne_bytes(values[0])) << 16))
    }
    #[inline(always)]
    fn store(self, values: &mut [f32]) {
        values[0] = self.0;
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
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0))
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        if self.0 > other.0 { self } else { other }
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> bool {
        self.0 >= other.0
    }
    #[inline(always)]
    fn less(self, other: Self) -> bool {
        self.0 < other.0
    }
    #[inline(always)]
    fn only(self, mask: bool) -> Self {
        if mask { self } else { Self(0.0) }
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        Self(f32::from_bits(self.0.to_bits() << 23))
    }
}
