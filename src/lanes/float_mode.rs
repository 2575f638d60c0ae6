//! The floating-point mode of the thread: default rounding, subnormals kept.
//!
//! Libraries built with `-ffast-math` switch subnormals off for the thread that loads them. A kernel would then
//! give other bits in that thread than in its neighbours, so each call and each task of it, on whatever thread, sets the
//! default mode and gives the old one back when it is done.

/// Holds the default floating-point mode while it lives.
pub struct FloatMode {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    before: Option<u64>,
}

#[cfg(target_arch = "x86_64")]
mod register {
    /// All exceptions masked, round to nearest, neither FTZ nor DAZ.
    pub const DEFAULT: u64 = 0x1f80;
    /// The sticky exception flags, which are nobody's mode.
    pub const FLAGS: u64 = 0x3f;

    #[inline(always)]
    pub fn get() -> u64 {
        let mut value = 0u32;
        // SAFETY: stmxcsr writes four bytes to the place it is given.
        unsafe { core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut value, options(nostack, preserves_flags)) };
        u64::from(value)
    }

    #[inline(always)]
    pub fn set(value: u64) {
        let value = value as u32;
        // SAFETY: ldmxcsr reads four bytes; the value is the default or one that the register held before.
        unsafe { core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const value, options(nostack, preserves_flags)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod register {
    /// Round to nearest, subnormals kept.
    pub const DEFAULT: u64 = 0;
    /// FPCR holds no sticky flags.
    pub const FLAGS: u64 = 0;

    #[inline(always)]
    pub fn get() -> u64 {
        let value: u64;
        // SAFETY: reading FPCR has no effect.
        unsafe { core::arch::asm!("mrs {}, fpcr", out(reg) value, options(nomem, nostack, preserves_flags)) };
        value
    }

    #[inline(always)]
    pub fn set(value: u64) {
        // SAFETY: the value is the default or one that the register held before.
        unsafe { core::arch::asm!("msr fpcr, {}", in(reg) value, options(nomem, nostack, preserves_flags)) };
    }
}

impl FloatMode {
    /// Sets the default mode if the thread has another.
    #[inline(always)]
    pub fn enter() -> Self {
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        {
            let now = register::get();
            if now & !register::FLAGS == register::DEFAULT {
                return Self { before: None };
            }
            register::set(register::DEFAULT);
            Self { before: Some(now) }
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        Self {}
    }
}

impl Drop for FloatMode {
    #[inline(always)]
    fn drop(&mut self) {
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        if let Some(before) = self.before {
            register::set(before);
        }
    }
}
