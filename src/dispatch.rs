//! The SIMD level: detected once, best first, each constructible by name.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::lanes::{Job, entry};

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Level {
    /// The target's baseline.
    Portable = 1,
    /// AVX2, FMA and F16C.
    Avx2 = 2,
    /// AVX-512 F, DQ and VL.
    Avx512 = 3,
}

impl Level {
    /// All levels, worst to best.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Its name, as in `XLOGX_SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The level of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Does this CPU have it?
    pub fn is_supported(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.is_supported()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The levels of this CPU, worst to best.
    pub fn supported() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|level| level.is_supported())
    }

    /// The best level of this CPU.
    pub fn detect() -> Self {
        Self::supported().last().unwrap_or(Self::Portable)
    }

    /// The level in use.
    pub fn current() -> Self {
        match CURRENT.load(Ordering::Relaxed) {
            1 => Self::Portable,
            2 => Self::Avx2,
            3 => Self::Avx512,
            _ => {
                let level = Self::detect();
                CURRENT.store(level as u8, Ordering::Relaxed);
                level
            }
        }
    }

    /// Uses this level from now on; false, and nothing changed, if the CPU lacks it.
    pub fn set(self) -> bool {
        if self.is_supported() {
            CURRENT.store(self as u8, Ordering::Relaxed);
        }
        self.is_supported()
    }
}

static CURRENT: AtomicU8 = AtomicU8::new(0);

/// Runs a job at a level (at the portable one if the CPU lacks it).
pub fn run<J: Job>(level: Level, job: J) -> J::Output {
    match level {
        Level::Portable => job.run_portable(),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 if level.is_supported() => entry::avx2(job),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 if level.is_supported() => entry::avx512(job),
        _ => job.run_portable(),
    }
}
