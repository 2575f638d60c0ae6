//! Our own threads: never Rayon's global pool, built on first use, one pool for each number of threads asked for.
//!
//! Pools belong to a process. A forked child has the parent's pools in memory but none of their threads, and a lock that
//! another thread of the parent held at that moment is taken for ever; so each process has a [`Home`] of its own, and
//! never looks into one that it has inherited.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Pools kept for later calls; asking for more sizes than this drops the oldest.
const KEPT: usize = 8;
/// How often a waiting caller looks up.
const PATIENCE: Duration = Duration::from_millis(50);
/// Forks within forks, each of which has called the pool, that are provided for; deeper ones do without threads.
const GENERATIONS: usize = 64;

/// The pools of one process, by their number of threads.
struct Home {
    /// 0 for nobody.
    process: AtomicU32,
    pools: Mutex<Vec<(usize, Arc<ThreadPool>)>>,
}

static HOMES: [Home; GENERATIONS] =
    [const { Home { process: AtomicU32::new(0), pools: Mutex::new(Vec::new()) } }; GENERATIONS];

/// The home of this process.
fn home() -> Option<&'static Home> {
    let process = std::process::id();
    HOMES.iter().find(|home| {
        let claim = home.process.compare_exchange(0, process, Ordering::AcqRel, Ordering::Acquire);
        claim.is_ok() || claim == Err(process)
    })
}

/// The pool with this many threads; None if the threads cannot be had.
fn pool(threads: usize) -> Option<Arc<ThreadPool>> {
    let mut pools = home()?.pools.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, pool)) = pools.iter().find(|(count, _)| *count == threads) {
        return Some(pool.clone());
    }
    let name = |index| format!("xlogx-{index}");
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build().ok()?);
    // Each thread takes what memory it needs now, not in the midst of a call.
    pool.broadcast(|_| ());
    if pools.len() == KEPT {
        pools.remove(0);
    }
    pools.push((threads, pool.clone()));
    Some(pool)
}

/// Tells the waiting caller when it is dropped, after a panic too.
struct Tell<'a>(&'a (Mutex<bool>, Condvar));

impl Drop for Tell<'_> {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_one();
    }
}

/// Runs `work` on a pool of so many threads while the caller waits, calling `idle` now and then. False if there is no
/// pool to be had; nothing has run then.
pub fn run(threads: usize, work: impl FnOnce() + Send, mut idle: impl FnMut()) -> bool {
    let Some(pool) = pool(threads) else {
        return false;
    };
    let done = (Mutex::new(false), Condvar::new());
    pool.in_place_scope(|scope| {
        scope.spawn(|_| {
            let _told = Tell(&done);
            work();
        });
        let mut finished = done.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*finished {
            let waited = done.1.wait_timeout(finished, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            finished = waited.0;
            if waited.1.timed_out() {
                drop(finished);
                idle();
                finished = done.0.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
    });
    true
}
