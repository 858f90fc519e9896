//! A lock-free deque of doubly linked nodes.
//!
//! **Published:** `java.util.concurrent.ConcurrentLinkedDeque`, by Doug Lea and Martin Buchholz, since Java 7.
//!
//! **Found:** with Lincheck (Koval, Fedorov, Sokolova, Tsitelov and Alistarh, CAV 2023, whose first example it is):
//! JDK-8256833.
//!
//! **Wrong:** a pop goes from the first node past taken nodes to the next, and does not look whether the first node is
//! still the first.
//!
//! **Shortest interleaving:** the deque holds 1 · A pops left: finds the first node · B pushes 2 on the left, and pops 1
//! on the right · A finds 1 taken and no node behind it: nothing, though the deque was never empty.
//!
//! **Repair:** before a pop takes a value, and before it says that there is none, it looks whether a node was put
//! before the one that it began with, and if so begins again.
//!
//! Here a node that was taken stays linked, and a walk begins at one node that is always there: unlinking and the
//! hints to the ends are left out.

use selvedge::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::{Arena, Deque, End, PUBLISHED};

/// No neighbour.
const NONE: usize = usize::MAX;
/// The value of a node that was popped, and of the first node from the beginning.
const TAKEN: u64 = 0;

#[derive(Debug)]
struct Node {
    value: AtomicU64,
    /// The neighbours on the left and on the right.
    links: [AtomicUsize; 2],
}

impl Node {
    /// The neighbour on the side of an end.
    fn link(&self, end: End) -> &AtomicUsize {
        &self.links[end as usize]
    }
}

/// The deque.
#[derive(Debug)]
pub struct LinkedDeque<const FORM: usize> {
    nodes: Arena<Node>,
}

impl<const FORM: usize> LinkedDeque<FORM> {
    fn neighbour(&self, node: usize, end: End) -> usize {
        self.nodes[node].link(end).load(Ordering::SeqCst)
    }

    /// The node at an end.
    fn last(&self, end: End) -> usize {
        let mut node = 0;
        loop {
            match self.neighbour(node, end) {
                NONE => return node,
                next => node = next,
            }
        }
    }
}

impl<const FORM: usize> Deque for LinkedDeque<FORM> {
    fn new() -> Self {
        let links = || [AtomicUsize::new(NONE), AtomicUsize::new(NONE)];
        LinkedDeque { nodes: Arena::new(|| Node { value: AtomicU64::new(TAKEN), links: links() }) }
    }

    fn push(&self, end: End, value: u64) {
        let new = self.nodes.allocate();
        self.nodes[new].value.store(value, Ordering::SeqCst);
        loop {
            let last = self.last(end);
            self.nodes[new].link(end.opposite()).store(last, Ordering::SeqCst);
            let link = self.nodes[last].link(end);
            if link.compare_exchange(NONE, new, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return;
            }
        }
    }

    fn pop(&self, end: End) -> Option<u64> {
        loop {
            let last = self.last(end);
            let mut node = last;
            let value = loop {
                match self.nodes[node].value.load(Ordering::SeqCst) {
                    TAKEN => match self.neighbour(node, end.opposite()) {
                        NONE => break TAKEN,
                        next => node = next,
                    },
                    value => break value,
                }
            };
            if FORM != PUBLISHED && self.neighbour(last, end) != NONE {
                continue;
            }
            if value == TAKEN {
                return None;
            }
            let taken = self.nodes[node].value.compare_exchange(value, TAKEN, Ordering::SeqCst, Ordering::SeqCst);
            if taken.is_ok() {
                return Some(value);
            }
        }
    }
}
