//! The engine `rc11`: one execution of each graph that the memory model RC11 allows, under Shuttle.
//!
//! The model is RC11 (Lahav, Vafeiadis, Kang, Hur and Dreyer, *Repairing sequential consistency in C/C++11*, PLDI 2017)
//! with the release sequences of C++20, which are Rust's. The search is TruSt (Kokologiannakis, Marmanis, Gladstein and
//! Vafeiadis, *Truly stateless, optimal dynamic partial order reduction*, POPL 2022).
//!
//! # How it works
//!
//! An execution is a [`graph`] of events: what each thread has done, which write each read *reads from*, and the
//! *modification order* of each location. The model says which graphs are consistent. The search goes from one graph to
//! the next. For each the program is run from its start, its reads are answered from the graph, and where the graph
//! ends, it is extended:
//!
//! 1. A read is added with the last write of its location, and an [item](search) is noted for each other write that it
//!    may read from: those that are not before a write that it knows of (*coherence*).
//! 2. A write is added as the last of its location, and an item is noted for each other place that it may have; a
//!    read-modify-write has only the place right after the write that it reads from.
//! 3. A read that was added before could have read from a new write too. It is [revisited](revisit): in a graph of its
//!    own the read reads from the write, and the events after the read are gone, except those that the write depends
//!    on.
//! 4. When no thread can go on, the execution is over, and the search goes back to the newest item: newer events are
//!    cut off, the item is carried out, and if the graph is [consistent](consistency), the program is run again.
//!
//! Coherence and atomicity hold for every graph by construction: *happens-before* is kept as a [clock](clock) of each
//! event, and says which writes are too old. What is left of the model is that SC accesses and fences can be put in one
//! order (`psc` has no cycle), which a choice other than the last can break.
//!
//! The [machine](crate::sync::engine::machine) of an object says what its value is and what an operation makes of it.
//! It is put into the state that the operation finds according to the graph. So the facade does nothing differently
//! here; only which thread goes on, and on which state, is decided by the search.
//!
//! # Locks and other objects
//!
//! An operation on an object is a [read-modify-write](access) of its machine's state. An operation that cannot go ahead
//! in the last state waits, and is no event. One that is added could perhaps have gone ahead in an earlier state, which
//! another operation reads already: then it is added there too, without a place, and revisits the other. If the other
//! cannot go ahead behind it any more, it is taken away as well, and its thread waits. The events that the revisiting
//! operation depends on are fixed; this keeps the two from being reversed again. So six threads with a critical section
//! each have 720 executions, and none is blocked.
//!
//! That is how mutexes, condition variables and what is done once are searched, whose operations seldom commute. At other
//! objects operations that [commute](commute) are not ordered: the machine's effects say which are dependent.
//!
//! A select first *chooses* an arm, or to go on without one, and then waits for it; the choice is an event. If it waits
//! in vain, and could have gone on another way, the execution is given up: that choice is another execution. Channels that
//! a select looks at in one step are one location [together](together). What is in [statics](statics) is made before all else.
//!
//! The beginnings and returns of the operations in a history are no events: they order nothing.
//!
//! A wait on a condition variable sleeps and lets the mutex go in one step: two read-modify-writes, joined in the order of
//! SC events. It ends with the lock, which comes after the notification that woke it.
//!
//! # Why nothing is missed, and little run twice
//!
//! Take any consistent execution. Follow the search as far as its graph is a part of that execution; take the next event
//! that the search adds. If it is in the execution too, as a read from a write of the graph or as a write behind a
//! write of the graph, one of the items makes it so. If the read's write was not added yet, let the search go on: the
//! read reads from the last write, and further events are added in the maximal way until the write is added. Then the
//! write revisits the read, and all events that are not in the execution are taken away. The rule that each of those
//! was added as the last (*maximal*) fixes which events they are and what they read: so exactly one graph makes the
//! revisit, and the execution is found once. The events on which a revisiting write depends are *fixed*, for they were
//! added for its sake. A read-modify-write that reads from the same write as another has no place; it is added
//! nevertheless, since from there it revisits the other.
//!
//! From each consistent graph some complete execution is reached. So a run of the program is in vain, and counted as
//! *blocked*, only where a select has waited for the arm that it chose, or a loop reads an old value again (see the
//! limits). Memory is that of one graph for each revisit on the way to the running execution, and its items.
//!
//! It is checked, not only argued: an oracle that knows only the axioms builds all graphs of small random programs, and
//! the search finds the same graphs, none twice, whichever thread goes on; `tests/litmus` has published counts. The
//! same search under the axioms of sequential consistency has the same counts as [`dpor`](super::dpor).
//!
//! A search can be cut and go on, and be done in parts: see [`trail`].
//!
//! # Limits
//!
//! - Over objects whose operations commute some executions are run twice: about 4 in 100, over the random programs in
//!   the tests.
//! - A part of a search that finds out behind the cut what the events are is `CUT`: see [`trail`].
//! - RC11 forbids *load buffering*: two threads that each read what the other writes after its read. Hardware and Rust allow
//!   it.
//! - A look at an object whose operations [commute](commute), like a count of owners, an attempt that a read-write lock
//!   refuses, or a channel found empty, is one of its operations: it sees what its thread has come to know of in whatever
//!   way, by a relaxed load too. On a machine it could see less.
//! - No consume, no accesses of mixed sizes.
//! - A data race is reported, and is where the exploration ends: the values that racing accesses read are those of memory.
//!   The use of an atomic that nothing orders after its making is one.
//! - An unpark that finds the token there already is a look, and hands nothing on: where std's is a swap, a thread that is
//!   parked could come to know of it.
//! - A loop that looks and yields, and [goes on](spin) like that, waits until something that it has looked at changes. An
//!   execution in which it looks at the old again is counted as blocked; what its threads have allocated is leaked. Threads
//!   that go round in a circle together come to the limit of operations.
//! - A deadlock is where the exploration ends: the orders that could only be reached behind it are not looked for.
//! - At most 64 threads in one execution: more are `UNSUPPORTED`. So is a bound on preemptions, which say little of a graph.
//! - An execution that is not sequentially consistent is checked in more than quadratic time, for `psc`; others in linear.

mod access;
mod clock;
mod commute;
mod consistency;
mod deed;
mod driver;
mod event;
mod extend;
mod graph;
mod knowledge;
mod look;
mod operate;
mod order;
mod race;
mod repair;
mod retry;
mod revisit;
mod search;
mod share;
mod spin;
mod statics;
mod steps;
#[cfg(test)]
mod tests;
mod together;
mod trail;
mod ways;
mod weave;

pub(super) use driver::Driver;
pub(super) use driver::asked::Asked;
pub(super) use repair::Witness;
pub(super) use share::Share;
pub(super) use weave::Weave;

/// The axioms that the executions satisfy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Model {
    /// RC11, with the release sequences of C++20.
    #[default]
    Rc11,
    /// Sequential consistency.
    Sc,
}
