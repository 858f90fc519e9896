//! Channels with one receiver, under an engine: `std::sync::mpsc`, over the facade's.

use std::cell::Cell;
use std::marker::PhantomData;
use std::time::Duration;

pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use crate::sync::channel::{self, IntoIter, Iter, TryIter};

/// A sender that never waits.
#[derive(Debug)]
pub struct Sender<T>(channel::Sender<T>);

/// A sender that waits for room.
#[derive(Debug)]
pub struct SyncSender<T>(channel::Sender<T>);

/// The receiver, which one thread at a time can use.
#[derive(Debug)]
pub struct Receiver<T>(channel::Receiver<T>, PhantomData<Cell<()>>);

/// A channel with room for any number of messages.
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = channel::unbounded();
    (Sender(sender), Receiver(receiver, PhantomData))
}

/// A channel with room for so many messages; with 0 a rendezvous, where a send waits for its receive.
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (sender, receiver) = channel::bounded(bound);
    (SyncSender(sender), Receiver(receiver, PhantomData))
}

/// What both kinds of senders do.
macro_rules! sender {
    ($($name:ident)*) => {$(
        impl<T> $name<T> {
            /// Sends a message.
            ///
            /// # Errors
            ///
            /// Gives the message back, if the receiver is gone.
            #[track_caller]
            pub fn send(&self, message: T) -> Result<(), SendError<T>> {
                self.0.send(message).map_err(|unsent| SendError(unsent.0))
            }
        }

        impl<T> Clone for $name<T> {
            #[track_caller]
            fn clone(&self) -> Self {
                $name(self.0.clone())
            }
        }
    )*};
}

sender!(Sender SyncSender);

impl<T> SyncSender<T> {
    /// Sends a message if there is room.
    ///
    /// # Errors
    ///
    /// Gives the message back, if there is no room or the receiver is gone.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(message).map_err(|unsent| match unsent {
            channel::TrySendError::Full(message) => TrySendError::Full(message),
            channel::TrySendError::Disconnected(message) => TrySendError::Disconnected(message),
        })
    }
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// If no message is left, and no sender.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.0.recv().map_err(|_| RecvError)
    }

    /// A message, if there is one.
    ///
    /// # Errors
    ///
    /// If there is no message; the error says whether there is a sender.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.try_recv().map_err(|none| match none {
            channel::TryRecvError::Empty => TryRecvError::Empty,
            channel::TryRecvError::Disconnected => TryRecvError::Disconnected,
        })
    }

    /// Waits for a message, or until the time is over.
    ///
    /// # Errors
    ///
    /// If the time is over, or no message is left and no sender.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.0.recv_timeout(timeout).map_err(|none| match none {
            channel::RecvTimeoutError::Timeout => RecvTimeoutError::Timeout,
            channel::RecvTimeoutError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }

    /// Every message, until there is no sender any more.
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter()
    }

    /// The messages that are there.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        self.0.try_iter()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        self.0.into_iter()
    }
}
