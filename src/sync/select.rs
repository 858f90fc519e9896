//! Waiting for whichever of several things comes first: the document's `select`.

use super::channel::{Receiver, RecvError};
use super::imp::select::{Select as Arms, Won};

/// Something that [`select!`](crate::select!) can receive from: a channel's [`Receiver`], a
/// [`Timer`](super::time::Timer), a [`Ticker`](super::time::Ticker), or a context's
/// [`done`](super::context::Context::done).
pub trait Source {
    /// What is received.
    type Item;

    /// Adds what has to be waited for.
    #[doc(hidden)]
    fn register<'a>(&'a self, select: &mut Select<'a>);

    /// Receives, once this source has won.
    #[doc(hidden)]
    fn complete(&self, won: Won<'_>) -> Result<Self::Item, RecvError>;
}

impl<T> Source for Receiver<T> {
    type Item = T;

    fn register<'a>(&'a self, select: &mut Select<'a>) {
        select.0.channel(self);
    }

    fn complete(&self, won: Won<'_>) -> Result<T, RecvError> {
        won.receive(self).expect("a channel has no deadline")
    }
}

impl<S: Source + ?Sized> Source for &S {
    type Item = S::Item;

    fn register<'a>(&'a self, select: &mut Select<'a>) {
        (**self).register(select);
    }

    fn complete(&self, won: Won<'_>) -> Result<S::Item, RecvError> {
        (**self).complete(won)
    }
}

/// What [`select!`](crate::select!) expands to: sources are added, and one of them wins.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Select<'a>(pub(in crate::sync) Arms<'a>);

impl<'a> Select<'a> {
    /// Adds a source; its place among them.
    pub fn add<S: Source>(&mut self, source: &'a S) -> usize {
        source.register(self);
        self.0.next_source()
    }

    /// Waits for a source.
    #[track_caller]
    pub fn wait(self) -> (usize, Won<'a>) {
        let won = self.0.wait();
        (won.source(), won)
    }

    /// Takes a source that is ready now.
    #[track_caller]
    pub fn try_wait(self) -> Option<(usize, Won<'a>)> {
        let won = self.0.try_wait()?;
        Some((won.source(), won))
    }
}

/// Waits until one of several receives can go ahead, and runs what stands beside it.
///
/// - `recv(source) -> message => body`: any [`Source`](crate::sync::select::Source); `message` is a
///   `Result`, an error where the channel is empty and closed.
/// - `default => body`, last: if none is ready now.
/// - `timeout(clock, duration) => body`, last: if none gets ready in that time.
///
/// Where several are ready, any of them may be taken; an engine tries each.
///
/// ```
/// use std::time::Duration;
/// use selvedge::sync::{channel, select, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let (sender, numbers) = channel::unbounded();
/// let (_open, words) = channel::unbounded::<&str>();
/// sender.send(7).unwrap();
/// let got = select! {
///     recv(numbers) -> number => format!("number {}", number.unwrap()),
///     recv(words) -> word => format!("word {}", word.unwrap()),
///     timeout(Clock::system(), Duration::from_secs(60)) => "nothing".to_owned(),
/// };
/// assert_eq!(got, "number 7");
/// # });
/// ```
#[macro_export]
macro_rules! select {
    // Everything is registered: wait, and dispatch.
    (@add $select:ident [$($arm:tt)*]) => {{
        let (source, won) = $select.wait();
        $crate::select!(@run source won [$($arm)*])
    }};
    (@add $select:ident [$($arm:tt)*] default => $body:expr $(,)?) => {
        match $select.try_wait() {
            Some((source, won)) => $crate::select!(@run source won [$($arm)*]),
            None => $body,
        }
    };
    (@add $select:ident [$($arm:tt)*] timeout($clock:expr, $duration:expr) => $body:expr $(,)?) => {{
        let timer = $clock.after($duration);
        $crate::select!(@add $select [$($arm)*] recv(timer) -> _ => $body)
    }};
    (@add $select:ident [$($arm:tt)*] recv($source:expr) -> $message:pat => $body:expr $(, $($rest:tt)*)?) => {{
        let source = &$source;
        let place = $select.add(source);
        $crate::select!(@add $select [$($arm)* (source place $message => $body)] $($($rest)*)?)
    }};
    (@run $winner:ident $won:ident [($source:ident $place:ident $message:pat => $body:expr)]) => {{
        debug_assert_eq!($winner, $place);
        let $message = $crate::sync::select::Source::complete($source, $won);
        $body
    }};
    (@run $winner:ident $won:ident [($source:ident $place:ident $message:pat => $body:expr) $($arm:tt)+]) => {
        if $winner == $place {
            let $message = $crate::sync::select::Source::complete($source, $won);
            $body
        } else {
            $crate::select!(@run $winner $won [$($arm)+])
        }
    };
    (recv $($arms:tt)+) => {{
        let mut select = $crate::sync::select::Select::default();
        $crate::select!(@add select [] recv $($arms)+)
    }};
}
