//! Lanes: several float64 side by side, the type that every formula is written in.
//!
//! A kernel is generic over [`Lanes`] and runs on one number ([`One`]), on AVX2 or AVX-512 registers, or on any
//! pair of those ([`Pair`]). Each operation is a single IEEE operation or a bit operation, so all of them give
//! the same bits; what differs is how many numbers go through at once.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod entry;
mod float_mode;
mod one;
mod pair;
mod prefetch;
mod single;

#[cfg(target_arch = "x86_64")]
pub use avx2::Ymm;
#[cfg(target_arch = "x86_64")]
pub use avx512::Zmm;
pub use entry::Job;
pub use float_mode::FloatMode;
pub use one::One;
pub use pair::Pair;
pub use prefetch::prefetch;
pub use single::Singles;

/// Two AVX2 registers: eight numbers, enough independent work to hide the latency of a division.
#[cfg(target_arch = "x86_64")]
pub type Avx2 = Pair<Ymm>;
/// Two AVX-512 registers: sixteen numbers.
#[cfg(target_arch = "x86_64")]
pub type Avx512 = Pair<Zmm>;
/// Two numbers in whatever registers the target's baseline has.
pub type Portable = Pair<One>;

/// Lanes of the widest level, which all others divide.
pub const WIDEST: usize = 16;

/// Several float64 that every operation treats alike.
pub trait Lanes: Copy {
    /// How many numbers.
    const COUNT: usize;
    /// The outcome of a comparison, one truth value a lane.
    type Mask: Copy;
    /// Half as many lanes (of one lane, itself).
    type Half: Lanes;
    /// As many float32.
    type Single: Singles;
    /// Twice as many: those of a pair.
    type SingleOfPair: Singles;

    /// The same number in every lane.
    fn splat(value: f64) -> Self;
    /// The first `COUNT` numbers of a slice.
    fn load(values: &[f64]) -> Self;
    /// The first `COUNT` numbers of a slice of float32, widened.
    fn load_single(values: &[f32]) -> Self;
    /// Writes the lanes to the first `COUNT` places of a slice.
    fn store(self, values: &mut [f64]);
    /// Writes the lanes to the first `COUNT` places of a slice of float32, rounded.
    fn store_single(self, values: &mut [f32]);
    /// The lower and the upper half of the lanes.
    fn split(self) -> (Self::Half, Self::Half);
    /// The number in the first lane.
    fn first(self) -> f64;

    /// a + b
    fn add(self, other: Self) -> Self;
    /// a − b
    fn sub(self, other: Self) -> Self;
    /// a × b
    fn mul(self, other: Self) -> Self;
    /// a ÷ b
    fn div(self, other: Self) -> Self;
    /// √a
    fn sqrt(self) -> Self;
    /// a × b + c, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// c − a × b, rounded once.
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self;
    /// `if a < b { a } else { b }`: the second where either is NaN.
    fn lesser(self, other: Self) -> Self;
    /// `if a > b { a } else { b }`: the second where either is NaN.
    fn greater(self, other: Self) -> Self;

    /// a < b
    fn less(self, other: Self) -> Self::Mask;
    /// a ≥ b
    fn no_less(self, other: Self) -> Self::Mask;
    /// Both.
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// The second and not the first.
    fn not_but(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// Is it true in any lane?
    fn any(mask: Self::Mask) -> bool;
    /// `yes` where the mask is true, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Sets the sign bit where the mask is true.
    fn mark(self, mask: Self::Mask) -> Self;

    /// Wrapping sum of the bit patterns, as integers.
    fn bits_add(self, other: Self) -> Self;
    /// Wrapping difference of the bit patterns, as integers.
    fn bits_sub(self, other: Self) -> Self;
    /// Bitwise and.
    fn bits_and(self, other: Self) -> Self;
    /// Bitwise or.
    fn bits_or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn bits_xor(self, other: Self) -> Self;
    /// The bit patterns shifted right by 52, zeros coming in: sign and exponent as an integer.
    fn bits_top(self) -> Self;
    /// The bit patterns shifted left by 52: the lowest bits as sign and exponent.
    fn bits_to_top(self) -> Self;

    /// The same bit pattern in every lane.
    #[inline(always)]
    fn splat_bits(bits: u64) -> Self {
        Self::splat(f64::from_bits(bits))
    }
    /// Zero in every lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    /// Lanes of float32, widened.
    #[inline(always)]
    fn widen(single: Self::Single) -> Self {
        let mut room = [0.0; WIDEST];
        single.store(&mut room);
        Self::load_single(&room)
    }
    /// The lanes, rounded to float32.
    #[inline(always)]
    fn narrow(self) -> Self::Single {
        let mut room = [0.0; WIDEST];
        self.store_single(&mut room);
        Self::Single::load(&room)
    }
    /// Is the sign bit set in any lane (NaN included)?
    #[inline(always)]
    fn any_sign(self) -> bool {
        let signs = self.bits_and(Self::splat_bits(1 << 63)).bits_or(Self::splat(1.0));
        Self::any(signs.less(Self::zero()))
    }
    /// |a|
    #[inline(always)]
    fn abs(self) -> Self {
        self.bits_and(Self::splat_bits(!(1 << 63)))
    }
}
