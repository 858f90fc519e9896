//! Cancellation that reaches everyone who works on the same thing: the document's `context.Context`.
//!
//! # Guarantees
//!
//! 1. Once a context is cancelled it stays so, and its first [`Cause`] stays its cause.
//! 2. Cancelling a context cancels its children, with the same cause; never its parent. When a cancel returns, all
//!    descendants are cancelled, also where somebody else had cancelled first.
//! 3. A child made while its parent is being cancelled is cancelled.
//! 4. A deadline cancels at that time at the latest; a child's never lies after its parent's.
//! 5. A context that is dropped leaves neither a timer nor a place in its parent behind.
//! 6. [`is_cancelled`](Context::is_cancelled) is lock-free (`programs/context_lock_free`), but where it is the first to
//!    find that a deadline on the system's clock has passed.
//!
//! # Lock order
//!
//! A parent's lock is taken before its child's, and both before that of the clock. A cancel holds the locks from where
//! it began down to where it is: one a generation, and a frame of the stack.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use super::atomic::{AtomicBool, Ordering};
use super::channel::{Receiver, RecvError, Sender, bounded};
use super::imp::select::Won;
use super::select::{Select, Source};
use super::time::{AlarmHandle, Clock, Instant};
use super::{Arc, Mutex, Weak};

/// Why a context is cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody called [`Context::cancel`].
    Cancelled,
    /// Its time was up.
    DeadlineExceeded,
    /// Somebody called [`Context::cancel_because`].
    Because(Arc<str>),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Cancelled => f.write_str("context cancelled"),
            Cause::DeadlineExceeded => f.write_str("context deadline exceeded"),
            Cause::Because(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Cause {}

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
    clock: Clock,
    deadline: Option<Instant>,
    /// Set under the lock of `state`, read without it.
    cancelled: AtomicBool,
    state: Mutex<State>,
    /// Closed when the context is cancelled; nothing is ever sent.
    done: Receiver<Infallible>,
    parent: Option<(Arc<Inner>, u64)>,
    /// Fires at the deadline of a manual clock.
    _alarm: Option<AlarmHandle>,
}

struct State {
    cause: Option<Cause>,
    close: Option<Sender<Infallible>>,
    children: BTreeMap<u64, Weak<Inner>>,
    next_child: u64,
}

impl Context {
    /// A context that is never cancelled by itself, and whose descendants go by `clock`.
    #[track_caller]
    pub fn background(clock: &Clock) -> Self {
        Context { inner: Arc::new_cyclic(|weak| Inner::new(weak, clock.clone(), None, None)) }
    }

    /// A context that is cancelled with this one, or by itself.
    #[track_caller]
    pub fn child(&self) -> Context {
        self.descend(None)
    }

    /// A [`child`](Self::child) that is cancelled when `timeout` has passed.
    #[track_caller]
    pub fn with_timeout(&self, timeout: Duration) -> Context {
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
        let mut state = parent.state.lock();
        let key = state.next_child;
        state.next_child += 1;
        // A deadline after the parent's would never be reached.
        let own = deadline.filter(|&own| parent.deadline.is_none_or(|parents| own < parents));
        let child = Arc::new_cyclic(|weak| {
            let mut child = Inner::new(weak, parent.clock.clone(), own, Some((Arc::clone(parent), key)));
            child.deadline = own.or(parent.deadline);
            child
        });
        state.children.insert(key, Arc::downgrade(&child));
        let cause = state.cause.clone();
        drop(state);
        let overdue = || own.filter(|&own| own <= parent.clock.now()).map(|_| Cause::DeadlineExceeded);
        if let Some(cause) = cause.or_else(overdue) {
            child.cancel(cause);
        }
        Context { inner: child }
    }

    /// Cancels this context and all its descendants.
    #[track_caller]
    pub fn cancel(&self) {
        self.inner.cancel(Cause::Cancelled);
    }

    /// Cancels this context and all its descendants, and says why.
    #[track_caller]
    pub fn cancel_because(&self, reason: impl Into<Arc<str>>) {
        self.inner.cancel(Cause::Because(reason.into()));
    }

    /// Whether the context is cancelled.
    #[track_caller]
    pub fn is_cancelled(&self) -> bool {
        // Acquire: pairs with the Release in `Inner::mark`: who sees the mark sees what was done
        // before the cancel.
        self.inner.cancelled.load(Ordering::Acquire) || self.inner.expire()
    }

    /// Why it is cancelled; `None` while it is not.
    #[track_caller]
    pub fn cause(&self) -> Option<Cause> {
        if self.is_cancelled() { self.inner.state.lock().cause.clone() } else { None }
    }

    /// When it will be cancelled at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        self.inner.deadline
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// For [`select!`](crate::select!): ready, with an error, as soon as the context is cancelled.
    pub fn done(&self) -> Done<'_> {
        Done { context: self }
    }

    /// Waits until the context is cancelled, and says why.
    #[track_caller]
    pub fn wait(&self) -> Cause {
        let done = self.done();
        crate::select! { recv(done) -> _ => () }
        self.cause().expect("done is ready only when the context is cancelled")
    }
}

impl Inner {
    #[track_caller]
    fn new(weak: &Weak<Inner>, clock: Clock, alarm: Option<Instant>, parent: Option<(Arc<Inner>, u64)>) -> Inner {
        let (close, done) = bounded(1);
        let context = weak.clone();
        let fire = move |_| {
            if let Some(context) = context.upgrade() {
                context.cancel(Cause::DeadlineExceeded);
            }
        };
        let alarm = alarm.filter(|&at| at > clock.now()).and_then(|at| clock.alarm(at, None, Arc::new(Box::new(fire))));
        let state = State { cause: None, close: Some(close), children: BTreeMap::new(), next_child: 0 };
        Inner {
            clock,
            deadline: None,
            cancelled: AtomicBool::new(false),
            state: Mutex::new(state),
            done,
            parent,
            _alarm: alarm,
        }
    }

    /// Cancels the context and its descendants, parents first.
    #[track_caller]
    fn cancel(&self, cause: Cause) {
        let mut state = self.state.lock();
        if state.cause.is_some() {
            return;
        }
        state.cause = Some(cause.clone());
        // Release: pairs with the Acquire in `Context::is_cancelled`.
        self.cancelled.store(true, Ordering::Release);
        drop(state.close.take());
        let children = std::mem::take(&mut state.children);
        let children: Vec<Arc<Inner>> = children.into_values().filter_map(|child| child.upgrade()).collect();
        // Under the lock: who cancels meanwhile waits for it, and finds them cancelled too.
        children.iter().for_each(|child| child.cancel(cause.clone()));
        drop(state);
        // A child whose last owner has gone meanwhile takes itself out of its parent here, for which it needs the lock.
        drop(children);
    }

    /// Cancels a context whose time on the system's clock is up; nobody else does.
    #[track_caller]
    fn expire(&self) -> bool {
        let due = !self.clock.is_manual() && self.deadline.is_some_and(|deadline| deadline <= self.clock.now());
        if due {
            self.cancel(Cause::DeadlineExceeded);
        }
        due
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some((parent, key)) = &self.parent {
            parent.state.lock().children.remove(key);
        }
    }
}

/// A context's end, as something to receive from; see [`Context::done`].
#[derive(Debug)]
pub struct Done<'a> {
    context: &'a Context,
}

impl Source for Done<'_> {
    type Item = Infallible;

    fn register<'a>(&'a self, select: &mut Select<'a>) {
        select.0.channel(&self.context.inner.done);
        if let Some(deadline) = self.context.deadline().filter(|_| !self.context.clock().is_manual()) {
            select.0.deadline(deadline);
        }
    }

    fn complete(&self, won: Won<'_>) -> Result<Infallible, RecvError> {
        let received = won.receive(&self.context.inner.done);
        received.unwrap_or_else(|| {
            self.context.inner.expire();
            Err(RecvError)
        })
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

    /// A parent that lives long does not collect what is left of its children.
    #[test]
    fn a_child_that_is_dropped_is_forgotten() {
        verify(|| {
            let parent = Context::background(&Clock::manual());
            let children = [parent.child(), parent.child()];
            let known = || parent.inner.state.lock().children.len();
            assert_eq!(known(), 2);
            drop(children);
            assert_eq!(known(), 0);
        });
    }

    /// A deadline is one of the context's own clock, whatever time it is on the machine's.
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
