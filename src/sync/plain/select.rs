//! Waiting for several channels and deadlines at once, over crossbeam's `Select`.

use std::time::Duration;

use crossbeam_channel::{RecvError, SelectedOperation, SendError};

use super::channel::{Receiver, Sender};
use crate::sync::time::{Clock, Instant};

/// The arms of a `select!`, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    channels: crossbeam_channel::Select<'a>,
    /// How many channels there are.
    added: usize,
    /// Which source each channel belongs to; none, once that is taken away. Not noted, which saves an allocation, as long
    /// as each is the one of the same number.
    sources: Option<Vec<Option<usize>>>,
    /// The deadlines, and their sources.
    deadlines: Vec<(Instant, usize)>,
    registered: usize,
}

/// The arm that was taken.
#[derive(Debug)]
pub struct Won<'a> {
    source: usize,
    /// The operation to complete; `None` if a deadline won.
    operation: Option<SelectedOperation<'a>>,
}

impl<'a> Select<'a> {
    /// Of several that are ready it takes the first.
    pub(in crate::sync) fn biased() -> Self {
        Select { channels: crossbeam_channel::Select::new_biased(), ..Select::default() }
    }

    pub(in crate::sync) fn recv<T>(&mut self, receiver: &'a Receiver<T>) {
        self.channels.recv(receiver);
        self.note_channel();
    }

    pub(in crate::sync) fn send<T>(&mut self, sender: &'a Sender<T>) {
        self.channels.send(sender);
        self.note_channel();
    }

    /// A channel was added for the source that is registered next.
    fn note_channel(&mut self) {
        if self.sources.is_some() || self.added != self.registered {
            let source = Some(self.registered);
            self.noted().push(source);
        }
        self.added += 1;
    }

    /// Which source each channel belongs to, noted from now on.
    fn noted(&mut self) -> &mut Vec<Option<usize>> {
        let added = self.added;
        self.sources.get_or_insert_with(|| (0..added).map(Some).collect())
    }

    pub(in crate::sync) fn deadline(&mut self, at: Instant) {
        self.deadlines.push((at, self.registered));
    }

    pub(in crate::sync) fn remove(&mut self, source: usize) {
        assert!(source < self.registered, "a select has no operation {source}");
        self.deadlines.retain(|&(_, kept)| kept != source);
        self.noted();
        let sources = self.sources.iter_mut().flatten().enumerate();
        for (channel, of) in sources.filter(|(_, of)| **of == Some(source)) {
            self.channels.remove(channel);
            *of = None;
        }
    }

    pub(in crate::sync) fn next_source(&mut self) -> usize {
        self.registered += 1;
        self.registered - 1
    }

    pub(in crate::sync) fn wait(&mut self) -> Won<'a> {
        let Some((left, source)) = self.left() else {
            let operation = self.channels.select();
            return self.won(operation);
        };
        match self.channels.select_timeout(left) {
            Ok(operation) => self.won(operation),
            Err(_) => Won { source, operation: None },
        }
    }

    pub(in crate::sync) fn wait_timeout(&mut self, timeout: Duration) -> Option<Won<'a>> {
        if self.left().is_some_and(|(left, _)| left <= timeout) {
            return Some(self.wait());
        }
        let operation = self.channels.select_timeout(timeout).ok()?;
        Some(self.won(operation))
    }

    pub(in crate::sync) fn try_wait(&mut self) -> Option<Won<'a>> {
        if let Ok(operation) = self.channels.try_select() {
            return Some(self.won(operation));
        }
        Some(Won { source: self.due()?, operation: None })
    }

    pub(in crate::sync) fn ready(&mut self) -> usize {
        let channel = match self.left() {
            None => self.channels.ready(),
            Some((left, source)) => match self.channels.ready_timeout(left) {
                Ok(channel) => channel,
                Err(_) => return source,
            },
        };
        self.source(channel)
    }

    pub(in crate::sync) fn ready_timeout(&mut self, timeout: Duration) -> Option<usize> {
        if self.left().is_some_and(|(left, _)| left <= timeout) {
            return Some(self.ready());
        }
        self.channels.ready_timeout(timeout).ok().map(|channel| self.source(channel))
    }

    pub(in crate::sync) fn try_ready(&mut self) -> Option<usize> {
        let channel = self.channels.try_ready().ok();
        channel.map(|channel| self.source(channel)).or_else(|| self.due())
    }

    fn source(&self, channel: usize) -> usize {
        match &self.sources {
            None => channel,
            Some(sources) => sources[channel].expect("what was taken away does not go ahead"),
        }
    }

    /// How long it is until the deadline that comes first, and its source.
    fn left(&self) -> Option<(Duration, usize)> {
        let first = self.deadlines.iter().min_by_key(|&&(at, _)| at);
        first.map(|&(at, source)| (at.saturating_duration_since(Clock::system().now()), source))
    }

    /// The source of the deadline, if that has passed.
    fn due(&self) -> Option<usize> {
        self.left().filter(|&(left, _)| left.is_zero()).map(|(_, source)| source)
    }

    fn won(&self, operation: SelectedOperation<'a>) -> Won<'a> {
        Won { source: self.source(operation.index()), operation: Some(operation) }
    }
}

impl Won<'_> {
    pub(in crate::sync) fn source(&self) -> usize {
        self.source
    }

    /// Completes a receive that won; `None` if a deadline won.
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, RecvError>> {
        self.operation.map(|operation| operation.recv(receiver))
    }

    /// Completes a send that won.
    pub(in crate::sync) fn send<T>(self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        self.operation.expect("a send has no deadline").send(sender, message)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sync::channel::bounded;

    #[test]
    fn a_channel_belongs_to_its_source_whatever_was_registered_before() {
        let channels = [(); 4].map(|()| bounded::<u8>(1));
        for (ready, source) in [0, 1, 3, 3].into_iter().enumerate() {
            channels[ready].0.send(0).expect("the receiver is here");
            let mut select = Select::default();
            for sources in [0..1, 1..2, 2..2, 2..4] {
                if sources.is_empty() {
                    select.deadline(Clock::system().now() + Duration::from_secs(3_600));
                }
                channels[sources].iter().for_each(|(_, receiver)| select.recv(receiver));
                select.next_source();
            }
            assert_eq!(select.try_ready(), Some(source));
            select.remove(source);
            assert_eq!(select.try_ready(), None);
            channels[ready].1.recv().expect("a message was sent");
        }
    }

    #[test]
    fn the_deadline_that_comes_first_counts() {
        for deadlines in [[1, 2], [2, 1]] {
            let mut select = Select::default();
            let sources = deadlines.map(|at| {
                select.deadline(Instant::ORIGIN + Duration::from_nanos(at));
                (at, select.next_source())
            });
            let (_, first) = sources.into_iter().min().expect("there are two");
            assert_eq!(select.left(), Some((Duration::ZERO, first)));
            select.remove(first);
            assert_eq!(select.left(), Some((Duration::ZERO, 1 - first)));
        }
    }
}
