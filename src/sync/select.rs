//! Waiting for the first of several events: the document's `select`.

use std::ops::Deref;
use std::time::{Duration, Instant};

use super::channel::{
    ReadyTimeoutError, Receiver, RecvError, SelectTimeoutError, SendError, Sender, TryReadyError, TrySelectError,
};
use super::imp::select::{Select as Arms, Won};
use super::time;

mod macros;

/// crossbeam's macros, by the constructors of a [`Select`] that takes as they do.
#[cfg(not(any(loom, shuttle, jitter)))]
#[doc(hidden)]
pub mod bare {
    pub use crossbeam_channel::{select as new, select_biased as new_biased};
}

/// Something that [`select!`](crate::select!) can receive from: a channel's [`Receiver`], a
/// [`Timer`](super::time::Timer), a [`Ticker`](super::time::Ticker), or a context's
/// [`done`](super::context::Context::done).
pub trait Source {
    /// What is received.
    type Item;

    /// What it comes through.
    #[doc(hidden)]
    fn channel(&self) -> &Receiver<Self::Item>;

    /// When it goes ahead at the latest: some do so by themselves, on the system's clock.
    #[doc(hidden)]
    fn deadline(&self) -> Option<time::Instant> {
        None
    }

    /// Receives, once it has gone ahead by itself.
    #[doc(hidden)]
    fn expire(&self) -> Result<Self::Item, RecvError> {
        unreachable!("it has no deadline")
    }
}

impl<T> Source for Receiver<T> {
    type Item = T;

    fn channel(&self) -> &Receiver<T> {
        self
    }
}

/// What is taken for a source: one itself, or what dereferences to one, like the receiver of a method. `By` says which, and
/// is always inferred.
#[diagnostic::on_unimplemented(message = "`{Self}` is nothing that can be received from", label = "not a `Source`")]
pub trait AsSource<By> {
    /// What it is, or what is behind it.
    type Source: Source;

    /// It, or what is behind it.
    fn as_source(&self) -> &Self::Source;
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Itself;

#[doc(hidden)]
#[derive(Debug)]
pub struct Behind<By>(By);

impl<S: Source> AsSource<Itself> for S {
    type Source = S;

    fn as_source(&self) -> &S {
        self
    }
}

impl<By, D: Deref + ?Sized> AsSource<Behind<By>> for D
where
    D::Target: AsSource<By>,
{
    type Source = <D::Target as AsSource<By>>::Source;

    fn as_source(&self) -> &Self::Source {
        (**self).as_source()
    }
}

/// Defines receiving from a single source that is no channel.
macro_rules! receives {
    ($source:ty) => {
        impl $source {
            /// Receives, waiting for it.
            ///
            /// # Errors
            ///
            /// If nothing will ever come.
            #[track_caller]
            pub fn recv(&self) -> Result<<Self as $crate::sync::select::Source>::Item, RecvError> {
                let mut select = $crate::sync::select::Select::new();
                select.recv(self);
                select.select().recv(self)
            }

            /// Receives what is there now.
            ///
            /// # Errors
            ///
            /// If there is nothing, or nothing will ever come.
            #[track_caller]
            pub fn try_recv(
                &self,
            ) -> Result<<Self as $crate::sync::select::Source>::Item, $crate::sync::channel::TryRecvError> {
                use $crate::sync::channel::TryRecvError;

                let mut select = $crate::sync::select::Select::new();
                select.recv(self);
                match select.try_select() {
                    Ok(operation) => operation.recv(self).map_err(|_| TryRecvError::Disconnected),
                    Err(_) => Err(TryRecvError::Empty),
                }
            }
        }
    };
}

pub(super) use receives;

/// Several operations of which one goes ahead: [`select!`](crate::select!) expands to it, and it is of use by itself if
/// the number of operations is only known at run time. It is modelled on crossbeam-channel's.
///
/// ```
/// use selvedge::sync::channel;
/// use selvedge::sync::select::Select;
///
/// # selvedge::check::verify(|| {
/// let channels: Vec<_> = (0..3).map(|_| channel::bounded::<u32>(1)).collect();
/// channels[1].0.send(7).unwrap();
/// let mut select = Select::new();
/// for (_, receiver) in &channels {
///     select.recv(receiver);
/// }
/// let operation = select.select();
/// let index = operation.index();
/// assert_eq!((index, operation.recv(&channels[index].1)), (1, Ok(7)));
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    arms: Arms<'a>,
}

impl<'a> Select<'a> {
    /// A select of no operation.
    #[inline]
    pub fn new() -> Self {
        Select::default()
    }

    /// A select of no operation that, where several can go ahead, takes the first of them in the order in which they were
    /// added. It looks at one after the other: an operation that gets ready after its turn is passed over.
    #[inline]
    pub fn new_biased() -> Self {
        Select { arms: Arms::biased() }
    }

    /// Adds a receive, and returns its place among the operations, counted from 0.
    #[inline]
    pub fn recv<By, S>(&mut self, source: &'a S) -> usize
    where
        S: AsSource<By, Source: 'a> + ?Sized,
    {
        let source = source.as_source();
        self.arms.recv(source.channel(), source.deadline())
    }

    /// Adds a send, and returns its place among the operations, counted from 0.
    #[inline]
    pub fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        self.arms.send(sender)
    }

    /// Removes the operation with that place; the others keep theirs.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn remove(&mut self, index: usize) {
        self.arms.remove(index);
    }

    /// Waits until one of them goes ahead; if several can, it may be any.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        SelectedOperation(self.arms.wait())
    }

    /// Lets one go ahead, if one can at once.
    ///
    /// # Errors
    ///
    /// If none can.
    #[inline]
    #[track_caller]
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        self.arms.try_wait().map(SelectedOperation).ok_or(TrySelectError)
    }

    /// Waits until one goes ahead, for at most `timeout`. Under an engine the timeout may pass at any moment.
    ///
    /// # Errors
    ///
    /// If none could in that time.
    #[inline]
    #[track_caller]
    pub fn select_timeout(&mut self, timeout: Duration) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.arms.wait_timeout(timeout).map(SelectedOperation).ok_or(SelectTimeoutError)
    }

    /// The same, until then.
    ///
    /// # Errors
    ///
    /// If none could until then.
    #[track_caller]
    pub fn select_deadline(&mut self, deadline: Instant) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.select_timeout(deadline.saturating_duration_since(Instant::now()))
    }

    /// Waits until one of them could go ahead, and lets none: which one, where several could it may be any. Somebody else may
    /// be faster than who then tries it. At a rendezvous it waits for a partner without being one.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        self.arms.ready()
    }

    /// One that could go ahead at once.
    ///
    /// # Errors
    ///
    /// If none could.
    #[track_caller]
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.arms.try_ready().ok_or(TryReadyError)
    }

    /// Waits until one could go ahead, for so long. Under an engine that may be over at any moment.
    ///
    /// # Errors
    ///
    /// If none could in that time.
    #[track_caller]
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        self.arms.ready_timeout(timeout).ok_or(ReadyTimeoutError)
    }

    /// The same, until then.
    ///
    /// # Errors
    ///
    /// If none could until then.
    #[track_caller]
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.ready_timeout(deadline.saturating_duration_since(Instant::now()))
    }
}

/// An operation that goes ahead, and has to be completed.
///
/// # Panics
///
/// If it is dropped before it is.
#[derive(Debug)]
#[must_use]
pub struct SelectedOperation<'a>(Won<'a>);

impl SelectedOperation<'_> {
    /// Its place among those that were added.
    #[inline]
    pub fn index(&self) -> usize {
        self.0.place()
    }

    /// Completes a receive.
    ///
    /// # Errors
    ///
    /// If the channel is empty and closed.
    ///
    /// # Panics
    ///
    /// If it is another operation's source.
    #[inline]
    #[track_caller]
    pub fn recv<By, S>(self, source: &S) -> Result<<S::Source as Source>::Item, RecvError>
    where
        S: AsSource<By> + ?Sized,
    {
        let source = source.as_source();
        self.0.receive(source.channel()).unwrap_or_else(|| source.expire())
    }

    /// Completes a send.
    ///
    /// # Errors
    ///
    /// Gives the message back if no receiver is left.
    ///
    /// # Panics
    ///
    /// If it is another operation's sender.
    #[inline]
    #[track_caller]
    pub fn send<T>(self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        self.0.send(sender, message)
    }
}
