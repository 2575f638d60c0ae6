//! Lanes of float32: as many as a level has of float64, in half the bytes. What is exact enough so goes through them
//! twice as fast. AVX-512 has them in AVX2 registers too: what is left then is bound by memory.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod one;

#[cfg(target_arch = "x86_64")]
pub use avx2::YmmSingle;
pub use one::OneSingle;

use super::Pair;

/// Several float32 that every operation treats alike.
pub trait Singles: Copy {
    /// How many numbers.
    const COUNT: usize;
    /// The outcome of a comparison, one truth value a lane.
    type Mask: Copy;

    /// The same number in every lane.
    fn splat(value: f32) -> Self;
    /// The first `COUNT` numbers of a slice.
    fn load(values: &[f32]) -> Self;
    /// The first `COUNT` numbers of a slice of float16.
    fn load_float16(values: &[[u8; 2]]) -> Self;
    /// The first `COUNT` numbers of a slice of bfloat16.
    fn load_bfloat16(values: &[[u8; 2]]) -> Self;
    /// Writes the lanes to the first `COUNT` places of a slice.
    fn store(self, values: &mut [f32]);

    /// a + b
    fn add(self, other: Self) -> Self;
    /// a − b
    fn sub(self, other: Self) -> Self;
    /// a × b
    fn mul(self, other: Self) -> Self;
    /// a × b + c, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `if a > b { a } else { b }`: the second where either is NaN.
    fn greater(self, other: Self) -> Self;
    /// a ≥ b
    fn no_less(self, other: Self) -> Self::Mask;
    /// a < b
    fn less(self, other: Self) -> Self::Mask;
    /// The number where the mask is true, else 0.
    fn only(self, mask: Self::Mask) -> Self;
    /// The bit patterns shifted left by 23: the lowest bits as sign and exponent.
    fn bits_to_top(self) -> Self;

    /// Zero in every lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
}

impl<S: Singles> Singles for Pair<S> {
    const COUNT: usize = 2 * S::COUNT;
    type Mask = (S::Mask, S::Mask);

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(S::splat(value), S::splat(value))
    }
    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        Self(S::load(values), S::load(&values[S::COUNT..]))
    }
    #[inline(always)]
    fn load_float16(values: &[[u8; 2]]) -> Self {
        Self(S::load_float16(values), S::load_float16(&values[S::COUNT..]))
    }
    #[inline(always)]
    fn load_bfloat16(values: &[[u8; 2]]) -> Self {
        Self(S::load_bfloat16(values), S::load_bfloat16(&values[S::COUNT..]))
    }
    #[inline(always)]
    fn store(self, values: &mut [f32]) {
        self.0.store(values);
        self.1.store(&mut values[S::COUNT..]);
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
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0), self.1.mul_add(factor.1, addend.1))
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        Self(self.0.greater(other.0), self.1.greater(other.1))
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> Self::Mask {
        (self.0.no_less(other.0), self.1.no_less(other.1))
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        (self.0.less(other.0), self.1.less(other.1))
    }
    #[inline(always)]
    fn only(self, mask: Self::Mask) -> Self {
        Self(self.0.only(mask.0), self.1.only(mask.1))
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        Self(self.0.bits_to_top(), self.1.bits_to_top())
    }
}
