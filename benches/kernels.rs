//! Kernels alone: nanoseconds and time-stamp cycles an element in the cache, GB/s beyond it, at every level.
//!
//! `cargo bench --bench kernels`. One thread; the best of several runs; levels are compared within one run.

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use xlogx::accumulate::Element;
use xlogx::dispatch::Level;
use xlogx::kernels::logits::{LogSumExp, LogitDistance, LogitEntropy, LogitKlDivergence, LogitMeasure};
use xlogx::kernels::{CrossEntropy, Entropy, JsDivergence, KlDivergence, Measure};
use xlogx::rows::{Dropped, LogitRows, Rows, Unit, Watch};
use xlogx::view::{Axis, Native, Storage, View};

/// A number type that a view can be made of.
trait Stored: Native {
    fn storage(values: &[Self]) -> Storage<'_>;
}

impl Stored for f64 {
    fn storage(values: &[f64]) -> Storage<'_> {
        Storage::Double(values)
    }
}

impl Stored for f32 {
    fn storage(values: &[f32]) -> Storage<'_> {
        Storage::Single(values)
    }
}

/// Weights between 0.001 and 1, the same in every run.
fn weights<T: Element>(count: usize, seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::round((state >> 11) as f64 / (1u64 << 53) as f64 + 0.001)
    };
    (0..count).map(|_| next()).collect()
}

#[cfg(target_arch = "x86_64")]
fn cycles() -> u64 {
    // SAFETY: reading the time-stamp counter has no effect.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn cycles() -> u64 {
    0
}

/// The best nanoseconds and cycles of one call.
fn best(repeats: usize, mut call: impl FnMut()) -> (f64, f64) {
    let mut least = (f64::INFINITY, f64::INFINITY);
    for _ in 0..repeats {
        let (start, from) = (Instant::now(), cycles());
        call();
        let taken = (cycles() - from) as f64;
        least = (least.0.min(start.elapsed().as_nanos() as f64), least.1.min(taken));
    }
    least
}

/// Times what `call` does with rows of `count` numbers, in the cache and beyond it.
fn time<T: Stored>(name: &str, two: bool, level: Level, call: impl Fn(&Rows, &mut [T])) {
    let in_cache = (1 << 18, 4096, 40);
    let short = (1 << 18, 128, 40);
    let beyond = (10_000_000, 10_000_000, 5);
    print!("{name:<20} {:<8} {:<9}", std::any::type_name::<T>(), level.name());
    for (count, length, repeats) in [in_cache, short, beyond] {
        let (p, q) = (weights::<T>(count, 1), weights::<T>(count, 2));
        let outer = [Axis { length: count / length, stride: length as isize }];
        let inner = [Axis { length, stride: 1 }];
        let view = |values| View::new(T::storage(values), 0, &outer, &inner, 0.0);
        let rows = Rows {
            p: view(&p),
            q: two.then(|| view(&q)),
            dropped: Dropped::NONE,
            unit: Unit { normalize: true, base: None, root: false, invalid_is_nan: false },
            level,
            parallel: false,
            watch: Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None },
        };
        let mut out = vec![T::default(); count / length];
        let (nanoseconds, cycles) = best(repeats, || {
            call(&rows, black_box(&mut out));
            assert!(out.iter().all(|&result| (0.0..f64::INFINITY).contains(&result.into())));
        });
        if length == count {
            let bytes = count * size_of::<T>() * if two { 2 } else { 1 };
            print!("{:7.1} GB/s beyond", bytes as f64 / nanoseconds);
        } else {
            print!("{:7.2} ns {:5.2} cycles (rows of {length})", nanoseconds / count as f64, cycles / count as f64);
        }
    }
    println!();
}

fn measure<T: Stored, K: Measure<N>, const N: usize>(name: &str, level: Level) {
    time::<T>(name, K::TWO, level, |rows, out| assert!(rows.measure::<T, K, N>(out)));
}

/// The weights serve as logits.
fn logits<T: Stored, K: LogitMeasure<N>, const N: usize>(name: &str, level: Level) {
    time::<T>(name, K::TWO, level, |rows, out| {
        let rows = LogitRows { rows, temperature: 0.25, infinite: false, labels: None };
        assert!(rows.measure::<T, K, N>(out));
    });
}

fn all<T: Stored>(level: Level) {
    measure::<T, Entropy, 2>("entropy", level);
    measure::<T, CrossEntropy, 3>("cross_entropy", level);
    measure::<T, KlDivergence<false>, 3>("kl_divergence", level);
    measure::<T, JsDivergence, 2>("js_divergence", level);
    logits::<T, LogSumExp, 2>("logits logsumexp", level);
    logits::<T, LogitEntropy, 3>("logits entropy", level);
    logits::<T, LogitKlDivergence, 3>("logits kl_divergence", level);
    logits::<T, LogitDistance<false>, 4>("logits js_divergence", level);
}

fn main() {
    println!("cycles are those of the time-stamp counter, which runs at the nominal clock");
    for level in Level::supported().filter(|level| *level != Level::Portable || !cfg!(target_arch = "x86_64")) {
        all::<f64>(level);
        all::<f32>(level);
    }
}
