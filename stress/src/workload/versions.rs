//! Data behind a read-write lock, and configurations in versions: no reader sees a mixture.

use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::safe_data::SafeData;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::{Workload, equal};

struct Pairs {
    data: SafeData<&'static str, u64>,
    writes: AtomicU64,
    torn: AtomicU64,
}

pub(super) fn safe_data(_: usize) -> Box<dyn Workload> {
    let data = SafeData::new();
    data.with_mut(|map| map.extend([("a", 0), ("b", 0)]));
    Box::new(Pairs { data, writes: AtomicU64::new(0), torn: AtomicU64::new(0) })
}

impl Workload for Pairs {
    fn operate(&self, _: usize, random: &mut fastrand::Rng) {
        if random.u8(0..10) == 0 {
            self.data.with_mut(|map| map.values_mut().for_each(|value| *value += 1));
            self.writes.fetch_add(1, Ordering::Relaxed);
        } else if self.data.with(|map| map["a"] != map["b"]) {
            self.torn.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn verify(&self) -> Result<(), String> {
        equal("the number of torn reads", self.torn.load(Ordering::Relaxed), 0)?;
        equal("the last value", self.data.with(|map| map["a"]), self.writes.load(Ordering::Relaxed))
    }
}

struct Versions {
    config: CopyOnWrite<[u64; 2]>,
    updates: AtomicU64,
    broken: AtomicU64,
}

pub(super) fn copy_on_write(_: usize) -> Box<dyn Workload> {
    Box::new(Versions { config: CopyOnWrite::new([0, 0]), updates: AtomicU64::new(0), broken: AtomicU64::new(0) })
}

impl Workload for Versions {
    fn operate(&self, _: usize, random: &mut fastrand::Rng) {
        if random.u8(0..10) == 0 {
            self.config.update(|old| old.map(|n| n + 1));
            self.updates.fetch_add(1, Ordering::Relaxed);
        } else {
            let (first, second) = (self.config.load(), self.config.load());
            if first[0] != first[1] || first[0] > second[0] {
                self.broken.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn verify(&self) -> Result<(), String> {
        equal("the number of mixed or backward versions", self.broken.load(Ordering::Relaxed), 0)?;
        equal("the last version", self.config.load()[0], self.updates.load(Ordering::Relaxed))
    }
}
