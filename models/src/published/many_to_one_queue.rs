//! A linked queue of many producers and one consumer.
//!
//! **Published:** Dmitry Vyukov's MPSC node-based queue, as Agrona's `ManyToOneConcurrentLinkedQueue` (Java).
//!
//! **Found:** with Lincheck, by `alefedor`, 2020: <https://github.com/aeron-io/agrona/issues/216>. It is what Michael
//! and Scott (PODC 1996) had said of Stone's queue: a thread that has added a value can find the queue empty, because a
//! slower one is not done.
//!
//! **Wrong:** the tail is exchanged first and linked later, and `pop` takes a link that is missing for the end.
//!
//! **Shortest interleaving:** A pushes 1: is the tail, is not linked · B pushes 2 behind it · B pops, and finds the
//! first link missing: nothing, though its own 2 is there.
//!
//! **Repair:** the queue is empty if its head is its tail. If not, a link is being made, and `pop` waits for it. Agrona
//! documents the answer instead, because waiting would not be lock-free.

use selvedge::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use selvedge::sync::{Mutex, thread};

use super::{Arena, PUBLISHED, Queue};

/// No link yet: the first node is behind no other.
const NONE: usize = 0;

#[derive(Debug)]
struct Node {
    value: AtomicU64,
    next: AtomicUsize,
}

/// The queue. Its consumer is the thread that holds the lock of the head.
#[derive(Debug)]
pub struct ManyToOneQueue<const FORM: usize> {
    nodes: Arena<Node>,
    /// The node that was popped last.
    head: Mutex<usize>,
    /// The node that was pushed last.
    tail: AtomicUsize,
}

impl<const FORM: usize> Queue for ManyToOneQueue<FORM> {
    fn new() -> Self {
        let nodes = Arena::new(|| Node { value: AtomicU64::new(0), next: AtomicUsize::new(NONE) });
        ManyToOneQueue { nodes, head: Mutex::new(0), tail: AtomicUsize::new(0) }
    }

    fn push(&self, value: u64) -> Option<u64> {
        let node = self.nodes.allocate();
        self.nodes[node].value.store(value, Ordering::SeqCst);
        let before = self.tail.swap(node, Ordering::SeqCst);
        self.nodes[before].next.store(node, Ordering::SeqCst);
        None
    }

    fn pop(&self) -> Option<u64> {
        let mut head = self.head.lock();
        loop {
            let next = self.nodes[*head].next.load(Ordering::SeqCst);
            if next != NONE {
                *head = next;
                return Some(self.nodes[next].value.load(Ordering::SeqCst));
            }
            if FORM == PUBLISHED || self.tail.load(Ordering::SeqCst) == *head {
                return None;
            }
            thread::yield_now();
        }
    }
}
