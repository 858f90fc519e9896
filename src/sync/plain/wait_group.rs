//! A wait group over a mutex and a condition variable.

use std::sync::Arc;

use super::{Condvar, Mutex};

/// Waits for a collection of threads to finish; clones are the same group.
///
/// See [`wait_group`](crate::sync::wait_group) for an example.
#[derive(Clone, Debug, Default)]
pub struct WaitGroup {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    count: Mutex<usize>,
    zero: Condvar,
}

/// One thing that a [`WaitGroup`] waits for; done when dropped.
#[derive(Debug)]
pub struct Ticket {
    inner: Arc<Inner>,
}

impl WaitGroup {
    /// A group with nothing to wait for.
    pub fn new() -> Self {
        WaitGroup::default()
    }

    /// Adds one thing to wait for, until the ticket is dropped.
    pub fn add(&self) -> Ticket {
        *self.inner.count.lock() += 1;
        Ticket { inner: Arc::clone(&self.inner) }
    }

    /// Waits until every ticket handed out so far has been dropped.
    pub fn wait(&self) {
        self.inner.zero.wait_while(&mut self.inner.count.lock(), |count| *count > 0);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut count = self.inner.count.lock();
        *count -= 1;
        if *count == 0 {
            self.inner.zero.notify_all();
        }
    }
}
