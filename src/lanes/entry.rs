//! The doors into an instruction set: everything inlined below one is compiled with its instructions.

#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512};
use super::{Lanes, Portable};

/// Work that is written once, for any lanes.
///
/// The doors are methods, not functions: the compiler puts a method beside the type that it is for, so that jobs of
/// different files are compiled side by side.
pub trait Job: Sized {
    /// What it gives.
    type Output;
    /// The work. Mark it `#[inline(always)]`: only what is inlined into a door gets its instructions.
    fn run<V: Lanes>(self) -> Self::Output;

    /// The work with what the target's baseline has.
    #[doc(hidden)]
    #[inline(never)]
    fn run_portable(self) -> Self::Output {
        self.run::<Portable>()
    }

    /// The work with AVX2, FMA and F16C.
    ///
    /// # Safety
    /// The CPU must have them.
    #[doc(hidden)]
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma,f16c")]
    #[inline(never)]
    unsafe fn run_avx2(self) -> Self::Output {
        self.run::<Avx2>()
    }

    /// The work with AVX-512.
    ///
    /// # Safety
    /// The CPU must have F, DQ and VL of it, and what AVX2 needs.
    #[doc(hidden)]
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma,f16c")]
    #[inline(never)]
    unsafe fn run_avx512(self) -> Self::Output {
        self.run::<Avx512>()
    }
}

/// Runs a job with AVX2, FMA and F16C, which the CPU must have.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx2<J: Job>(job: J) -> J::Output {
    // SAFETY: `dispatch::run`, the only caller, asked the CPU.
    unsafe { job.run_avx2() }
}

/// Runs a job with AVX-512, which the CPU must have.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx512<J: Job>(job: J) -> J::Output {
    // SAFETY: as above.
    unsafe { job.run_avx512() }
}
