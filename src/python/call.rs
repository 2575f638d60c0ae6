//! A call of the core: without the GIL, on the pool or on the calling thread, ended early if a signal handler raises.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;

use super::{PARALLEL_FROM, impossible};
use crate::pool;
use crate::rows::Rows;

/// Milliseconds between two looks for a signal by a call that stays on the calling thread.
const SIGNAL_PERIOD: u64 = 50;
/// Bytes that a thread takes at most at a time, for copies of weights and for sums.
const TASK_ROOM: usize = 4 << 20;
/// And for a few weights.
const SMALLEST_ROOM: usize = 1 << 14;

/// Runs `work`; a panic, which is a bug of ours, becomes an error that says so.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
        impossible(&format!("the core panicked ({text})"))
    })
}

/// Is there memory for so many threads? A failed allocation in the midst of a call would end the process.
fn has_room(threads: usize, weights: usize) -> bool {
    let task = SMALLEST_ROOM.saturating_add(weights.saturating_mul(64)).min(TASK_ROOM);
    let mut room = Vec::<u8>::new();
    let found = room.try_reserve_exact(task.saturating_mul(threads)).is_ok();
    black_box(&room);
    found
}

/// Is this the thread in which Python runs the handlers of signals?
fn is_main_thread(py: Python<'_>) -> bool {
    let same = || -> PyResult<bool> {
        let threading = py.import("threading")?;
        threading.call_method0("main_thread")?.getattr("ident")?.eq(threading.call_method0("get_ident")?)
    };
    same().unwrap_or(true)
}

/// Never comes back where the interpreter has ended: then this is a daemon thread, which nobody waits for, and which
/// Python would unwind, through frames that are not its own.
fn stay_if_ended() {
    // SAFETY: may be asked at any time, with the GIL or without.
    while unsafe { pyo3::ffi::Py_IsInitialized() } == 0 {
        std::thread::park();
    }
}

/// Keeps a thread here, whichever way it leaves, once the interpreter has ended.
struct StayIfEnded;

impl Drop for StayIfEnded {
    fn drop(&mut self) {
        stay_if_ended();
    }
}

/// Runs a call without the GIL, on the pool or here, and ends it early if a signal handler raises; what `work` says.
pub(super) fn run(
    py: Python<'_>,
    rows: Rows,
    threads: Option<usize>,
    mut work: impl FnMut(&Rows) -> bool + Send,
) -> PyResult<bool> {
    let raised = Mutex::new(None);
    // A short call is over before it asks.
    let main = rows.weights() < PARALLEL_FROM || is_main_thread(py);
    let signal = || {
        stay_if_ended();
        if !main {
            return false;
        }
        // A closure: the method itself is not general enough in its lifetime.
        #[allow(clippy::redundant_closure_for_method_calls)]
        let error = Python::attach(|py| py.check_signals()).err();
        let stop = error.is_some();
        if let (Some(error), Ok(mut raised)) = (error, raised.lock()) {
            *raised = Some(error);
        }
        stop
    };
    let (start, last) = (Instant::now(), AtomicU64::new(0));
    let poll = || {
        let now = start.elapsed().as_millis() as u64;
        if now < last.load(Ordering::Relaxed) + SIGNAL_PERIOD {
            return false;
        }
        last.store(now, Ordering::Relaxed);
        signal()
    };
    let weights = rows.weights();
    // A name of its own, whose lifetime can end before that of what `rows.watch` is about to borrow.
    let mut rows = rows;
    rows.parallel = threads.is_some();
    let valid = caught(|| {
        py.detach(|| {
            let _stay = StayIfEnded;
            if let Some(threads) = threads.filter(|&threads| has_room(threads, weights)) {
                let mut valid = None;
                let rows = &rows;
                // Once more: building the pool took memory, too.
                let task = || valid = has_room(threads, weights).then(|| work(rows));
                let idle = || {
                    if signal() {
                        rows.watch.stop.store(true, Ordering::Relaxed);
                    }
                };
                if pool::run(threads, task, idle) && valid.is_some() {
                    return valid;
                }
            }
            // No threads wanted, or none to be had, or no memory for so many.
            rows.parallel = false;
            rows.watch.poll = Some(&poll);
            has_room(1, weights).then(|| work(&rows))
        })
    })?;
    match raised.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => valid.ok_or_else(|| {
            PyMemoryError::new_err(format!(
                "not enough memory for the call: a thread needs up to {TASK_ROOM} bytes beside the result"
            ))
        }),
    }
}
