//! AVX2 with FMA and F16C: four float64 a register.
//!
//! Every `unsafe` here has the same reason: the type is used only below its entry in `entry.rs`, which is reached only
//! after the CPU said that it has the instructions; loads and stores are on slices of the right length, checked before.

use core::arch::x86_64::*;

use super::single::{OneSingle, YmmSingle};
use super::{Lanes, One, Pair};

/// One register: 4 numbers.
#[derive(Clone, Copy)]
pub struct Ymm(pub __m256d);

impl Lanes for Ymm {
    const COUNT: usize = 4;
    type Mask = __m256d;
    type Half = Pair<One>;
    type Single = Pair<Pair<OneSingle>>;
    type SingleOfPair = YmmSingle;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_set1_pd(value) })
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe { _mm256_loadu_pd(values.as_ptr()) })
    }
    #[inline(always)]
    fn load_single(values: &[f32]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe { _mm256_cvtps_pd(_mm_loadu_ps(values.as_ptr())) })
    }
    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        // SAFETY: the level was detected (see the head of the file).
        let values = &mut values[..Self::COUNT];
        unsafe { _mm256_storeu_pd(values.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn store_single(self, values: &mut [f32]) {
        // SAFETY: the level was detected (see the head of the file).
        let values = &mut values[..Self::COUNT];
        unsafe { _mm_storeu_ps(values.as_mut_ptr(), _mm256_cvtpd_ps(self.0)) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_add_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_sub_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_mul_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_div_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_min_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_max_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_fmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_fnmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn split(self) -> (Self::Half, Self::Half) {
        // SAFETY: the level was detected (see the head of the file).
        let mut values = [0.0; 4];
        self.store(&mut values);
        (Pair(One(values[0]), One(values[1])), Pair(One(values[2]), One(values[3])))
    }
    #[inline(always)]
    fn first(self) -> f64 {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_cvtsd_f64(self.0) }
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_cmp_pd::<_CMP_GE_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_and_pd(a, b) }
    }
    #[inline(always)]
    fn not_but(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_andnot_pd(a, b) }
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm256_movemask_pd(mask) != 0 }
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_blendv_pd(no.0, yes.0, mask) })
    }
    #[inline(always)]
    fn mark(self, mask: Self::Mask) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_or_pd(self.0, mask) })
    }
    #[inline(always)]
    fn bits_and(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_and_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn bits_or(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_or_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn bits_xor(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_xor_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn bits_add(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe {
            _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(self.0), _mm256_castpd_si256(other.0)))
        })
    }
    #[inline(always)]
    fn bits_sub(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe {
            _mm256_castsi256_pd(_mm256_sub_epi64(_mm256_castpd_si256(self.0), _mm256_castpd_si256(other.0)))
        })
    }
    #[inline(always)]
    fn bits_top(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(self.0))) })
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(self.0))) })
    }
}
