//! Exhaustive exploration under Shuttle: one execution for each Mazurkiewicz trace.
//!
//! Two executions are *equivalent* if one becomes the other by swapping neighbours that commute. The
//! classes are Mazurkiewicz traces (1977). One execution of each shows every outcome, deadlock and panic that is
//! possible under sequential consistency. This is optimal dynamic partial-order reduction with wakeup trees (Abdulla,
//! Aronis, Jonsson and Sagonas, "Source sets: a foundation for optimal dynamic partial order reduction", JACM 64(4),
//! 2017, section 6).
//!
//! # How it works
//!
//! 1. The facade *announces* each operation before the scheduling point that precedes it. A task that has announced
//!    nothing runs code of its own, and is run at once. So at every scheduling point the next operation of each task is
//!    known, and whether it is enabled.
//! 2. The [machines](crate::sync::engine::machine) of the objects that an operation is about say what it does: its
//!    *effects*. Two operations are dependent if they have dependent effects on one object. Program order, starting a
//!    task and dependence make the partial order of the execution, which vector clocks hold ([`trace`](super::trace)).
//! 3. When the execution has ended, each *race* is reversed: a dependent pair e, e' with nothing ordered in between,
//!    where e' could have gone ahead without e. The steps that do not come after e, and then e', are a schedule to be
//!    run from before e: it goes into the *wakeup tree* there.
//! 4. A schedule that is already explored is not added. A step that was explored from a node *sleeps* there, until a
//!    step is taken that does not commute with it. If a sleeping step could as well come first in the new schedule (it
//!    is a *weak initial* of it), the executions of that schedule have been explored.
//! 5. Then the search goes back to the last node with a schedule in its wakeup tree, and runs that.
//! 6. In between, executions are sampled that are no part of the search, so that failures are found early ([`scouts`]).
//!
//! A select that could take from several arms is several steps to the search, one for each arm, and the task takes one
//! of them. Each step has its own effects and its own sleep set entry, and is run from every node where the task is run
//! and the arm is ready. A [choice](crate::check::choose) is a select of which every arm is ready and none has effects.
//! So it is independent of all operations of other tasks, and is made as soon as its task comes to it: by itself it is
//! a persistent set. Blocking is part of an operation: a lock goes ahead while it is free. An unlock and the lock that
//! it enables are ordered, and are not a race. The race is between the two locks ([`trace`](super::trace) says how it
//! is found).
//!
//! # Why nothing is missed
//!
//! Independence is *conditional* here: of three drops of a reference count any two commute, and of two they do not, for
//! the last one runs the destructor (Katz and Peled, "Defining conditional independence using collapses", 1992; Godefroid
//! 1996, section 3.3). An operation is identified by its *label*: its task, the number of operations that the task has
//! done before, and its effects. Where another state gives it other effects, it has another label. Dependence is a
//! fixed relation of labels. This is sound by the first three [laws of the machines](crate::sync::engine::machine),
//! which a test checks in every small state. From them:
//!
//! *Traces.* By the first law, swapping neighbours whose labels are independent changes neither the labels nor the state.
//! So an execution has the same outcomes and failures as all its equivalents. It has the same data races too: no
//! operation acquires what an independent one releases.
//!
//! *Sleep sets.* A step p, with its label, has been explored from a node E. After q it stays asleep if it would do the
//! same behind q, as the machines say, and is independent of q: then E.q.p (E, then q, then p) is E.p.q, by the first
//! law. Where it would do something else, it has another label, of which nothing has been explored, so it wakes. The
//! same holds for p and a schedule v. If p is a step of v, it is a weak initial of v if all steps before it are
//! independent of the label that it has *there*. If p is not a step of v, it is a weak initial if it would do the same
//! behind each step of v and is independent of them all. A select is the exception: which arm it takes behind v is not
//! known, so it is a weak initial only of a v that contains it. What an operation would do at a place that no execution
//! has reached is computed by the machines ([`states`](super::trace::states)), which are exact; nothing is guessed.
//!
//! *Races.* Let P be some of the steps that can be taken from E. Let every sequence of steps that can follow E and
//! begins with one of P be explored, and let w be a sequence that can follow E and is equivalent to none of these. Take
//! a step p of P, and the longest prefix u of w after which p could as well have come first. The next step of w is r,
//! of another task. Suppose that r can go ahead in E.p.u. Then it depends on p, or else p could have come before u and
//! r, and u would not be the longest. Suppose that p keeps r waiting. Then p depends on whatever r does later, by the
//! second law; and if r never goes ahead, the execution fails. No step of u comes after p. So p and r race in an
//! execution that has been explored, and r can go ahead without p. That is found in whichever order the execution was
//! run: whatever else would let r go on is ordered with r, by the third law, and a select sees all of its arms. So the
//! race is reversed: a schedule that begins without p is run from E, or is known. It contains u and all other steps
//! that do not come after p. If one of those depends on r there, though it did not in the explored execution, then it
//! races with r in the new execution, and w is found from there. By induction over the executions, as in the paper
//! (theorem 6.7), w is found.
//!
//! *Selects.* In that argument r is of another task than p. If p is an arm of a select, r may be another arm of it, which
//! sleeps in E: it was run earlier, from a node A above E, and wakes in w by a step q of another task. No execution from
//! E needs to show that q can come first: p and q may be independent. But the sleeping arm and q race in an execution
//! that was run from A, so what leads to q is planned there. It is not enough then that a shorter schedule in A's
//! wakeup tree leads to the same executions, for p may be the first that is run behind it. So what reverses a race of a
//! select's arm is kept whole in the tree, and q comes before p in one execution.
//!
//! That no execution is run twice, and that none is *sleep-set blocked* (found half-way to repeat another), needs the
//! paper's property 7 as well: what depends on p still depends on it after an independent step. In places dependence is
//! too coarse for that here: only the last sender to be dropped closes a channel, but *every* drop of a sender depends
//! on a receive that finds the channel empty. So it is not claimed for every program, but counted: `blocked` in the
//! report. Programs with selects have blocked executions, since a sleeping select is a weak initial only of schedules
//! that contain it.
//!
//! The code *between* operations has no effects on what tasks share. Changes of reference counts, and the drop of
//! messages with the last receiver of a channel, are operations where they [matter](crate::sync::engine). What that
//! code does to an object unnoticed (it clones a channel's end) is recorded with the step before, for the machines.
//!
//! It is checked, not only argued: the tests in `tests/dpor` run *every* small program over each object of the facade,
//! and random larger ones, through this search and through one that prunes [nothing](super::unpruned), and compare the
//! outcomes and the number of partial orders. They compare the outcomes with loom's, and the counts with those
//! published for some hundred programs of the literature, with no execution blocked.
//!
//! # Limits
//!
//! - Sequential consistency. A weak ordering shows as a data race on an
//!   [`UnsafeCell`](crate::sync::UnsafeCell), if it is one ([`race`](super::trace::race)); where no atomic is
//!   weaker than SeqCst and there is no race, SC suffices (Boehm and Adve, PLDI 2008), and the report says so.
//! - What does not go through the facade is not seen. Errors are: an operation of Shuttle's own; a thread of std's that
//!   panics; anything of std's that makes the exploring thread wait; and an object that another execution has made. Not
//!   noticed are a thread of std's that only computes; a `std::thread_local`, which all tasks share; and a
//!   `std::sync::Arc` (which `std::task::Wake` asks for) whose last drop performs operations: an earlier drop is no
//!   operation then, and executions may be missing. The facade's `Arc` is noticed.
//! - A loop that looks and yields waits for a change once it is known to [spin](super::loops): it has made a thousand
//!   turns alone, each like the one before, or thirty-two if a task that knew the same has done so before. From
//!   then on more than two turns are not explored, so a program in which the number of turns is observable is not
//!   explored fully. Nor is a change through a shared reference behind a lock seen, of a `Cell` say: a lock that was
//!   only read is taken to guard an unchanged value.
//! - A loop that counts its turns, and makes more than eight, is explored for eight of them, and the verdict is
//!   `BOUNDED`.
//! - A loop that yields, changes something in each turn, and goes on for ever if its task is alone makes more than eight
//!   turns in a row only where no other task can go on, and the verdict is `BOUNDED`. Such an *endless* loop is held back:
//!   a step that comes after a turn of it which was made late is moved before no step that others could take, and an
//!   execution in which all others sleep is given up. Nothing else is lost by that: in an execution that the bound allows
//!   such a turn comes after all that others could do before it.
//! - Condition variables wake first in, first out.
//! - An attempt that fails spuriously (a weak exchange, a look at a time that is not over yet) does so [as often as it
//!   makes a difference](super::loops), or eight times in a row at a line, and the search is `BOUNDED` if it could again.
//!   A wait ends spuriously, where that is asked for, at most once at the same line and object.
//! - A search in parts (`jobs`, `shard`) has blocked executions, which are counted apart. Why it misses nothing is
//!   argued in [`share`]. A program with two adds to a wait group, of two tasks and not ordered, is not searched in
//!   parts.
//!
//! Memory is that of one execution, its wakeup trees, and a few words for each name.

mod scouts;
mod search;
mod share;
mod tree;

pub(super) use scouts::Scouts;
pub(super) use search::Search;
pub(super) use share::Share;
