//! Waiting for several channels and deadlines at once, over crossbeam's `Select`.

use std::time::Duration;

use crossbeam_channel::{RecvError, SelectedOperation, SendError};

use super::channel::{Receiver, Sender};
use crate::sync::time::{Clock, Instant};

/// The arms of a `select!`, in the order in which they were written.
#[derive(Debug, Default)]
pub struct Select<'a> {
    channels: crossbeam_channel::Select<'a>,
    /// Which source each channel belongs to.
    sources: Vec<usize>,
    /// The deadline that comes first, and its source.
    deadline: Option<(Instant, usize)>,
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
    pub(in crate::sync) fn recv<T>(&mut self, receiver: &'a Receiver<T>) {
        self.channels.recv(receiver);
        self.sources.push(self.registered);
    }

    pub(in crate::sync) fn send<T>(&mut self, sender: &'a Sender<T>) {
        self.channels.send(sender);
        self.sources.push(self.registered);
    }

    pub(in crate::sync) fn deadline(&mut self, at: Instant) {
        if self.deadline.is_none_or(|(first, _)| at < first) {
            self.deadline = Some((at, self.registered));
        }
    }

    pub(in crate::sync) fn next_source(&mut self) -> usize {
        self.registered += 1;
        self.registered - 1
    }

    pub(in crate::sync) fn wait(&mut self) -> Won<'a> {
        let Some((at, source)) = self.deadline else {
            let operation = self.channels.select();
            return self.won(operation);
        };
        match self.channels.select_timeout(at.saturating_duration_since(Clock::system().now())) {
            Ok(operation) => self.won(operation),
            Err(_) => Won { source, operation: None },
        }
    }

    pub(in crate::sync) fn wait_timeout(&mut self, timeout: Duration) -> Option<Won<'a>> {
        let until_deadline = self.deadline.map(|(at, _)| at.saturating_duration_since(Clock::system().now()));
        if until_deadline.is_some_and(|deadline| deadline <= timeout) {
            return Some(self.wait());
        }
        let operation = self.channels.select_timeout(timeout).ok()?;
        Some(self.won(operation))
    }

    pub(in crate::sync) fn try_wait(&mut self) -> Option<Won<'a>> {
        if let Ok(operation) = self.channels.try_select() {
            return Some(self.won(operation));
        }
        let (_, source) = self.deadline.filter(|&(at, _)| at <= Clock::system().now())?;
        Some(Won { source, operation: None })
    }

    fn won(&self, operation: SelectedOperation<'a>) -> Won<'a> {
        Won { source: self.sources[operation.index()], operation: Some(operation) }
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

    #[test]
    fn the_deadline_that_comes_first_counts() {
        for deadlines in [[1, 2], [2, 1]] {
            let mut select = Select::default();
            let sources = deadlines.map(|at| {
                select.deadline(Instant::ORIGIN + Duration::from_nanos(at));
                (at, select.next_source())
            });
            let first = select.deadline.map(|(at, source)| (at.since_origin().as_nanos() as u64, source));
            assert_eq!(first, sources.into_iter().min());
        }
    }
}
