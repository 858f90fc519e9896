//! crossbeam's channels, with pauses before each operation.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvError, SendError, TryRecvError, TrySendError};

use super::before;

/// Channels have no address that both ends share; they are numbered from 1, one word apart.
static CHANNELS: AtomicUsize = AtomicUsize::new(1);

/// A channel that holds any number of messages.
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    ends(crossbeam_channel::unbounded())
}

/// A channel that holds `capacity` messages; with 0 a rendezvous, where a send waits for its receive.
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    ends(crossbeam_channel::bounded(capacity))
}

fn ends<T>(
    (sender, receiver): (crossbeam_channel::Sender<T>, crossbeam_channel::Receiver<T>),
) -> (Sender<T>, Receiver<T>) {
    let address = CHANNELS.fetch_add(1, Ordering::Relaxed) << 3;
    (Sender { end: sender, address }, Receiver { end: receiver, address })
}

impl<T> Sender<T> {
    /// Sends, waiting for room or, on a rendezvous, for a receiver.
    ///
    /// # Errors
    ///
    /// Gives the message back if no receiver is left.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        before(self.address);
        self.end.send(message)
    }

    /// Sends if that is possible at once.
    ///
    /// # Errors
    ///
    /// Gives the message back if there is no room, no receiver that waits, or no receiver left.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        before(self.address);
        self.end.try_send(message)
    }
}

impl<T> Receiver<T> {
    /// Receives, waiting for a message.
    ///
    /// # Errors
    ///
    /// If the channel is empty and no sender is left.
    pub fn recv(&self) -> Result<T, RecvError> {
        before(self.address);
        self.end.recv()
    }

    /// Receives if there is a message.
    ///
    /// # Errors
    ///
    /// If there is none, or there will never be one.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        before(self.address);
        self.end.try_recv()
    }

    /// Receives until the channel is empty and closed.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// Receives what is there now.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter(self)
    }
}

/// Receives until the channel is empty and closed.
#[derive(Debug)]
pub struct Iter<'a, T>(&'a Receiver<T>);

/// Receives what is there now.
#[derive(Debug)]
pub struct TryIter<'a, T>(&'a Receiver<T>);

/// Receives until the channel is empty and closed, with a receiver of its own.
#[derive(Debug)]
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        Iter(self)
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

/// A channel from which nothing comes.
pub fn never<T>() -> Receiver<T> {
    numbered(crossbeam_channel::never())
}

/// A channel from which the time comes once, when so much of it has passed.
pub fn after(duration: Duration) -> Receiver<Instant> {
    numbered(crossbeam_channel::after(duration))
}

/// A channel from which the time comes once, then.
pub fn at(when: Instant) -> Receiver<Instant> {
    numbered(crossbeam_channel::at(when))
}

/// A channel from which the time comes again and again.
pub fn tick(period: Duration) -> Receiver<Instant> {
    numbered(crossbeam_channel::tick(period))
}

fn numbered<T>(receiver: crossbeam_channel::Receiver<T>) -> Receiver<T> {
    Receiver { end: receiver, address: CHANNELS.fetch_add(1, Ordering::Relaxed) << 3 }
}

/// What both ends have. Methods that cannot wait are crossbeam's own. The drop of an end may close the channel, so it
/// is paused like an operation.
macro_rules! end {
    ($end:ident) => {
        #[doc = concat!("`crossbeam_channel::", stringify!($end), "`.")]
        pub struct $end<T> {
            end: crossbeam_channel::$end<T>,
            address: usize,
        }

        impl<T> Deref for $end<T> {
            type Target = crossbeam_channel::$end<T>;

            fn deref(&self) -> &Self::Target {
                before(self.address);
                &self.end
            }
        }

        impl<T> Clone for $end<T> {
            fn clone(&self) -> Self {
                $end { end: self.end.clone(), address: self.address }
            }
        }

        impl<T> Drop for $end<T> {
            fn drop(&mut self) {
                before(self.address);
            }
        }

        impl<T> fmt::Debug for $end<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.end.fmt(f)
            }
        }
    };
}

end!(Sender);
end!(Receiver);
