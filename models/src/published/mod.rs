//! Published bugs, rebuilt small: algorithms and library code that were in print or in use until a schedule was found
//! in which they are wrong. One file each; the code is ours, and its header names who published the original, who found
//! the bug, and what repaired it.
//!
//! Both forms are one piece of code, with a parameter `FORM` where they differ. Only their operations are declared, in
//! [`programs`]: no check knows the bug. Every atomic operation is sequentially consistent, so the bugs show on any
//! machine.

pub mod attributes;
pub mod linked_deque;
pub mod many_to_one_queue;
pub mod non_blocking_map;
pub mod overflowing_queue;
pub mod programs;
pub mod snark_deque;
pub mod string_buffer;

use std::array;
use std::ops::Index;

use selvedge::sync::atomic::{AtomicUsize, Ordering};

use crate::room::Room;

pub(crate) const ROOM: Room = Room::of_programs(programs::structures);

/// As it was published.
pub const PUBLISHED: usize = 0;
/// With its repair, or the first of two.
pub const REPAIRED: usize = 1;
/// With both of its repairs.
pub const REPAIRED_TWICE: usize = 2;

/// A queue; if it is full, the oldest makes room and comes back.
pub trait Queue: Send + Sync + 'static {
    /// An empty queue.
    fn new() -> Self;
    /// Appends a value, which is not 0.
    fn push(&self, value: u64) -> Option<u64>;
    /// Takes the oldest.
    fn pop(&self) -> Option<u64>;
}

/// An end of a deque.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The front.
    Left,
    /// The back.
    Right,
}

impl End {
    /// The other one.
    fn opposite(self) -> End {
        match self {
            End::Left => End::Right,
            End::Right => End::Left,
        }
    }
}

/// A queue with two ends.
pub trait Deque: Send + Sync + 'static {
    /// An empty deque.
    fn new() -> Self;
    /// Adds a value, which is not 0, at an end.
    fn push(&self, end: End, value: u64);
    /// Takes the value at an end.
    fn pop(&self, end: End) -> Option<u64>;
}

/// A map from the keys 1 and 2 to values other than 0.
pub trait Map: Send + Sync + 'static {
    /// An empty map.
    fn new() -> Self;
    /// What the key has.
    fn get(&self, key: u64) -> Option<u64>;
    /// Gives the key a value. Returns the one before.
    fn put(&self, key: u64, value: u64) -> Option<u64>;
    /// Takes the key out. Returns its value.
    fn remove(&self, key: u64) -> Option<u64>;
}

/// The values given before the threads, and four more. The first node exists from the beginning.
const NODES: usize = 7;

/// Memory that is never freed: a link is the number of a node, and no number is used again.
#[derive(Debug)]
struct Arena<N> {
    nodes: [N; NODES],
    used: AtomicUsize,
}

impl<N> Arena<N> {
    fn new(node: impl Fn() -> N) -> Self {
        Arena { nodes: array::from_fn(|_| node()), used: AtomicUsize::new(1) }
    }

    /// The number of a new node.
    fn allocate(&self) -> usize {
        self.used.fetch_add(1, Ordering::SeqCst)
    }
}

impl<N> Index<usize> for Arena<N> {
    type Output = N;

    fn index(&self, number: usize) -> &N {
        &self.nodes[number]
    }
}
