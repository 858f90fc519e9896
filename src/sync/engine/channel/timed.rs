//! Waits for a time, and channels that tell the time. Under an engine a time may be over at any moment, however long it
//! is: the speed of other threads is unknown.

use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};

use super::{Channel, Receiver, Sender, bounded};
use crate::sync::engine::machine::queue::{Queue, Tells};
use crate::sync::engine::{backend, select};

impl<T> Sender<T> {
    /// Sends, waiting for room or, on a rendezvous, for a receiver; for so long.
    ///
    /// # Errors
    ///
    /// Gives the message back if that time has passed, or no receiver is left.
    #[track_caller]
    pub fn send_timeout(&self, message: T, _: Duration) -> Result<(), SendTimeoutError<T>> {
        let location = Location::caller();
        if self.channel.capacity == Some(0) {
            let done = select::wait_for_a_time(&[self.send_arm()], location);
            return match done.effect {
                None => Err(SendTimeoutError::Timeout(message)),
                Some(_) => self.put(done, message).map_err(|error| SendTimeoutError::Disconnected(error.into_inner())),
            };
        }
        backend::yield_now(location);
        self.try_send_at(message, location).map_err(|error| match error {
            TrySendError::Full(message) => SendTimeoutError::Timeout(message),
            TrySendError::Disconnected(message) => SendTimeoutError::Disconnected(message),
        })
    }

    /// The same, until then.
    ///
    /// # Errors
    ///
    /// Gives the message back if it is later, or no receiver is left.
    #[track_caller]
    pub fn send_deadline(&self, message: T, _: Instant) -> Result<(), SendTimeoutError<T>> {
        self.send_timeout(message, Duration::ZERO)
    }
}

impl<T> Receiver<T> {
    /// Receives, waiting for a message; for so long.
    ///
    /// # Errors
    ///
    /// If that time has passed, or the channel is empty and no sender is left.
    #[track_caller]
    pub fn recv_timeout(&self, _: Duration) -> Result<T, RecvTimeoutError> {
        let location = Location::caller();
        if self.channel.capacity == Some(0) {
            let done = select::wait_for_a_time(&[self.recv_arm()], location);
            return match done.effect {
                None => Err(RecvTimeoutError::Timeout),
                Some(_) => self.fetch(done, location).ok_or(RecvTimeoutError::Disconnected),
            };
        }
        backend::yield_now(location);
        self.try_recv_at(location).map_err(|error| match error {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }

    /// The same, until then.
    ///
    /// # Errors
    ///
    /// If it is later, or the channel is empty and no sender is left.
    #[track_caller]
    pub fn recv_deadline(&self, _: Instant) -> Result<T, RecvTimeoutError> {
        self.recv_timeout(Duration::ZERO)
    }
}

/// A channel from which nothing comes.
#[track_caller]
pub fn never<T>() -> Receiver<T> {
    let (sender, receiver) = bounded(0);
    // So that it is never closed.
    std::mem::forget(sender);
    receiver
}

/// A channel from which the time comes once, when so much of it has passed.
#[track_caller]
pub fn after(_: Duration) -> Receiver<Instant> {
    telling(Tells::Once, Location::caller())
}

/// A channel from which the time comes once, then.
#[track_caller]
pub fn at(_: Instant) -> Receiver<Instant> {
    telling(Tells::Once, Location::caller())
}

/// A channel from which the time comes again and again; that which nobody fetches stands for those that come after it.
#[track_caller]
pub fn tick(_: Duration) -> Receiver<Instant> {
    telling(Tells::Again, Location::caller())
}

/// Nobody sends on it: the time comes by itself, and it is never closed.
fn telling(tells: Tells, made: &'static Location<'static>) -> Receiver<Instant> {
    let channel = Channel::new(Queue::telling(tells).into(), Some(1), Some(Instant::now), made);
    Receiver { channel: Arc::new(channel), made }
}
