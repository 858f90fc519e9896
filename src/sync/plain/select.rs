//! Waiting for several channels and deadlines at once, over crossbeam's `Select`.

use std::time::Duration;

use crossbeam_channel::{RecvError, SelectedOperation, SendError};

use super::channel::{Receiver, Sender};
use crate::sync::time::{Clock, Instant};

/// The arms of a `select!`, in the order in which they were written. crossbeam's has a channel for each, of the same number.
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    channels: crossbeam_channel::Select<'a>,
    /// The deadlines, and their arms.
    deadlines: Vec<(Instant, usize)>,
}

/// The arm that was taken.
#[derive(Debug)]
pub enum Won<'a> {
    /// By its channel: the operation to complete.
    Channel(SelectedOperation<'a>),
    /// By its deadline, and its number.
    Deadline(usize),
}

impl<'a> Select<'a> {
    /// Of several that are ready it takes the first.
    #[inline]
    pub(in crate::sync) fn biased() -> Self {
        Select { channels: crossbeam_channel::Select::new_biased(), deadlines: Vec::new() }
    }

    #[inline]
    pub(in crate::sync) fn recv<T>(&mut self, receiver: &'a Receiver<T>, deadline: Option<Instant>) -> usize {
        let arm = self.channels.recv(receiver);
        self.deadlines.extend(deadline.map(|at| (at, arm)));
        arm
    }

    #[inline]
    pub(in crate::sync) fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        self.channels.send(sender)
    }

    pub(in crate::sync) fn remove(&mut self, arm: usize) {
        self.channels.remove(arm);
        self.deadlines.retain(|&(_, of)| of != arm);
    }

    #[inline]
    pub(in crate::sync) fn wait(&mut self) -> Won<'a> {
        match self.left() {
            None => Won::Channel(self.channels.select()),
            Some((left, arm)) => self.channels.select_timeout(left).map_or(Won::Deadline(arm), Won::Channel),
        }
    }

    #[inline]
    pub(in crate::sync) fn wait_timeout(&mut self, timeout: Duration) -> Option<Won<'a>> {
        if self.left().is_some_and(|(left, _)| left <= timeout) {
            return Some(self.wait());
        }
        self.channels.select_timeout(timeout).ok().map(Won::Channel)
    }

    #[inline]
    pub(in crate::sync) fn try_wait(&mut self) -> Option<Won<'a>> {
        let operation = self.channels.try_select().ok();
        operation.map(Won::Channel).or_else(|| self.due().map(Won::Deadline))
    }

    pub(in crate::sync) fn ready(&mut self) -> usize {
        match self.left() {
            None => self.channels.ready(),
            Some((left, arm)) => self.channels.ready_timeout(left).unwrap_or(arm),
        }
    }

    pub(in crate::sync) fn ready_timeout(&mut self, timeout: Duration) -> Option<usize> {
        if self.left().is_some_and(|(left, _)| left <= timeout) {
            return Some(self.ready());
        }
        self.channels.ready_timeout(timeout).ok()
    }

    pub(in crate::sync) fn try_ready(&mut self) -> Option<usize> {
        self.channels.try_ready().ok().or_else(|| self.due())
    }

    /// How long it is until the deadline that comes first, and its arm.
    #[inline]
    fn left(&self) -> Option<(Duration, usize)> {
        let first = self.deadlines.iter().min_by_key(|&&(at, _)| at);
        first.map(|&(at, arm)| (at.saturating_duration_since(Clock::system().now()), arm))
    }

    /// The arm of the deadline, if that has passed.
    #[inline]
    fn due(&self) -> Option<usize> {
        self.left().filter(|&(left, _)| left.is_zero()).map(|(_, arm)| arm)
    }
}

impl Won<'_> {
    #[inline]
    pub(in crate::sync) fn place(&self) -> usize {
        match self {
            Won::Channel(operation) => operation.index(),
            Won::Deadline(arm) => *arm,
        }
    }

    /// Completes a receive that won; `None` if a deadline won.
    #[inline]
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, RecvError>> {
        match self {
            Won::Channel(operation) => Some(operation.recv(receiver)),
            Won::Deadline(_) => None,
        }
    }

    /// Completes a send that won.
    #[inline]
    pub(in crate::sync) fn send<T>(self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        match self {
            Won::Channel(operation) => operation.send(sender, message),
            Won::Deadline(_) => unreachable!("a send has no deadline"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sync::channel::{bounded, never};

    #[test]
    fn an_arm_has_its_number_whatever_was_added_and_removed_before() {
        let channels = [(); 3].map(|()| bounded::<u8>(1));
        let later = Clock::system().now() + Duration::from_secs(3_600);
        for (ready, deadlines) in [[None; 3], [Some(later); 3], [Some(later), None, None]].into_iter().enumerate() {
            let mut select = Select::default();
            for (arm, (deadline, (_, receiver))) in deadlines.into_iter().zip(&channels).enumerate() {
                assert_eq!(select.recv(receiver, deadline), arm);
            }
            channels[ready].0.send(0).expect("the receiver is here");
            assert_eq!(select.try_ready(), Some(ready));
            select.remove(ready);
            assert_eq!((select.try_ready(), select.send(&channels[ready].0)), (None, 3));
            channels[ready].1.recv().expect("a message was sent");
            assert_eq!(select.try_ready(), Some(3));
        }
    }

    #[test]
    fn the_deadline_that_comes_first_counts() {
        for deadlines in [[1, 2], [2, 1]] {
            let (receiver, mut select) = (never::<u8>(), Select::default());
            let arms = deadlines.map(|at| {
                let deadline = Instant::ORIGIN + Duration::from_nanos(at);
                (at, select.recv(&receiver, Some(deadline)))
            });
            let (_, first) = arms.into_iter().min().expect("there are two");
            assert_eq!(select.left(), Some((Duration::ZERO, first)));
            select.remove(first);
            assert_eq!(select.left(), Some((Duration::ZERO, 1 - first)));
        }
    }
}
