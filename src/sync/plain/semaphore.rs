//! A counting semaphore over a mutex and a condition variable.

use super::{Condvar, Mutex};
use crate::sync::semaphore::{AcquireError, TryAcquireError};

/// So many permits, and a wait for one; see [`semaphore`](crate::sync::semaphore).
#[derive(Debug)]
pub struct Semaphore {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    permits: usize,
    closed: bool,
}

/// The right to go on, of a [`Semaphore`]; given back when dropped.
#[derive(Debug)]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    /// One with so many permits.
    pub fn new(permits: usize) -> Self {
        Semaphore { state: Mutex::new(State { permits, closed: false }), changed: Condvar::new() }
    }

    /// Takes a permit, waiting for one. Waiting threads are served in no particular order.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or is closed meanwhile.
    pub fn acquire(&self) -> Result<Permit<'_>, AcquireError> {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| state.permits == 0 && !state.closed);
        if state.closed {
            return Err(AcquireError);
        }
        state.permits -= 1;
        Ok(Permit { semaphore: self })
    }

    /// Takes a permit if there is one.
    ///
    /// # Errors
    ///
    /// If there is none, or the semaphore is closed.
    pub fn try_acquire(&self) -> Result<Permit<'_>, TryAcquireError> {
        let mut state = self.state.lock();
        match *state {
            State { closed: true, .. } => Err(TryAcquireError::Closed),
            State { permits: 0, .. } => Err(TryAcquireError::NoPermits),
            _ => {
                state.permits -= 1;
                Ok(Permit { semaphore: self })
            }
        }
    }

    /// Adds permits.
    pub fn release(&self, permits: usize) {
        self.state.lock().permits += permits;
        self.changed.notify_all();
    }

    /// Closes the semaphore: no permit can be acquired any more, and waiting threads get an error.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }

    /// How many permits are free.
    pub fn available_permits(&self) -> usize {
        self.state.lock().permits
    }
}

impl Permit<'_> {
    /// Keeps the permit for good: it is not given back.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.release(1);
    }
}
