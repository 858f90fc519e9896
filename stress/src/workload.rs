//! The workloads, one a pattern: operations at random, and what must hold at the end.

mod cache;
mod counters;
mod maps;
mod money;
mod pool;
mod versions;

/// Operations that several threads do at once on one object.
pub trait Workload: Sync {
    /// One operation of thread `thread`.
    fn operate(&self, thread: usize, random: &mut fastrand::Rng);

    /// What must hold when all threads have stopped.
    ///
    /// # Errors
    ///
    /// The invariant that does not hold.
    fn verify(&self) -> Result<(), String>;
}

/// A workload by name.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The pattern.
    pub pattern: &'static str,
    /// Starts it for so many threads.
    pub start: fn(threads: usize) -> Box<dyn Workload>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.pattern)
    }
}

/// Every workload, in the order of the document.
pub const ALL: &[Entry] = &[
    Entry { pattern: "account", start: money::account },
    Entry { pattern: "counter", start: counters::counters },
    Entry { pattern: "safe_data", start: versions::safe_data },
    Entry { pattern: "copy_on_write", start: versions::copy_on_write },
    Entry { pattern: "sharded_map", start: maps::sharded },
    Entry { pattern: "concurrent_map", start: maps::single },
    Entry { pattern: "worker_pool", start: pool::worker_pool },
    Entry { pattern: "context", start: pool::context },
    Entry { pattern: "ttl_cache", start: cache::ttl_cache },
];

/// Compares what is with what has to be.
fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: T, should: T) -> Result<(), String> {
    if is == should { Ok(()) } else { Err(format!("{what} is {is:?}, and should be {should:?}")) }
}
