//! The cache: what a thread has just written for a long time is there, whatever the janitor does.

use std::time::Duration;

use selvedge::patterns::ttl_cache::Cache;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::time::Clock;

use super::{Workload, equal};

const LONG: Duration = Duration::from_secs(3_600);
const SHORT: Duration = Duration::from_millis(1);
const SWEEP: Duration = Duration::from_millis(2);

struct Expiring {
    clock: Clock,
    cache: Cache<u64, u64>,
    lost: AtomicU64,
    stale: AtomicU64,
}

pub(super) fn ttl_cache(_: usize) -> Box<dyn Workload> {
    let clock = Clock::manual();
    let builder = Cache::builder().shards(4).clock(clock.clone()).sweep_every(SWEEP);
    let cache = builder.build().expect("a valid cache");
    Box::new(Expiring { clock, cache, lost: AtomicU64::new(0), stale: AtomicU64::new(0) })
}

impl Workload for Expiring {
    /// A thread writes its own keys and reads everybody's.
    fn operate(&self, thread: usize, random: &mut fastrand::Rng) {
        let key = random.u64(0..16) * 1_024 + thread as u64;
        match random.u8(0..10) {
            0 => self.clock.advance(SHORT * 2),
            1..=4 => {
                // Expires at once, is looked at, and is replaced: the document loses the replacement.
                self.cache.set(key, 0, SHORT);
                self.clock.advance(SHORT * 2);
                self.stale.fetch_add(u64::from(self.cache.get(&key).is_some()), Ordering::Relaxed);
                self.cache.set(key, 1, LONG);
                self.lost.fetch_add(u64::from(self.cache.get(&key) != Some(1)), Ordering::Relaxed);
            }
            _ => _ = self.cache.get(&random.u64(0..16 * 1_024)),
        }
    }

    fn verify(&self) -> Result<(), String> {
        equal("the number of fresh writes lost", self.lost.load(Ordering::Relaxed), 0)?;
        equal("the number of expired values returned", self.stale.load(Ordering::Relaxed), 0)
    }
}
