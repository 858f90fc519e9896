//! Whether a concurrent history has a sequential explanation.
//!
//! A [`History`] says which operations ran, what each answered, and which had returned before which were invoked. A
//! specification says what the operations would answer one after another: a [`Sequential`] one is a state and a
//! function, a [`Specification`] may also wait, or choose. The history is linearizable if its operations can be put in
//! one order that respects time and that the specification allows (Herlihy and Wing, "Linearizability: a correctness
//! condition for concurrent objects", TOPLAS 1990).
//!
//! ```
//! use selvedge::check::linearizability::{History, Sequential, check};
//!
//! struct Counter;
//!
//! impl Sequential for Counter {
//!     type State = u32;
//!     type Op = u32;
//!     type Ret = u32;
//!
//!     fn initial(&self) -> u32 {
//!         0
//!     }
//!
//!     /// Adds, and answers what there was.
//!     fn apply(&self, total: &mut u32, add: &u32) -> u32 {
//!         std::mem::replace(total, *total + add)
//!     }
//! }
//!
//! let mut history = History::new();
//! history.invoke(0, 1)?; // Thread 0 adds 1,
//! history.invoke(1, 1)?; // and thread 1 meanwhile.
//! history.respond(0, 0)?;
//! history.respond(1, 0)?; // Both saw 0: an update is lost.
//! assert!(!check(&Counter, &history).is_linearizable());
//! # Ok::<(), selvedge::check::linearizability::Malformed>(())
//! ```
//!
//! # Operations that did not return
//!
//! | outcome | when | what an explanation owes it |
//! |---|---|---|
//! | [`Pending`](Outcome::Pending) | the recording ended first, or its caller gave up | nothing: it may have taken effect at any time since its invocation, or never |
//! | [`Blocked`](Outcome::Blocked) | the run came to rest, and it still waits | that it has no effect, and is not enabled in the state in which the order ends |
//!
//! So a run that blocked for ever is right exactly if some order of the operations that returned (and of pending ones,
//! as needed) ends in a state that enables none of the blocked operations. *Some* order, because two orders of
//! concurrent operations may end in different states, and it is enough that one of them explains the run; *none* of the
//! blocked ones, in the *same* state, because all of them waited in that state. An operation of a total specification
//! is enabled everywhere and must never block. Fairness is not required: an operation that was enabled for a while and
//! missed its turn may block. (Line-Up by Burckhardt and others, PLDI 2010, allows an order of its own for each blocked
//! operation; that is weaker.)
//!
//! # How it is decided
//!
//! By the search of Wing and Gong (1993) with Lowe's memo of configurations ("Testing for
//! linearizability", 2017), one partition after another if the operations can be partitioned by key (Horn and Kroening,
//! "Faster linearizability checking via P-compositionality", 2015). A configuration is a place in the history, the
//! operations open there that are already in the order, and the state; its size depends on how many operations are open
//! at a time and not on the length of the history. What is pruned besides, and why that is sound, stands in
//! `search.rs`, `memo.rs` and `reach.rs`.
//!
//! The question is NP-complete (Gibbons and Korach 1997): the time is linear in the length of the
//! history, and may be exponential in the number of operations open at a time. [`Checker::budget`]
//! bounds the time, [`Checker::memory`] the memo.

mod answer;
mod checker;
mod history;
mod memo;
mod object;
mod parts;
mod plan;
mod program_order;
mod reach;
mod real_time;
mod search;
mod specification;
mod states;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Counterexample};
pub use checker::{Checker, Criterion, check, check_by_key};
pub use history::{History, Malformed, Operation, Outcome};
pub use specification::{Next, Sequential, Specification};
