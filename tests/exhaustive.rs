//! The logarithm of float32 weights, at every float32 number there is: minutes of work, so `make exhaustive` asks for it.

use std::io::Write;
use std::num::NonZero;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use xlogx::dispatch::{self, Level};
use xlogx::lanes::{Job, Lanes};
use xlogx::math::{Numerator, SINGLE_ERROR, log2_ratio};

/// Bit patterns that one thread does at a time.
const CHUNK: u32 = 1 << 22;
/// The portable level is slow where the baseline has no fused multiply-add: it does one chunk in so many.
const PORTABLE: u32 = 64;
/// The positive finite numbers: bit patterns above 0 and below that of infinity.
const POSITIVE: Range<u32> = 1..0x7f80_0000;
/// Totals c: a power of two, others with all kinds of bits set, and one that is near no float32.
const TOTALS: [f64; 3] = [1.0, 1.999_999_999_9, 0.1];

/// log2(c / x) of float32 numbers with consecutive bit patterns.
struct Logarithms<'a> {
    c: f64,
    first: u32,
    out: &'a mut [f64],
}

impl Job for Logarithms<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes>(self) {
        let c = Numerator::new(V::splat(self.c));
        let mut weights = [0.0f32; 16];
        for (line, out) in self.out.chunks_mut(V::COUNT).enumerate() {
            for lane in 0..V::COUNT {
                weights[lane] = f32::from_bits(self.first + (line * V::COUNT + lane) as u32);
            }
            let mut room = [0.0; 16];
            log2_ratio::<V, f32>(&c, V::load_single(&weights)).store(&mut room);
            out.copy_from_slice(&room[..out.len()]);
        }
    }
}

/// log2(c / x) by the mathematical library; near 1 without the rounding of the quotient.
fn reference(c: f64, x: f64) -> f64 {
    let ratio = c / x;
    if (0.75..1.5).contains(&ratio) { ((c - x) / x).ln_1p() / std::f64::consts::LN_2 } else { ratio.log2() }
}

/// The largest error met, and where.
#[derive(Clone, Copy, Default)]
struct Worst {
    relative: f64,
    x: f32,
}

/// The worst of some bit patterns; a panic if two levels differ.
fn chunk(c: f64, first: u32) -> Worst {
    let count = CHUNK.min(POSITIVE.end - first) as usize;
    let best = Level::detect();
    let mut logarithms = vec![0.0; count];
    dispatch::run(best, Logarithms { c, first, out: &mut logarithms });
    let all = (first / CHUNK).is_multiple_of(PORTABLE);
    for level in Level::supported().filter(|level| *level != best && (all || *level != Level::Portable)) {
        let mut others = vec![0.0; count];
        dispatch::run(level, Logarithms { c, first, out: &mut others });
        let same = logarithms.iter().zip(&others).all(|(one, other)| one.to_bits() == other.to_bits());
        assert!(same, "{} and {} differ from bit pattern {first:#x} on", best.name(), level.name());
    }
    let mut worst = Worst::default();
    for (got, bits) in logarithms.into_iter().zip(first..) {
        let x = f32::from_bits(bits);
        let want = reference(c, x.into());
        let error = (got - want).abs();
        let relative = if error == 0.0 { 0.0 } else { error / want.abs() };
        // A NaN is the worst there is.
        if relative.total_cmp(&worst.relative).is_gt() {
            worst = Worst { relative, x };
        }
    }
    worst
}

/// The worst of all positive float32 numbers.
fn worst(c: f64) -> Worst {
    let (next, worst) = (AtomicU32::new(0), Mutex::new(Worst::default()));
    let chunks = POSITIVE.end.div_ceil(CHUNK);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= chunks {
                return;
            }
            let found = chunk(c, POSITIVE.start.max(index * CHUNK));
            let mut worst = worst.lock().expect("no thread panicked");
            if found.relative.total_cmp(&worst.relative).is_gt() {
                *worst = found;
            }
            eprint!(
                "\rc = {c}: {:3} %, worst 2^{:.2} at {:e} ",
                (index + 1) * 100 / chunks,
                worst.relative.log2(),
                worst.x
            );
            std::io::stderr().flush().expect("a line can be written");
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    eprintln!();
    worst.into_inner().expect("no thread panicked")
}

#[test]
#[ignore = "goes through all float32 numbers, which takes minutes: make exhaustive"]
fn the_logarithm_of_every_float32_is_within_its_bound() {
    for c in TOTALS {
        let found = worst(c);
        assert!(found.relative <= SINGLE_ERROR, "log2({c} / {:e}) is off by {:e} of itself", found.x, found.relative);
    }
}
