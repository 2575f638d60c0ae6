//! Our own threads: never Rayon's global pool, built on first use, one pool for each number of threads asked for.
//!
//! Pools belong to a process. A forked child has the parent's pools in memory but none of their threads, so it forgets
//! them (they are leaked, not dropped: dropping would wait for threads that do not exist) and builds its own.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Pools kept for later calls; asking for more sizes than this drops the oldest.
const KEPT: usize = 8;
/// How often a waiting caller looks up.
const PATIENCE: Duration = Duration::from_millis(50);

struct Pools {
    process: u32,
    pools: Vec<(usize, Arc<ThreadPool>)>,
}

static POOLS: Mutex<Pools> = Mutex::new(Pools { process: 0, pools: Vec::new() });

/// The pools; None if they cannot be had. A child forked while another thread of the parent held the lock has it locked
/// for ever, so nobody waits for it longer than building a pool could take.
fn lock() -> Option<MutexGuard<'static, Pools>> {
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        match POOLS.try_lock() {
            Ok(kept) => return Some(kept),
            Err(TryLockError::Poisoned(kept)) => return Some(kept.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::yield_now(),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

/// The pool with this many threads; None if the threads cannot be had.
fn pool(threads: usize) -> Option<Arc<ThreadPool>> {
    let mut kept = lock()?;
    let process = std::process::id();
    if kept.process != process {
        kept.process = process;
        std::mem::forget(std::mem::take(&mut kept.pools));
    }
    if let Some((_, pool)) = kept.pools.iter().find(|(count, _)| *count == threads) {
        return Some(pool.clone());
    }
    let name = |index| format!("xlogx-{index}");
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build().ok()?);
    if kept.pools.len() == KEPT {
        kept.pools.remove(0);
    }
    kept.pools.push((threads, pool.clone()));
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
