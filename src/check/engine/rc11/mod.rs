//! Every execution that RC11 allows, each once: the search by itself, over programs of atomics, fences and threads.

mod access;
mod clock;
mod consistency;
mod graph;
mod revisit;
mod search;
mod tests;

/// Whose axioms the executions keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    /// RC11, with the release sequences of C++20.
    Rc11,
    /// Sequential consistency.
    Sc,
}
