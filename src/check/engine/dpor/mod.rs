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
//! 2. What an operation comes to is said by the [machines](crate::sync::engine::machine) of the objects that it is about:
//!    its *effects*. Two operations depend on each other if effects of theirs on one object do. Program order, starting a
//!    task and dependence make the partial order of the execution, which vector clocks hold ([`trace`](super::trace)).
//! 3. When the execution has ended, each *race* is reversed: a pair e, e' that is dependent, with nothing
//!    ordered in between, where e' could have gone ahead without e. The steps that do not come after e,
//!    and then e', are a schedule to be run from before e: it goes into the *wakeup tree* there.
//! 4. Unless it is known. A step that was explored from a node *sleeps* there, until a step is taken that
//!    does not commute with it. Where a sleeper could as well come first in the new schedule, it is a *weak initial* of
//!    it, and what the schedule leads to has been explored.
//! 5. Then the search goes back to the last node with a schedule in its wakeup tree, and runs that.
//! 6. In between, executions are drawn that are no part of the search, so that failures come early ([`scouts`]).
//!
//! A select that could take from several arms is several steps to the search, one for each arm, of which a task takes one:
//! each has effects of its own, is asleep by itself, and is run from every node where it can be and the task is run. A
//! [choice](crate::check::choose) is a select of which every arm is ready and none has effects. So it is independent of all
//! that others do, and is made as soon as its task comes to it: alone it is a persistent set.
//! Blocking is part of an operation: a lock goes ahead while it is free. An unlock and the lock it enables are ordered and
//! are no race; the race is with the lock before ([`trace`](super::trace) says how that is found).
//!
//! # Why nothing is missed
//!
//! Independence is *conditional* here: of three drops of a reference count any two commute, and of two they do not, for
//! the last one runs the destructor (Katz and Peled, "Defining conditional independence using collapses", 1992; Godefroid
//! 1996, section 3.3). An operation is known by its *label*: its task, how many it has done before, and its effects. Where
//! the state makes it come to something else, it is another label. Dependence is a fixed relation of labels. What makes
//! that sound are the first three [laws of the machines](crate::sync::engine::machine), which a test holds against every
//! small state. From them:
//!
//! *Traces.* By the first law, swapping neighbours whose labels are independent changes neither the labels nor the state.
//! So an execution stands for all its equivalents, whose outcomes and failures are its own, and so do the races on memory:
//! no label takes in what an independent one hands on.
//!
//! *Sleep sets.* A step p, with its label, has been explored from a node E. After q it sleeps on if it would do the same
//! behind q, by the machines, and what it does is independent of q: then E.q.p is E.p.q, by the first law. Where it would
//! do something else, it is another label, of which nothing has been explored, and is awake. So it is with p and a
//! schedule v: p is a weak initial of v if p is a step of v, and all before it are independent of the label that it has
//! *there*; or if it is none, and would do the same behind each step of v, and is independent of them all. Only, which arm a
//! select takes behind v is not known, so that it is a weak initial of a v that it is a step of, and of no other. What an
//! operation would do at a place where no execution has been is asked of the machines
//! ([`states`](super::trace::states)), which are exact; nothing is guessed.
//!
//! *Races.* Let all executions that begin with one of some steps from E be explored, and let w be one that begins with
//! none of them, up to equivalence. Take such a step p, and the longest prefix u of w after which p could as well have come
//! first. The next step of w is r, of another task. In E.p.u either r can go ahead, and then it depends on p: if not, p
//! could come before r as well. Or p keeps it waiting; then by the second law p depends on whatever r comes to later, and
//! if it never comes to anything, the execution fails. Nothing of u comes after p. So p and r race in an execution that has
//! been explored, and r can go ahead without p. That is seen in whichever order the execution was run: what else would let
//! r go on is ordered with it, by the third law, and a select sees all of its arms. So the race is reversed: a schedule that begins without p is run from E,
//! or is known. It has u, and what else does not come after p. If some of that depends on r, which it did not in the
//! execution, then r and that race in what is run, and it is found from there. By induction over the executions, as in the
//! paper (theorem 6.7), w is found.
//!
//! That no execution is run twice, and none is found to have been explored when it is half run (*sleep-set blocked*),
//! rests on the paper's property 7 besides: what depends on p still does after a step that does not. Dependence here is
//! coarser than it would have to be for that in places (the last sender that goes closes a channel, and *each* that goes
//! depends on who finds it empty). So that is not claimed of every program, but counted: `blocked` in the report.
//! Programs that select have such executions, since a sleeping select stands for nothing that it is no step of.
//!
//! The code *between* operations has no effects on what tasks share: reference counts, which
//! it may change, and what is dropped with the last receiver of a channel, are operations where they
//! [matter](crate::sync::engine). Of what it does to an object without being noticed (a clone of a channel's end), the step
//! before keeps a note, for the machines.
//!
//! It is checked, not only argued: the tests in `tests/dpor` run *every* program of some operations over each object of
//! the facade, and larger ones that are drawn, through this search and through one that prunes [nothing](super::unpruned),
//! and compare the outcomes and the number of partial orders; they compare the outcomes with loom's; and they hold the
//! published counts of some hundred programs of the literature, with not one execution blocked.
//!
//! # Limits
//!
//! - Sequential consistency. A weak ordering shows as a data race on an
//!   [`UnsafeCell`](crate::sync::UnsafeCell), if it is one ([`race`](super::trace::race)); where no atomic is
//!   weaker than SeqCst and there is no race, SC suffices (Boehm and Adve, PLDI 2008), and the report says so.
//! - What does not go through the facade is not seen. An operation of Shuttle's own is an error, and so are a thread of std's
//!   that panics, whatever makes the thread that explores wait for something of std's, and an object that another execution
//!   has made. Not noticed are a thread of std's that only computes; a `std::thread_local`, which all tasks share; and a
//!   `std::sync::Arc` (which `std::task::Wake` asks for) whose last drop performs operations: the drop before it is none,
//!   and executions may be missing. The facade's is noticed.
//! - A loop that looks and yields waits for a change once it is known to [spin](super::loops): it has made a thousand
//!   turns alone, each like the one before, or thirty-two where a task that knew the same has done so before. How
//!   often it went round is not explored then beyond twice, and a program that tells is not seen to. Nor is a change behind a lock by a shared reference, of a `Cell` say: a lock that was only read is
//!   taken to guard what it did before.
//! - A loop that counts its turns, and makes more than eight, is explored so far, and `BOUNDED`.
//! - A loop that yields, and changes something for good in each turn, has no last turn; a search of it ends in `CUT`.
//! - Condition variables wake first in, first out.
//! - An attempt that fails without a reason (a weak exchange, or one before it is time) does so [as often as it makes a
//!   difference](super::loops), and eight times in a row at a line: the search is `BOUNDED` where it could again. A wait
//!   that ends so, where that is asked for, does once at the same line and object.
//! - A search in parts (`jobs`, `shard`) has blocked executions, which are counted apart, and an argument of its own why it
//!   misses nothing; see [`share`].
//!
//! Memory is that of one execution, its wakeup trees, and a few words for each name.

mod scouts;
mod search;
mod share;
mod tree;

pub(super) use scouts::Scouts;
pub(super) use search::Search;
pub(super) use share::Share;
