//! AVX2 with FMA: eight float32 a register.
//!
//! Every `unsafe` here has the same reason: the type is used only below its entry in `entry.rs`, which is reached only
//! after the CPU said that it has the instructions; loads and stores are on slices of the right length, checked before.

use core::arch::x86_64::*;

use super::Singles;

/// One register: 8 numbers.
#[derive(Clone, Copy)]
pub struct YmmSingle(pub __m256);

impl Singles for YmmSingle {
    const COUNT: usize = 8;
    type Mask = __m256;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_set1_ps(value) })
    }
    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe { _mm256_loadu_ps(values.as_ptr()) })
    }
    #[inline(always)]
    fn load_float16(values: &[[u8; 2]]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe { _mm256_cvtph_ps(_mm_loadu_si128(values.as_ptr().cast())) })
    }
    #[inline(always)]
    fn load_bfloat16(values: &[[u8; 2]]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe {
            let wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(values.as_ptr().cast()));
            _mm256_castsi256_ps(_mm256_slli_epi32::<16>(wide))
        })
    }
    #[inline(always)]
    fn store(self, values: &mut [f32]) {
        // SAFETY: the level was detected (see the head of the file).
        let values = &mut values[..Self::COUNT];
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_cmp_ps::<_CMP_GE_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_cmp_ps::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn only(self, mask: Self::Mask) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_and_ps(self.0, mask) })
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(self.0))) })
    }
}
