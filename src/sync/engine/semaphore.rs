//! A counting semaphore under an engine; what it means is in [`machine::semaphore`](super::machine::semaphore).

use std::fmt;
use std::panic::Location;

use super::backend::Point;
use super::identity::Identity;
use super::machine::Effect;
use super::machine::semaphore::{self, Act};
use super::op::Op;
use super::world::Done;
use crate::sync::semaphore::{AcquireError, TryAcquireError};

/// So many permits, and a wait for one; see [`semaphore`](crate::sync::semaphore).
pub struct Semaphore {
    id: Identity,
    point: Point,
}

/// The right to go on, of a [`Semaphore`]; given back when dropped.
#[derive(Debug)]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    since: &'static Location<'static>,
}

impl Semaphore {
    /// A semaphore with so many permits.
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        let born = Location::caller();
        let id = Identity::new(semaphore::Semaphore::new(permits as u32), born);
        Semaphore { id, point: Point::new() }
    }

    /// Takes a permit, waiting for one. Waiting threads are served in no particular order.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or is closed meanwhile.
    #[track_caller]
    pub fn acquire(&self) -> Result<Permit<'_>, AcquireError> {
        let since = Location::caller();
        let done = self.step(Act::Acquire, since);
        // A permit that is made is given back when it is dropped.
        if done.value == Some(1) { Ok(Permit { semaphore: self, since }) } else { Err(AcquireError) }
    }

    /// Takes a permit if there is one.
    ///
    /// # Errors
    ///
    /// If there is none, or the semaphore is closed.
    #[track_caller]
    pub fn try_acquire(&self) -> Result<Permit<'_>, TryAcquireError> {
        let since = Location::caller();
        match self.step(Act::TryAcquire, since).effect {
            Some(Effect::Semaphore(semaphore::Effect::Acquired { .. })) => Ok(Permit { semaphore: self, since }),
            Some(Effect::Semaphore(semaphore::Effect::Shut)) => Err(TryAcquireError::Closed),
            _ => Err(TryAcquireError::NoPermits),
        }
    }

    /// Adds permits.
    #[track_caller]
    pub fn release(&self, permits: usize) {
        self.step(Act::Release(permits as u32), Location::caller());
    }

    /// Closes the semaphore: no permit can be acquired any more, and waiting threads get an error.
    #[track_caller]
    pub fn close(&self) {
        self.step(Act::Close, Location::caller());
    }

    /// How many permits are free.
    #[track_caller]
    pub fn available_permits(&self) -> usize {
        self.step(Act::Available, Location::caller()).value.expect("a semaphore counts its permits") as usize
    }

    fn step(&self, act: Act, location: &'static Location<'static>) -> Done {
        super::step(&[&self.point], Op::one(*self.id, act, location))
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
        self.semaphore.step(Act::Release(1), self.since);
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore").finish_non_exhaustive()
    }
}
