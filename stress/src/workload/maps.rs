//! Maps: what all threads have added to the keys is what the keys hold.

use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::{Workload, equal};

const KEYS: u64 = 1_024;

struct Tally<M> {
    map: M,
    /// What was added less what was taken out again.
    balance: AtomicU64,
}

pub(super) fn sharded(_: usize) -> Box<dyn Workload> {
    let map = ShardedMap::<u64, u64>::new(16).expect("16 is a power of two");
    Box::new(Tally { map, balance: AtomicU64::new(0) })
}

pub(super) fn single(_: usize) -> Box<dyn Workload> {
    Box::new(Tally { map: ConcurrentMap::<u64, u64>::new(), balance: AtomicU64::new(0) })
}

macro_rules! tally {
    ($map:ty) => {
        impl Workload for Tally<$map> {
            fn operate(&self, _: usize, random: &mut fastrand::Rng) {
                // The square of a uniform draw favours the low keys.
                let draw = random.u64(0..KEYS);
                let key = draw * draw / KEYS;
                match random.u8(0..10) {
                    0 | 1 => {
                        self.map.update(key, |old| Some(old.unwrap_or(&0) + 1));
                        self.balance.fetch_add(1, Ordering::Relaxed);
                    }
                    2 => {
                        let taken = self.map.remove(&key).unwrap_or(0);
                        self.balance.fetch_sub(taken, Ordering::Relaxed);
                    }
                    3 => _ = self.map.get_or_insert_with(key, || 0),
                    _ => _ = self.map.get(&key),
                }
            }

            fn verify(&self) -> Result<(), String> {
                let entries = self.map.snapshot();
                equal("the length", self.map.len(), entries.len())?;
                let held: u64 = entries.iter().map(|(_, value)| value).sum();
                equal("what the keys hold", held, self.balance.load(Ordering::Relaxed))
            }
        }
    };
}

tally!(ShardedMap<u64, u64>);
tally!(ConcurrentMap<u64, u64>);
