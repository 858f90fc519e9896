//! **Wrong:** a reader fetches the two fields of a configuration one by one, each from the version that
//! is current then.
//!
//! **From:** `cm.GetConfig().Settings["a"]`, and once more for "b".
//!
//! **Shortest interleaving:** A reads the first field · B publishes a new version · A reads the second.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: each
//! version is whole.

use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::sync::Arc;

use crate::copy_on_write::Config;

/// A configuration that is put together from two versions.
#[derive(Debug)]
pub struct FieldsOfTwoVersions {
    config: CopyOnWrite<[u64; 2]>,
}

impl Config for FieldsOfTwoVersions {
    fn new() -> Self {
        FieldsOfTwoVersions { config: CopyOnWrite::new([0, 0]) }
    }

    fn load(&self) -> Arc<[u64; 2]> {
        let first = self.config.load()[0];
        let second = self.config.load()[1];
        Arc::new([first, second])
    }

    fn increment(&self) {
        self.config.update(|old| old.map(|n| n + 1));
    }
}
