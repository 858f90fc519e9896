//! How a cache is put together, and why it may not be.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::io;
use std::marker::PhantomData;
use std::time::Duration;

use super::janitor::Janitor;
use super::shelf::Shelf;
use super::{Cache, Store};
use crate::patterns::biased_lock::BiasedLock;
use crate::patterns::sharded_map::{ShardCountError, ShardMask};
use crate::sync::time::Clock;
use crate::sync::{Arc, Compound, DefaultHashBuilder, Mutex};

/// The sizes, the clock and the janitor of a [`Cache`].
///
/// ```
/// use std::time::Duration;
/// use selvedge::patterns::ttl_cache::Cache;
/// use selvedge::sync::thread;
/// use selvedge::sync::time::Clock;
///
/// # selvedge::check::verify(|| {
/// let cache = Cache::builder()
///     .shards(4)
///     .capacity(1_000)
///     .clock(Clock::manual())
///     .sweep_every(Duration::from_secs(5))
///     .build()
///     .unwrap();
/// thread::scope(|scope| {
///     scope.spawn(|| cache.set("key", 1, Duration::from_secs(1)));
///     scope.spawn(|| cache.set("key", 2, Duration::from_secs(1)));
/// });
/// assert!(cache.get("key").is_some());
/// # });
/// ```
#[derive(Debug)]
pub struct Builder<K, V> {
    shards: usize,
    capacity: Option<usize>,
    clock: Option<Clock>,
    period: Option<Duration>,
    entries: PhantomData<fn(K) -> V>,
}

impl<K, V> Default for Builder<K, V> {
    fn default() -> Self {
        Builder { shards: 16, capacity: None, clock: None, period: None, entries: PhantomData }
    }
}

impl<K, V> Builder<K, V> {
    /// How many shards: a power of two.
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = shards;
        self
    }

    /// How many entries are kept, over all shards.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// By which clock entries expire.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts a janitor, a thread that sweeps so often.
    pub fn sweep_every(mut self, period: Duration) -> Self {
        self.period = Some(period);
        self
    }

    /// The cache.
    ///
    /// # Errors
    ///
    /// If a size is not a valid one, or the machine refuses the janitor's thread.
    #[track_caller]
    pub fn build(self) -> Result<Cache<K, V>, BuildError>
    where
        K: Eq + Hash + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        self.build_with_hasher(DefaultHashBuilder::default())
    }

    /// The cache, whose keys are hashed by `hasher`.
    ///
    /// # Errors
    ///
    /// If a size is not a valid one, or the machine refuses the janitor's thread.
    #[track_caller]
    pub fn build_with_hasher<S>(self, hasher: S) -> Result<Cache<K, V, S>, BuildError>
    where
        K: Eq + Hash + Send + Sync + 'static,
        V: Send + Sync + 'static,
        S: BuildHasher + Send + Sync + 'static,
    {
        let mask = ShardMask::of(self.shards).map_err(BuildError::Shards)?;
        if self.capacity == Some(0) {
            return Err(BuildError::NoCapacity);
        }
        if self.period.is_some_and(|period| period.is_zero()) {
            return Err(BuildError::NoPeriod);
        }
        let capacity = self.capacity.map(|capacity| capacity.div_ceil(self.shards));
        let store = Arc::new(Store {
            shards: (0..self.shards).map(|_| BiasedLock::new(Shelf::new(capacity))).collect(),
            mask,
            clock: self.clock.unwrap_or_else(Clock::system),
            hasher,
        });
        let start = |period| {
            let theirs = Arc::clone(&store);
            Janitor::start(&store.clock, period, move || _ = theirs.sweep())
        };
        let janitor = self.period.map(start).transpose().map_err(BuildError::Janitor)?;
        Ok(Cache { compound: Compound::new("cache"), store, loads: Mutex::new(Vec::new()), _janitor: janitor })
    }
}

/// Why a cache could not be built.
#[derive(Debug)]
pub enum BuildError {
    /// The number of shards is not a power of two.
    Shards(ShardCountError),
    /// A cache for no entries.
    NoCapacity,
    /// A janitor that would never rest.
    NoPeriod,
    /// The machine refused the janitor's thread.
    Janitor(io::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Shards(error) => error.fmt(f),
            BuildError::NoCapacity => f.write_str("a cache needs a capacity of at least one entry"),
            BuildError::NoPeriod => f.write_str("a janitor needs a period that is longer than zero"),
            BuildError::Janitor(_) => f.write_str("failed to start the janitor"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BuildError::Janitor(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_make_no_cache_are_errors() {
        let builder = || Cache::<u32, u32>::builder().shards(1);
        assert!(matches!(builder().shards(3).build(), Err(BuildError::Shards(_))));
        assert!(matches!(builder().capacity(0).build(), Err(BuildError::NoCapacity)));
        assert!(matches!(builder().sweep_every(Duration::ZERO).build(), Err(BuildError::NoPeriod)));
    }
}
