//! Cancellation that reaches all threads that work on the same thing: the document's `context.Context`.
//!
//! # Guarantees
//!
//! 1. Once a context is cancelled it stays so, and its first [`Cause`] stays its cause (`programs/context`,
//!    `context/a_cause_never_changes`).
//! 2. Cancelling a context cancels its children, with the same cause (`programs/context_child`); never its parent
//!    (`a_child_is_cancelled_by_its_parent_and_not_the_other_way_round` in `tests/conformance`). When a cancel returns,
//!    all descendants are cancelled, also if another thread had cancelled first (`programs/context_grandchild`).
//! 3. A child made while its parent is being cancelled is cancelled (`context/child_cancelled_with_parent`).
//! 4. A deadline cancels at that time at the latest (`context/a_deadline_stops_the_work`); a child's never lies after
//!    its parent's (`a_deadline_never_lies_after_the_parents` in `tests/conformance`).
//! 5. A context that is dropped leaves no timer behind (`context/first_cause_stays`), and no child in its parent, where
//!    its place is taken again (tests, on one thread: `a_child_that_is_dropped_is_forgotten`,
//!    `a_place_is_taken_again`).
//! 6. [`is_cancelled`](Context::is_cancelled) and [`cause`](Context::cause) are lock-free
//!    (`programs/context_lock_free`), except for a call that is the first to find that a deadline on the system's clock
//!    has passed.
//! 7. A thread that knows that a context is cancelled, or has a child of it that is made cancelled, sees what was done
//!    before the cancel (`context/a_cancel_shows_what_was_before` and others).
//!
//! # Cost
//!
//! `is_cancelled` is a load, however deep the context is, and reads the clock if there is a deadline on the system's
//! clock; `cause` is a load for each generation up to the context that was cancelled. Making or dropping a child takes
//! its parent's lock for O(1), amortized: a parent has memory for as many children as it has had at once. The channel
//! of [`done`](Context::done) is made at the first call; after that the call is a load.
//!
//! A cancel visits each descendant once. A descendant that never had a child or a waiter costs one compare-exchange,
//! any other a lock and telling its waiters and children. Descendants below a context that was cancelled before are not
//! visited. The argument is in `cancellation.rs`.
//!
//! # Lock order
//!
//! A parent's lock is taken before its child's, and no other under them. A cancel holds the locks from where it began
//! down to where it is: for each generation one lock and one stack frame. The drop of the last of a chain of contexts
//! holds no lock, and has a stack frame for each generation too.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

pub use super::cancellation::Cause;
use super::cancellation::Node;
use super::channel::{Receiver, RecvError};
use super::select::Source;
use super::time::{AlarmHandle, Clock, Instant};
use super::{Arc, Compound};

/// A piece of work that can be called off. Clones are the same context.
///
/// ```
/// use std::time::Duration;
/// use selvedge::sync::{context::{Cause, Context}, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let clock = Clock::manual();
/// let request = Context::background(&clock).with_timeout(Duration::from_millis(250));
/// let step = request.child();
/// clock.advance(Duration::from_millis(250));
/// assert_eq!(step.cause(), Some(Cause::DeadlineExceeded));
/// # });
/// ```
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

struct Inner {
    compound: Compound,
    clock: Clock,
    deadline: Option<Instant>,
    node: Arc<Node>,
    /// The parent, and the place of `node` in the parent's node.
    parent: Option<(Arc<Inner>, usize)>,
    /// Fires at the deadline of a manual clock.
    _alarm: Option<AlarmHandle>,
}

impl Context {
    /// A context that has no deadline, and whose descendants use `clock`.
    #[track_caller]
    pub fn background(clock: &Clock) -> Self {
        let compound = Compound::new("context");
        let _call = compound.enter("make");
        let clock = clock.clone();
        let inner = Inner { compound, clock, deadline: None, node: Node::root(), parent: None, _alarm: None };
        Context { inner: Arc::new(inner) }
    }

    /// A context that is cancelled with this one, or by itself.
    #[track_caller]
    pub fn child(&self) -> Context {
        self.descend(None)
    }

    /// A [`child`](Self::child) that is cancelled when `timeout` has passed.
    #[track_caller]
    pub fn with_timeout(&self, timeout: Duration) -> Context {
        let _call = self.inner.compound.enter("make a child of");
        self.with_deadline(self.inner.clock.now() + timeout)
    }

    /// A [`child`](Self::child) that is cancelled at `deadline`.
    #[track_caller]
    pub fn with_deadline(&self, deadline: Instant) -> Context {
        self.descend(Some(deadline))
    }

    #[track_caller]
    fn descend(&self, deadline: Option<Instant>) -> Context {
        let parent = &self.inner;
        let _call = parent.compound.enter("make a child of");
        let compound = Compound::new("context");
        let _made = compound.enter("make");
        // A deadline after the parent's would never be reached.
        let own = deadline.filter(|&own| parent.deadline.is_none_or(|parents| own < parents));
        let (node, place) = parent.node.child();
        let alarm = own.and_then(|at| {
            let node = Arc::clone(&node);
            let fire = move |_| node.cancel(Cause::DeadlineExceeded);
            parent.clock.alarm(at, None, Arc::new(Box::new(fire)))
        });
        let inner = Inner {
            compound,
            clock: parent.clock.clone(),
            deadline: own.or(parent.deadline),
            node,
            parent: Some((Arc::clone(parent), place)),
            _alarm: alarm,
        };
        Context { inner: Arc::new(inner) }
    }

    /// Cancels this context and all its descendants.
    #[track_caller]
    pub fn cancel(&self) {
        let _call = self.inner.compound.enter("cancel");
        self.inner.node.cancel(Cause::Cancelled);
    }

    /// Cancels this context and all its descendants, and says why.
    #[track_caller]
    pub fn cancel_because(&self, reason: impl Into<Arc<str>>) {
        let _call = self.inner.compound.enter("cancel");
        self.inner.node.cancel(Cause::Because(reason.into()));
    }

    /// Whether the context is cancelled.
    #[track_caller]
    pub fn is_cancelled(&self) -> bool {
        let _call = self.inner.compound.enter("look at");
        self.inner.node.is_cancelled() || self.inner.expire()
    }

    /// Why it is cancelled; `None` while it is not. A load for each generation up to the context that was cancelled.
    #[track_caller]
    pub fn cause(&self) -> Option<Cause> {
        let _call = self.inner.compound.enter("ask for the cause of");
        if self.is_cancelled() { Some(self.inner.cause()) } else { None }
    }

    /// When it will be cancelled at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        self.inner.deadline
    }

    /// The clock that it uses.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// To be received from, alone or in a [`select!`](crate::select!): ready, with an error, as soon as the context is
    /// cancelled.
    #[track_caller]
    pub fn done(&self) -> Done<'_> {
        let _call = self.inner.compound.enter("ask for the end of");
        Done { context: self, closed: self.inner.node.done() }
    }

    /// Waits until the context is cancelled, and says why.
    #[track_caller]
    pub fn wait(&self) -> Cause {
        let _call = self.inner.compound.enter("wait for");
        let done = self.done();
        crate::select! { recv(done) -> _ => () }
        self.cause().expect("done is ready only when the context is cancelled")
    }
}

impl Inner {
    /// Why a cancelled context is cancelled.
    #[track_caller]
    fn cause(&self) -> Cause {
        let mut context = self;
        loop {
            match (context.node.cause(), &context.parent) {
                (Some(cause), _) => return cause,
                (None, Some((parent, _))) => context = parent,
                (None, None) => unreachable!("whoever has no parent is cancelled by itself"),
            }
        }
    }

    /// Cancels a context whose deadline on the system's clock has passed; only calls that look at the context do this.
    #[track_caller]
    fn expire(&self) -> bool {
        let due = !self.clock.is_manual() && self.deadline.is_some_and(|deadline| deadline <= self.clock.now());
        if due {
            self.node.cancel(Cause::DeadlineExceeded);
        }
        due
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some((parent, place)) = &self.parent {
            let _call = self.compound.end("drop");
            parent.node.forget(*place);
        }
    }
}

/// A source that is ready when a context is cancelled; see [`Context::done`].
#[derive(Debug)]
pub struct Done<'a> {
    context: &'a Context,
    closed: &'a Receiver<Infallible>,
}

super::select::receives!(Done<'_>);

impl Source for Done<'_> {
    type Item = Infallible;

    fn channel(&self) -> &Receiver<Infallible> {
        self.closed
    }

    fn deadline(&self) -> Option<Instant> {
        self.context.deadline().filter(|_| !self.context.clock().is_manual())
    }

    fn expire(&self) -> Result<Infallible, RecvError> {
        self.context.inner.expire();
        Err(RecvError)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("deadline", &self.inner.deadline).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    /// A parent that lives long keeps nothing of its dropped children.
    #[test]
    fn a_child_that_is_dropped_is_forgotten() {
        verify(|| {
            let parent = Context::background(&Clock::manual());
            let children = [parent.child(), parent.child()];
            let known = || parent.inner.node.children();
            assert_eq!(known(), 2);
            drop(children);
            assert_eq!(known(), 0);
        });
    }

    /// A deadline is a time on the context's own clock, whatever the machine's clock says.
    #[test]
    fn a_deadline_on_a_manual_clock_does_not_come_by_itself() {
        verify(|| {
            let soon = Instant::ORIGIN + Duration::from_nanos(1);
            let context = Context::background(&Clock::manual()).with_deadline(soon);
            assert_eq!(context.deadline(), Some(soon));
            // The machine's clock begins when it is first looked at.
            let machine = Clock::system();
            while !machine.is_manual() && machine.now() <= soon {}
            let done = context.done();
            crate::select! { recv(done) -> _ => panic!("nobody has advanced the clock"), default => () }
        });
    }
}
