//! The doors into an instruction set: everything inlined below one is compiled with its instructions.

#[cfg(target_arch = "x86_64")]
use super::{Avx2, Avx512};
use super::{Lanes, Portable};

/// Work that is written once, for any lanes.
pub trait Job {
    /// What it gives.
    type Output;
    /// The work. Mark it `#[inline(always)]`: only what is inlined into an entry gets its instructions.
    fn run<V: Lanes>(self) -> Self::Output;
}

/// Runs a job with what the target's baseline has.
#[inline(never)]
pub(crate) fn portable<J: Job>(job: J) -> J::Output {
    job.run::<Portable>()
}

/// Runs a job with AVX2, FMA and F16C, which the CPU must have.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx2<J: Job>(job: J) -> J::Output {
    #[target_feature(enable = "avx2,fma,f16c")]
    #[inline(never)]
    fn enter<J: Job>(job: J) -> J::Output {
        job.run::<Avx2>()
    }
    // SAFETY: `dispatch::run`, the only caller, asked the CPU.
    unsafe { enter(job) }
}

/// Runs a job with AVX-512, which the CPU must have.
#[cfg(target_arch = "x86_64")]
pub(crate) fn avx512<J: Job>(job: J) -> J::Output {
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma,f16c")]
    #[inline(never)]
    fn enter<J: Job>(job: J) -> J::Output {
        job.run::<Avx512>()
    }
    // SAFETY: as above.
    unsafe { enter(job) }
}
