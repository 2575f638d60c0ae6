//! AVX-512 (F, DQ, VL): eight float64 a register, masks of their own.
//!
//! Every `unsafe` here has the same reason: the type is used only below its entry in `entry.rs`, which is reached only
//! after the CPU said that it has the instructions; loads and stores are on slices of the right length, checked before.

use core::arch::x86_64::*;

use super::single::YmmSingle;
use super::{Lanes, Pair, Ymm};

/// One register: 8 numbers.
#[derive(Clone, Copy)]
pub struct Zmm(pub __m512d);

impl Lanes for Zmm {
    const COUNT: usize = 8;
    type Mask = __mmask8;
    type Half = Ymm;
    type Single = YmmSingle;
    type SingleOfPair = Pair<YmmSingle>;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_set1_pd(value) })
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe { _mm512_loadu_pd(values.as_ptr()) })
    }
    #[inline(always)]
    fn load_single(values: &[f32]) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let values = &values[..Self::COUNT];
        Self(unsafe { _mm512_cvtps_pd(_mm256_loadu_ps(values.as_ptr())) })
    }
    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        // SAFETY: the level was detected (see the head of the file).
        let values = &mut values[..Self::COUNT];
        unsafe { _mm512_storeu_pd(values.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn store_single(self, values: &mut [f32]) {
        // SAFETY: the level was detected (see the head of the file).
        let values = &mut values[..Self::COUNT];
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), _mm512_cvtpd_ps(self.0)) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_add_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_sub_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_mul_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_div_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_min_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_max_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_fmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_fnmadd_pd(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    fn split(self) -> (Self::Half, Self::Half) {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { (Ymm(_mm512_castpd512_pd256(self.0)), Ymm(_mm512_extractf64x4_pd::<1>(self.0))) }
    }
    #[inline(always)]
    fn first(self) -> f64 {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm512_cvtsd_f64(self.0) }
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn no_less(self, other: Self) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        unsafe { _mm512_cmp_pd_mask::<_CMP_GE_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        a & b
    }
    #[inline(always)]
    fn not_but(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        // SAFETY: the level was detected (see the head of the file).
        !a & b
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        // SAFETY: the level was detected (see the head of the file).
        mask != 0
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_mask_blend_pd(mask, no.0, yes.0) })
    }
    #[inline(always)]
    fn mark(self, mask: Self::Mask) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        let bits = unsafe { _mm512_castpd_si512(self.0) };
        Self(unsafe { _mm512_castsi512_pd(_mm512_mask_or_epi64(bits, mask, bits, _mm512_set1_epi64(i64::MIN))) })
    }
    #[inline(always)]
    fn bits_and(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe {
            _mm512_castsi512_pd(_mm512_and_si512(_mm512_castpd_si512(self.0), _mm512_castpd_si512(other.0)))
        })
    }
    #[inline(always)]
    fn bits_or(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_castsi512_pd(_mm512_or_si512(_mm512_castpd_si512(self.0), _mm512_castpd_si512(other.0))) })
    }
    #[inline(always)]
    fn bits_xor(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe {
            _mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(self.0), _mm512_castpd_si512(other.0)))
        })
    }
    #[inline(always)]
    fn bits_add(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe {
            _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(self.0), _mm512_castpd_si512(other.0)))
        })
    }
    #[inline(always)]
    fn bits_sub(self, other: Self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe {
            _mm512_castsi512_pd(_mm512_sub_epi64(_mm512_castpd_si512(self.0), _mm512_castpd_si512(other.0)))
        })
    }
    #[inline(always)]
    fn bits_top(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_castsi512_pd(_mm512_srli_epi64::<52>(_mm512_castpd_si512(self.0))) })
    }
    #[inline(always)]
    fn bits_to_top(self) -> Self {
        // SAFETY: the level was detected (see the head of the file).
        Self(unsafe { _mm512_castsi512_pd(_mm512_slli_epi64::<52>(_mm512_castpd_si512(self.0))) })
    }
}
