//! The part of a context that a cancel changes: its mark, its cause, and the waiters and children that have to be told.
//!
//! A [`Node`] is kept by its context, by its place in the parent's node and by its alarm; its owners are not counted.
//! Most nodes are leaves on which no thread waits, so the state alone decides what a cancel has to do: for such a leaf
//! it is one compare-exchange.
//!
//! # The race of a mark
//!
//! Every race is decided by the modification order of one atomic, [`Node::state`]:
//!
//! 1. *The first mark stays.* A mark is written only if none is read: by a compare-exchange, or under the lock once
//!    only the lock's holder writes the state (3). So a cancel of the node itself and one that comes from its parent
//!    agree on which was first, and a node's own cause counts only if its mark is its own.
//! 2. *No child and no waiter is forgotten.* The first to add a child or to start to wait sets a bit, once, under the
//!    lock, and learns whether a mark was there. If it was, the child is made with a mark and the channel is made
//!    closed. If not, a later cancel finds the bit, takes the lock, and with it finds what was added.
//! 3. *A leaf needs no lock.* A cancel that comes from the parent marks a node without its lock only if no bit is set:
//!    by compare-exchange from 0. Bits are never cleared: from the first bit on, the state is written only under the
//!    lock.
//! 4. *A cancel waits for an earlier one.* A node with a bit is marked under the lock, which is held until its
//!    descendants are marked: the second cancel gets the lock after that. A node without a bit has only descendants
//!    that were made with a mark.

use std::convert::Infallible;
use std::fmt;
use std::sync::OnceLock;

use slab::Slab;

use super::atomic::{AtomicU8, Ordering};
use super::channel::{Receiver, Sender, bounded};
use super::place::own_line;
use super::{Arc, Mutex};

/// Why a context is cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody called [`Context::cancel`](super::context::Context::cancel).
    Cancelled,
    /// Its time was up.
    DeadlineExceeded,
    /// Somebody called [`Context::cancel_because`](super::context::Context::cancel_because).
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

/// A mark: cancelled by itself, [`Node::cause`] says why.
const OWN: u8 = 1;
/// A mark: cancelled with its parent, whose cause it shares.
const INHERITED: u8 = 2;
/// [`Node::done`] was called.
const AWAITED: u8 = 4;
/// It has, or had, a child.
const PARENT: u8 = 8;

fn is_marked(state: u8) -> bool {
    state & (OWN | INHERITED) != 0
}

/// A context's place in the tree.
pub(super) struct Node {
    /// At most one mark, and a bit each for waiters and children.
    state: AtomicU8,
    /// Set under the lock, before the mark that it belongs to. Without an own mark it counts for nothing.
    cause: OnceLock<Cause>,
    /// Closed when the node is marked; nothing is ever sent. Set under the lock, before its bit.
    done: OnceLock<Receiver<Infallible>>,
    told: Mutex<Told>,
}

/// The waiters and children that have to be told of a cancel.
struct Told {
    /// The other end of [`Node::done`].
    close: Option<Sender<Infallible>>,
    children: Slab<Arc<Node>>,
}

impl Node {
    /// A node of its own.
    #[track_caller]
    pub(super) fn root() -> Arc<Self> {
        Node::with(0)
    }

    #[track_caller]
    fn with(state: u8) -> Arc<Self> {
        Arc::new(Node {
            state: AtomicU8::new(state),
            cause: OnceLock::new(),
            done: OnceLock::new(),
            told: Mutex::new(Told { close: None, children: Slab::new() }),
        })
    }

    /// A new node that is cancelled with this one, and its place here.
    #[track_caller]
    pub(super) fn child(&self) -> (Arc<Self>, usize) {
        let mut told = self.told.lock();
        let child = Node::with(if self.add(PARENT) { INHERITED } else { 0 });
        let place = told.children.insert(Arc::clone(&child));
        (child, place)
    }

    /// Makes the place of a child free for another.
    #[track_caller]
    pub(super) fn forget(&self, place: usize) {
        let child = self.told.lock().children.remove(place);
        // After the lock: its channel may go with it.
        drop(child);
    }

    /// Sets a bit, if it is not set, under the lock; returns whether there is a mark.
    #[track_caller]
    fn add(&self, bit: u8) -> bool {
        // Relaxed: if the bit is there, all that is in the state was written under the lock, or read under it by the thread
        // that set the bit.
        let mut state = self.state.load(Ordering::Relaxed);
        if state & bit == 0 {
            // AcqRel: Acquire pairs with the Release in `inherit`, which marks a leaf without its lock: what was done before
            // the cancel has been done before anything that is made with a mark. Release pairs with the Acquire in `done`.
            state = own_line!(self.state.fetch_or(bit, Ordering::AcqRel));
        }
        is_marked(state)
    }

    /// A channel that is closed as soon as the node is marked; made at the first call.
    #[track_caller]
    pub(super) fn done(&self) -> &Receiver<Infallible> {
        // Acquire: pairs with the Release in `add`.
        if own_line!(self.state.load(Ordering::Acquire)) & AWAITED == 0 {
            let mut told = self.told.lock();
            if self.done.get().is_none() {
                let (close, done) = bounded(1);
                self.done.get_or_init(|| done);
                if !self.add(AWAITED) {
                    told.close = Some(close);
                }
            }
        }
        self.done.get().expect("it is set before its bit")
    }

    /// Whether there is a mark.
    #[track_caller]
    pub(super) fn is_cancelled(&self) -> bool {
        // Acquire: pairs with the Release in `cancel` and in `inherit`: who sees the mark sees what was done before
        // the cancel (`context/a_cancel_shows_what_was_before`).
        is_marked(own_line!(self.state.load(Ordering::Acquire)))
    }

    /// Why a marked node is cancelled; `None` if it was cancelled with its parent.
    #[track_caller]
    pub(super) fn cause(&self) -> Option<Cause> {
        // Acquire: pairs with the Release in `cancel`, before which the cause was set, and in `inherit`, before which the
        // parent was marked. Most have looked at the mark before, with an Acquire of their own; who comes because its time on
        // the system's clock is up has not. No check shows that: under an engine that clock stands still.
        let own = own_line!(self.state.load(Ordering::Acquire)) & OWN != 0;
        own.then(|| self.cause.get().cloned().expect("it is set before the mark"))
    }

    /// Cancels the node by itself, and with it its descendants.
    #[track_caller]
    pub(super) fn cancel(&self, cause: Cause) {
        let mut told = self.told.lock();
        let state = self.state.load(Ordering::Relaxed);
        if is_marked(state) {
            return;
        }
        self.cause.get_or_init(|| cause);
        // Release: pairs with the Acquire in `is_cancelled` and in `cause`. It fails if the parent has marked a leaf
        // meanwhile.
        if own_line!(self.state.compare_exchange(state, state | OWN, Ordering::Release, Ordering::Relaxed)).is_ok() {
            told.tell();
        }
    }

    /// Cancels the node with its parent, whose lock is held, and with it its descendants.
    #[track_caller]
    fn inherit(&self) {
        // Release, and below: pairs with the Acquire in `is_cancelled`.
        let marked = own_line!(self.state.compare_exchange(0, INHERITED, Ordering::Release, Ordering::Relaxed));
        if !marked.is_err_and(|state| state & (AWAITED | PARENT) != 0) {
            return;
        }
        let mut told = self.told.lock();
        let state = self.state.load(Ordering::Relaxed);
        if !is_marked(state) {
            own_line!(self.state.store(state | INHERITED, Ordering::Release));
            told.tell();
        }
    }

    /// How many children have a place here.
    #[cfg(test)]
    pub(super) fn children(&self) -> usize {
        self.told.lock().children.len()
    }
}

impl Told {
    /// Lets waiters go on, and cancels the children. Under the lock: a concurrent cancel waits for it, and finds them
    /// cancelled too.
    #[track_caller]
    fn tell(&mut self) {
        drop(self.close.take());
        self.children.iter().for_each(|(_, child)| child.inherit());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;
    use crate::sync::thread;

    /// Does something to a child without waiters and children, while its parent is cancelled.
    fn beside_a_cancel(meanwhile: impl Fn(&Node) + Send + Sync + 'static) {
        verify(move || {
            let root = Node::root();
            let (leaf, _) = root.child();
            thread::scope(|scope| {
                scope.spawn(|| {
                    root.cancel(Cause::Cancelled);
                    assert!(leaf.is_cancelled());
                });
                meanwhile(&leaf);
            });
        });
    }

    /// Rule 2: the mark of a leaf against the bit of its first child.
    #[test]
    fn a_leaf_that_becomes_a_parent_while_it_is_marked() {
        verify(|| {
            let root = Node::root();
            let (leaf, _) = root.child();
            let (grandchild, _) = thread::scope(|scope| {
                scope.spawn(|| root.cancel(Cause::Cancelled));
                leaf.child()
            });
            assert!(leaf.is_cancelled() && grandchild.is_cancelled());
            assert!(leaf.cause().is_none() && grandchild.cause().is_none());
        });
    }

    /// Rule 2: against the bit of its first waiter, which would wait for ever.
    #[test]
    fn a_leaf_that_is_waited_for_while_it_is_marked() {
        beside_a_cancel(|leaf| assert!(leaf.done().recv().is_err() && leaf.is_cancelled()));
    }

    /// Rule 1: two marks at once; a cause that was seen stays the cause.
    #[test]
    fn a_leaf_that_is_marked_from_both_sides() {
        beside_a_cancel(|leaf| {
            let early = leaf.is_cancelled().then(|| leaf.cause());
            leaf.cancel(Cause::DeadlineExceeded);
            let (seen, again) = (leaf.cause(), leaf.cause());
            assert!(leaf.is_cancelled() && seen == again);
            assert!(seen.is_none_or(|cause| cause == Cause::DeadlineExceeded));
            // Marked before it cancelled itself: then with its parent.
            assert!(early.is_none_or(|early| early.is_none() && again.is_none()));
        });
    }

    /// Rule 4: whichever cancel was first, the grandchild is marked when either returns.
    #[test]
    fn a_cancel_that_comes_second_has_waited() {
        verify(|| {
            let root = Node::root();
            let (child, _) = root.child();
            let (grandchild, _) = child.child();
            let cancel = |node: &Node| {
                node.cancel(Cause::Cancelled);
                assert!(child.is_cancelled() && grandchild.is_cancelled());
            };
            thread::scope(|scope| {
                scope.spawn(|| cancel(&root));
                cancel(&child);
            });
        });
    }

    #[test]
    fn a_place_is_taken_again() {
        verify(|| {
            let root = Node::root();
            let (_, first) = root.child();
            root.forget(first);
            let (child, second) = root.child();
            assert_eq!((first, root.children()), (second, 1));
            root.cancel(Cause::Cancelled);
            assert!(child.is_cancelled());
        });
    }
}
