//! Waits with an end, and channels that tell the time. Under an engine the time of the system stands still: a timeout does
//! not pass, but where [that is asked for](crate::check::Explorer::spurious) it may have passed as soon as its wait begins.

use std::panic::Location;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError};

use super::{Receiver, Sender, bounded};
use crate::sync::engine::choice;
use crate::sync::engine::machine::request::Why;
use crate::sync::engine::op::ObjectId;

fn passes(channel: ObjectId, location: &'static Location<'static>) -> bool {
    choice::happens(Why::Timeout, channel, location)
}

impl<T> Sender<T> {
    /// Sends, waiting for room or, on a rendezvous, for a receiver; for so long.
    ///
    /// # Errors
    ///
    /// Gives the message back if that time has passed, or no receiver is left.
    #[track_caller]
    pub fn send_timeout(&self, message: T, _: Duration) -> Result<(), SendTimeoutError<T>> {
        let location = Location::caller();
        if passes(self.channel.id, location) {
            return self.try_send_at(message, location).map_err(|error| match error {
                TrySendError::Full(message) => SendTimeoutError::Timeout(message),
                TrySendError::Disconnected(message) => SendTimeoutError::Disconnected(message),
            });
        }
        self.send_at(message, location).map_err(|SendError(message)| SendTimeoutError::Disconnected(message))
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
        if passes(self.channel.id, location) {
            return self.try_recv_at(location).map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            });
        }
        self.recv_at(location).map_err(|_| RecvTimeoutError::Disconnected)
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
    let (sender, receiver) = bounded(1);
    if passes(receiver.channel.id, Location::caller()) {
        sender.try_send(Instant::now()).expect("there is room for one");
    }
    std::mem::forget(sender);
    receiver
}

/// A channel from which the time comes once, then.
#[track_caller]
pub fn at(_: Instant) -> Receiver<Instant> {
    after(Duration::ZERO)
}

/// A channel from which the time comes again and again; that which nobody fetches stands for those that come after it.
#[track_caller]
pub fn tick(_: Duration) -> Receiver<Instant> {
    after(Duration::ZERO)
}
