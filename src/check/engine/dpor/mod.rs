//! Exhaustive exploration under Shuttle: one execution for each Mazurkiewicz trace.
//!
//! Two executions are *equivalent* if one becomes the other by swapping neighbours that commute. The
//! classes are Mazurkiewicz traces (1977), and whoever has seen one execution of each has seen every
//! outcome, deadlock and panic under sequential consistency. This is optimal dynamic partial-order
//! reduction with wakeup trees (Abdulla, Aronis, Jonsson and Sagonas, "Source sets: a foundation for
//! optimal dynamic partial order reduction", JACM 64(4), 2017, section 6).
//!
//! # How it works
//!
//! 1. The facade *announces* each operation before the scheduling point that precedes it. A task that
//!    has announced nothing runs code of its own, and is run at once. So at every point it is known what
//!    each task does next, and whether it can.
//! 2. When an operation has gone ahead, its *effects* on objects are known
//!    ([`Effect`](crate::sync::engine::effect::Effect)). Two operations depend on each other if effects of
//!    theirs on one object do. Program order, starting a task and dependence make the partial order of
//!    the execution, which vector clocks hold ([`trace`](super::trace)).
//! 3. When the execution has ended, each *race* is reversed: a pair e, e' that is dependent, with nothing
//!    ordered in between, where e' could have gone ahead without e. The steps that do not come after e,
//!    and then e', are a schedule to be run from before e: it goes into the *wakeup tree* there.
//! 4. Unless it is known. A task that was explored from a node *sleeps* there, until a step is taken that
//!    depends on its own. Where a sleeper's step could as well come first in the new schedule, what the
//!    schedule leads to has been explored.
//! 5. Then the search goes back to the last node with a schedule in its wakeup tree, and runs that.
//!
//! An operation that chooses (a select with several arms ready) is followed by a step of its own for the
//! outcome, and all outcomes are explored. Blocking is part of an operation: a lock goes ahead while it is
//! free. An unlock and the lock it enables are ordered and are no race; the race is with the lock
//! before ([`trace`](super::trace) says how that is found).
//!
//! # Why nothing is missed
//!
//! The theorem is the paper's (6.7 and 7.5): if dependence is *valid*, the search runs an execution of
//! every trace, and none twice. What has to hold here is therefore that the relation is valid: that two
//! neighbours which it calls independent commute, that swapping them changes neither what they do nor
//! what anything else depends on, and that an operation is enabled by what it depends on alone.
//! [`Effect::dependent`](crate::sync::engine::effect::Effect::dependent) argues that case by case; where an
//! effect depends on the state (the k-th receive), it is the effect that was seen, which independent
//! operations cannot change. What an operation would do in a schedule that has not been run follows from
//! the state it meets there ([`predict`](super::trace)); where that cannot be told it counts as
//! dependent on everything, which may cost executions and loses none.
//!
//! The code *between* operations has no effects on what tasks share: the facade's reference counts, which
//! it may change, are operations where they [matter](crate::sync::engine).
//!
//! It is checked, not only argued: the tests in `tests/dpor` run generated programs over every object of
//! the facade through this search and through one that prunes [nothing](super::unpruned), and compare the
//! outcomes and the number of partial orders; they compare the outcomes with loom's; and they hold the
//! published counts of some twenty programs of the literature, with not one execution blocked.
//!
//! # Limits
//!
//! - Sequential consistency. A weak ordering shows as a data race on an
//!   [`UnsafeCell`](crate::sync::UnsafeCell), if it is one ([`race`](super::trace::race)); where no atomic is
//!   weaker than SeqCst and there is no race, SC suffices (Boehm and Adve, PLDI 2008), and the report says so.
//! - What does not go through the facade is not seen. An operation of Shuttle's own is an error; a
//!   `std::sync::Arc` whose last drop performs operations is not noticed, the facade's is.
//! - A turn of a loop that ends in `yield_now` and has only looked is taken to repeat until something that
//!   it looked at changes. A loop that counts its turns and gives up is not explored past that.
//! - A loop that yields, and changes something in each turn (it takes a lock, say), has no last turn, and a
//!   search of it ends in `CUT`.
//! - Condition variables wake first in, first out, and never spuriously.
//! - 64 tasks in one execution.
//! - Where a select has several arms ready, all are explored each time it is reached, and some of that may
//!   have been explored before: such programs can have blocked executions, which are counted apart, and now
//!   and then run one trace twice. Nothing is missed. Nor is it where somebody attempts to send on a rendezvous:
//!   whom that would meet is not predicted, so such programs can have blocked executions too.
//!
//! Memory is that of one execution, its wakeup trees, and a few words for each name.

mod search;
mod share;
mod tree;

pub(super) use search::Search;
pub(super) use share::Share;
