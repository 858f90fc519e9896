//! Copy-on-write: one whole version, versions that never go back, and no update lost.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::sync::Arc;

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

/// Two numbers that change together, each change a new version.
pub trait Config: Send + Sync + Sized {
    /// Both zero.
    fn new() -> Self;
    /// The version that is current.
    fn load(&self) -> Arc<[u64; 2]>;
    /// Makes a new version, in which both are larger by one.
    fn increment(&self);
}

impl Config for CopyOnWrite<[u64; 2]> {
    fn new() -> Self {
        CopyOnWrite::new([0, 0])
    }

    fn load(&self) -> Arc<[u64; 2]> {
        self.load()
    }

    fn increment(&self) {
        self.update(|old| old.map(|n| n + 1));
    }
}
