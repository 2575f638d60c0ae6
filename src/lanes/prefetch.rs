//! Asking for memory before it is needed.
//!
//! A row that is gone over twice keeps the processor busy in the cache, and the hardware does not ask for the next row
//! meanwhile. A hint never faults and changes no result.

/// Asks for the cache line that lies `bytes` behind the start of a slice, which may be beyond its end.
#[inline(always)]
pub fn prefetch<T>(values: &[T], bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing that the program could see, at any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().cast::<i8>().wrapping_add(bytes)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, bytes);
}
