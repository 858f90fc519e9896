//! **Wrong:** each philosopher takes the left fork, and then the right one.
//!
//! **From:** Dijkstra, "Hierarchical ordering of sequential processes", 1971.
//!
//! **Shortest interleaving:** each takes the left fork · each waits for the right one.
//!
//! **Seen by** loom and Shuttle, though a sampler needs two switches at the right places; real threads
//! rarely. A sampler that meets no deadlock only reports inversions of two locks, and this circle has
//! three.

use crate::locks::Table;

/// A table at which all can starve.
#[derive(Debug)]
pub enum ThreePhilosophers {}

impl Table for ThreePhilosophers {
    fn forks(n: usize) -> [usize; 2] {
        [n, (n + 1) % 3]
    }
}
