//! **Wrong:** a listener is called while the lock is held that its question needs.
//!
//! **From:** observers that are called from inside of a setter.
//!
//! **Shortest interleaving:** one thread alone: it locks, calls, and waits for itself.
//!
//! **Seen by** every engine, in every schedule; real threads just hang in it. A test passes whose listener does not ask
//! back.

use selvedge::sync::Mutex;

use crate::locks::Listeners;

/// Listeners that must not ask back.
#[derive(Debug)]
pub struct CallbackUnderTheLock {
    values: Mutex<u32>,
}

impl Listeners for CallbackUnderTheLock {
    fn new() -> Self {
        CallbackUnderTheLock { values: Mutex::new(0) }
    }

    fn values(&self) -> u32 {
        *self.values.lock()
    }

    fn publish(&self, listener: &dyn Fn()) {
        let mut values = self.values.lock();
        *values += 1;
        listener();
    }
}
