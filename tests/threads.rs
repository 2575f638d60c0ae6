//! Facts about threads that need no Python: what the pool does to rows, to callers and to a call that is to end early.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use xlogx::dispatch::Level;
use xlogx::kernels::{Entropy, JsDivergence, KlDivergence, Measure};
use xlogx::pool;
use xlogx::rows::{Dropped, Rows, Unit, Watch};
use xlogx::view::{Axis, Storage, View};

fn weights(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..count).map(|_| next()).collect()
}

fn rows<'a>(p: &'a [f64], q: Option<&'a [f64]>, length: usize, columns: bool) -> Rows<'a> {
    let count = p.len() / length;
    let (apart, step) = if columns { (1, count) } else { (length, 1) };
    let outer = [Axis { length: count, stride: apart as isize }];
    let inner = [Axis { length, stride: step as isize }];
    let view = |values| View::new(Storage::Double(values), 0, &outer, &inner, 0.0);
    let watch = Watch { stop: AtomicBool::new(false), invalid: AtomicBool::new(false), poll: None };
    let unit = Unit { normalize: true, base: None, root: false, invalid_is_nan: false };
    let (p, q) = (view(p), q.map(view));
    Rows { p, q, dropped: Dropped::NONE, unit, level: Level::detect(), parallel: false, watch }
}

fn bits<K: Measure<N>, const N: usize>(rows: &Rows, count: usize) -> Vec<u64> {
    let mut out = vec![0.0; count];
    assert!(rows.measure::<f64, K, N>(&mut out));
    out.into_iter().map(f64::to_bits).collect()
}

fn same_on_any_threads<K: Measure<N>, const N: usize>() {
    for (count, length) in [(1, 300_000), (3, 90_000), (40, 5000), (700, 300), (20_000, 9)] {
        let (p, q) = (weights(count * length, 1), weights(count * length, 2));
        for columns in [false, true] {
            let mut rows = rows(&p, K::TWO.then_some(&q), length, columns);
            let serial = bits::<K, N>(&rows, count);
            rows.parallel = true;
            for threads in [1, 2, 3, 8] {
                let mut shared = Vec::new();
                assert!(pool::run(threads, || shared = bits::<K, N>(&rows, count), || ()));
                assert_eq!(serial, shared, "{count} rows of {length}, {threads} threads");
            }
        }
    }
}

#[test]
fn threads_change_no_bit() {
    same_on_any_threads::<Entropy, 2>();
    same_on_any_threads::<KlDivergence<false>, 3>();
    same_on_any_threads::<JsDivergence, 2>();
}

#[test]
fn callers_share_a_pool() {
    let p = weights(300_000, 3);
    let serial = bits::<Entropy, 2>(&rows(&p, None, 3000, false), 100);
    thread::scope(|scope| {
        for caller in 0..6 {
            let (p, serial) = (&p, &serial);
            scope.spawn(move || {
                for _ in 0..5 {
                    let mut rows = rows(p, None, 3000, false);
                    rows.parallel = true;
                    let mut shared = Vec::new();
                    assert!(pool::run(2 + caller % 3, || shared = bits::<Entropy, 2>(&rows, 100), || ()));
                    assert_eq!(*serial, shared);
                }
            });
        }
    });
}

#[test]
fn more_sizes_than_are_kept_may_be_asked_for() {
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for caller in 0..3 {
            let done = &done;
            scope.spawn(move || {
                for threads in 1..=12 {
                    assert!(pool::run(threads + caller, || _ = done.fetch_add(1, Ordering::Relaxed), || ()));
                }
            });
        }
    });
    assert_eq!(done.into_inner(), 36);
}

#[test]
fn a_call_that_is_told_to_stop_ends_early() {
    let p = weights(4_000_000, 4);
    let mut rows = rows(&p, None, 400, false);
    rows.parallel = true;
    let (rows, mut whole) = (&rows, true);
    let stop = || rows.watch.stop.store(true, Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(stop);
        // The other thread may come at any time, so the work goes on until it has.
        assert!(pool::run(
            2,
            || while whole {
                whole = rows.measure::<f64, Entropy, 2>(&mut vec![0.0; 10_000]);
            },
            stop,
        ));
    });
    assert!(!whole);
}

#[test]
fn a_negative_weight_is_seen_from_every_thread() {
    let mut p = weights(1_000_000, 5);
    p[777_777] = -1.0;
    let mut rows = rows(&p, None, 1000, false);
    rows.parallel = true;
    let mut valid = true;
    assert!(pool::run(4, || valid = rows.measure::<f64, Entropy, 2>(&mut vec![0.0; 1000]), || ()));
    assert!(!valid);
}
