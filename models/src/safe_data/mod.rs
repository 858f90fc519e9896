//! Read-write locks: readers together, a writer alone, and no torn read over several keys.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use selvedge::patterns::safe_data;

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

/// Two values that belong together, behind a lock.
pub trait SafeData: Send + Sync + Sized {
    /// Both zero.
    fn new() -> Self;
    /// Both, as they were at one moment.
    fn both(&self) -> [u64; 2];
    /// Writes both in one go.
    fn set_both(&self, value: u64);
    /// Adds to the first.
    fn increment(&self);
}

pub(crate) type Real = safe_data::SafeData<&'static str, u64>;

impl SafeData for Real {
    fn new() -> Self {
        let data = safe_data::SafeData::new();
        data.with_mut(|map| map.extend([("a", 0), ("b", 0)]));
        data
    }

    fn both(&self) -> [u64; 2] {
        self.with(|map| ["a", "b"].map(|key| map[key]))
    }

    fn set_both(&self, value: u64) {
        self.with_mut(|map| map.extend([("a", value), ("b", value)]));
    }

    fn increment(&self) {
        self.with_mut(|map| *map.entry("a").or_insert(0) += 1);
    }
}
