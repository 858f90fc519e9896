//! Programs made of a structure's operations, every execution of which is judged against a sequential
//! specification.
//!
//! A check finds what its author thought of. Here no scenario has to be invented: given how an object is made, its
//! operations, and their sequential specification, [`Programs`] makes small concurrent programs out of them, explores
//! the executions of each program, and decides for each execution whether some order of the operations
//! [explains](super::linearizability) the answers. Lincheck does this for the JVM (Koval and others, CAV 2023); here
//! the engine below can also say that it has seen every schedule.
//!
//! ```
//! use selvedge::check::linearizability::Sequential;
//! use selvedge::check::programs::Programs;
//! use selvedge::check::{Engine, Explorer};
//! use selvedge::sync::Mutex;
//!
//! #[derive(Clone, Debug, PartialEq, Eq, Hash)]
//! enum Op { Push(u32), Pop }
//!
//! struct Stack;
//!
//! impl Sequential for Stack {
//!     type State = Vec<u32>;
//!     type Op = Op;
//!     type Ret = Option<u32>;
//!     fn initial(&self) -> Vec<u32> { Vec::new() }
//!     fn apply(&self, stack: &mut Vec<u32>, op: &Op) -> Option<u32> {
//!         match op { Op::Push(n) => { stack.push(*n); None } Op::Pop => stack.pop() }
//!     }
//! }
//!
//! let programs = Programs::new(Stack, || Mutex::new(Vec::new()), |stack, op| match op {
//!     Op::Push(n) => { stack.lock().push(*n); None }
//!     Op::Pop => stack.lock().pop(),
//! });
//! let programs = programs.operations([Op::Push(1), Op::Push(2), Op::Pop]);
//! let explorer = Explorer::new(Engine::available().last().unwrap()).executions(3);
//! // Every program of two threads with at most two operations each: none fails.
//! let explored = programs.explore(2, 2, &explorer);
//! assert!(explored.report.verdict.holds(), "{explored}");
//! assert_eq!(explored.programs, 78);
//! ```
//!
//! # One declaration
//!
//! As [checks](super::check()) of a test, the same declaration is explored and stressed:
//!
//! ```no_run
//! # use selvedge::check::linearizability::Sequential;
//! # use selvedge::check::programs::Programs;
//! # use selvedge::sync::Mutex;
//! # struct Stack;
//! # impl Sequential for Stack {
//! #     type State = Vec<u32>;
//! #     type Op = ();
//! #     type Ret = ();
//! #     fn initial(&self) -> Vec<u32> { Vec::new() }
//! #     fn apply(&self, _: &mut Vec<u32>, _: &()) {}
//! # }
//! # fn programs() -> Programs<Stack, Mutex<()>> { Programs::new(Stack, || Mutex::new(()), |_, ()| ()).operations([()]) }
//! use selvedge::check::check;
//!
//! // Every program of two threads with at most two operations each, in every schedule.
//! check("small programs").programs(&programs(), 2, 2);
//! // Real threads: round after round, each with a program that is drawn, and a history that is judged.
//! check("under load").stress(&programs(), 4, 30);
//! ```
//!
//! # Programs
//!
//! A [`Program`] has operations *before*, which one thread performs; operations in *parallel*, in some threads; and
//! operations *after* those threads have been joined. [`Programs::explore`] enumerates all up to a size, from few
//! operations to many, so that the first that fails is one of the smallest; [`Programs::run`] takes one. Programs that
//! are too large to enumerate are drawn: [`AnyPrograms::parts`] says from which operations, with which weights, and a
//! program is [read](AnyPrograms::run) from the words of its operations, whatever their type.
//!
//! *Left out as symmetric* are programs that differ from another only in the order of their threads: the threads in
//! parallel are a multiset. That is sound because an operation does not depend on the thread that performs it: renaming
//! threads maps the executions of one program onto those of the other, with the same answers in the same order of time.
//! An object that depends on the calling thread (through a thread-local, say) is not symmetric, and neither is such a
//! `perform`. Nothing else is left out: whether two keys or two values could be exchanged is not known here, and often
//! they cannot (a sum over shards visits them in one order).
//!
//! # Progress
//!
//! [`Programs::lock_free`] checks a claim of another kind. Every program has an operation that is claimed to be
//! lock-free, in a thread of its own. From each point of every schedule of the other threads that operation is run
//! while all of them are stopped for good. It has to return. That is obstruction-freedom (Herlihy, Luchangco and Moir,
//! ICDCS 2003), which lock-freedom and wait-freedom imply: an operation that takes a lock, or waits for another thread
//! to finish its operation, is found, and the report names the lock and the thread that holds it. Whether an operation
//! succeeds while others go on, and in how many steps, is not checked. Nothing is pruned, so keep the programs small.
//!
//! ```
//! use selvedge::check::linearizability::Sequential;
//! use selvedge::check::programs::Programs;
//! use selvedge::check::{Engine, Explorer};
//! use selvedge::sync::Mutex;
//!
//! /// Adds, and answers what there was.
//! struct Counter;
//!
//! impl Sequential for Counter {
//!     type State = u32;
//!     type Op = u32;
//!     type Ret = u32;
//!     fn initial(&self) -> u32 { 0 }
//!     fn apply(&self, total: &mut u32, add: &u32) -> u32 { std::mem::replace(total, *total + add) }
//! }
//!
//! let perform = |total: &Mutex<u32>, add: &u32| Counter.apply(&mut total.lock(), add);
//! let programs = Programs::new(Counter, || Mutex::new(0), perform).operations([1]).lock_free([1]);
//! if let Some(dpor) = Engine::available().find(|&engine| engine == Engine::Dpor) {
//!     let report = programs.explore(2, 1, &Explorer::new(dpor)).report.to_string();
//!     assert!(report.contains("not lock-free: B waits to lock the mutex"), "{report}");
//! }
//! ```
//!
//! # The order of time
//!
//! An explanation has to respect which operations returned before which began. So begins and returns are operations of
//! the execution, which an engine that prunes takes into account. Otherwise it would take an execution in which one
//! thread's write returns before another's read begins, and one in which they overlap, for equivalent if the two share
//! no object, as with a read of the wrong variable.
//!
//! | engine | which orders of time |
//! |---|---|
//! | `dpor` | all: one execution for each order that differs in what was over before what began |
//! | samplers | those of the executions that are drawn |
//! | `threads` | those that happen, by a clock that both ends of an operation advance |
//! | `loom` | none between threads: what happens before what is a question of memory orderings there, and a relaxed load may rightly be late. A program must be sequentially consistent |
//!
//! # Operations that wait
//!
//! A program in which a thread waits for ever fails with the deadlock that the engine reports, unless operations may
//! wait, which [`Programs::unblock`] declares. Then an execution is judged when no thread can go on: the waiting
//! operations are right to wait exactly if some order of the operations that returned ends in a state in which none of
//! the waiting ones is [enabled](super::linearizability). The operations `after` are not performed then.
//!
//! Real threads that wait cannot be told from slow ones, and loom takes them for a deadlock: under these two engines a
//! program in which a thread may rightly wait for ever is [`Vacuous`](Verdict::Vacuous), and under every engine a
//! program is whose operations before or after may wait. [`Programs::explore`] counts such a program, and does not
//! explore it.
//!
//! ```
//! use selvedge::check::linearizability::{Next, Specification};
//! use selvedge::check::programs::Programs;
//! use selvedge::check::{Engine, Explorer};
//! use selvedge::sync::channel::{Receiver, Sender, bounded};
//!
//! #[derive(Clone, Debug, PartialEq, Eq, Hash)]
//! enum Op { Send, Recv }
//!
//! /// A channel with room for one, of which the messages are all alike.
//! struct Channel;
//!
//! impl Specification for Channel {
//!     type State = bool;
//!     type Op = Op;
//!     type Ret = ();
//!     fn initial(&self) -> bool { false }
//!     fn step(&self, full: &bool, op: &Op, _: Option<&()>, next: &mut Next<bool>) {
//!         match (op, full) { (Op::Send, false) => next.becomes(true), (Op::Recv, true) => next.becomes(false), _ => () }
//!     }
//! }
//!
//! type Ends = (Sender<()>, Receiver<()>);
//! let perform = |(sender, receiver): &Ends, op: &Op| match op {
//!     Op::Send => sender.send(()).unwrap(),
//!     Op::Recv => receiver.recv().unwrap(),
//! };
//! let programs = Programs::new(Channel, || bounded(1), perform)
//!     .operations([Op::Send, Op::Recv])
//!     // What a sender waits for is a receiver, and the other way round.
//!     .unblock(|(sender, receiver), op| match op {
//!         Op::Send => receiver.recv().unwrap(),
//!         Op::Recv => sender.send(()).unwrap(),
//!     });
//! let explorer = Explorer::new(Engine::available().last().unwrap()).executions(3);
//! let explored = programs.explore(2, 1, &explorer);
//! assert!(explored.failing.is_none(), "{explored}");
//! ```

mod any;
mod enumerate;
mod judge;
mod parts;
mod program;
mod stress;
mod subject;
#[cfg(test)]
mod tests;
mod untyped;
mod waiting;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::behaviours::Behaviours;
use super::config::Config;
use super::explorer::Explorer;
use super::linearizability::Specification;
use super::story::{Divergence, Story};
use super::verdict::{Report, Verdict};
use subject::{Prepared, Source, Subject};
use untyped::{Table, Untyped};

pub use any::AnyPrograms;
pub use parts::{Kind, Parts};
pub use program::Program;

/// How many arguments of an operation are enumerated: its first.
pub const ARGUMENTS: usize = 2;

/// Programs over the operations of one kind of object. See the [module](self) for an example.
pub struct Programs<S: Specification, O> {
    subject: Arc<Subject<S, O>>,
    /// The operations that are declared.
    operations: Vec<S::Op>,
    /// What programs are made of: places of operations.
    parts: Parts<usize>,
    /// The operations that are claimed to be lock-free, if that is checked.
    lock_free: Option<Vec<usize>>,
}

impl<S, O> Programs<S, O>
where
    S: Specification + Send + Sync + 'static,
    S::Op: Clone + fmt::Debug + Send + Sync + 'static,
    S::Ret: fmt::Debug + Send + 'static,
    O: Sync + 'static,
{
    /// Programs over objects that `make` makes, on which `perform` performs operations, and which should answer what
    /// the specification says. `perform` must depend only on its arguments.
    #[track_caller]
    pub fn new(
        specification: S,
        make: impl Fn() -> O + Send + Sync + 'static,
        perform: impl Fn(&O, &S::Op) -> S::Ret + Send + Sync + 'static,
    ) -> Self {
        let location = Location::caller();
        let (make, perform) = (Box::new(make), Box::new(perform));
        let subject = Subject { specification, make, perform, unblock: None, location };
        Programs { subject: Arc::new(subject), operations: Vec::new(), parts: Parts::default(), lock_free: None }
    }

    /// Operations may wait, as the specification says. `unblock` lets an operation go on that waits for ever, after the
    /// execution has been judged: it is called for one operation after another, by a thread that no other waits for,
    /// and does what the operation waits for.
    pub fn unblock(mut self, unblock: impl Fn(&O, &S::Op) + Send + Sync + 'static) -> Self {
        let subject = Arc::get_mut(&mut self.subject).expect("nothing is explored yet");
        subject.unblock = Some(Box::new(unblock));
        self
    }

    /// Explores whether these operations are lock-free: each in the last thread of a program, beside the operations of
    /// the other threads, which are stopped for good at any point. See the [module](self#progress).
    pub fn lock_free(mut self, operations: impl IntoIterator<Item = S::Op>) -> Self {
        self.lock_free = Some(self.declare(operations));
        self
    }

    /// The operations of which programs are made, in place of those given before, all with the same weight.
    pub fn operations(mut self, operations: impl IntoIterator<Item = S::Op>) -> Self {
        let places = self.declare(operations);
        self.parts.kinds = places.into_iter().map(|op| Kind { weight: 1, operations: vec![op] }).collect();
        self
    }

    /// One more operation, with its arguments, the simplest first. It is drawn in proportion to its weight, and each of
    /// its arguments equally often; only the first [`ARGUMENTS`] of them are enumerated.
    ///
    /// # Panics
    ///
    /// If it can never be drawn.
    pub fn operation(mut self, weight: u32, arguments: impl IntoIterator<Item = S::Op>) -> Self {
        let kind = Kind { weight, operations: self.declare(arguments) };
        assert!(weight > 0 && !kind.operations.is_empty(), "an operation has a weight and an argument");
        self.parts.kinds.push(kind);
        self
    }

    /// The operations before the threads: each program is made with each of these beginnings. By default there is one,
    /// which is empty.
    pub fn before(mut self, beginnings: impl IntoIterator<Item = Vec<S::Op>>) -> Self {
        self.parts.before = beginnings.into_iter().map(|operations| self.declare(operations)).collect();
        self
    }

    /// The operations after the threads, in each program: they look at what is left, and add no schedules.
    pub fn after(mut self, operations: impl IntoIterator<Item = S::Op>) -> Self {
        self.parts.after = self.declare(operations);
        self
    }

    /// Stores operations, and returns their places.
    fn declare(&mut self, operations: impl IntoIterator<Item = S::Op>) -> Vec<usize> {
        let first = self.operations.len();
        self.operations.extend(operations);
        (first..self.operations.len()).collect()
    }

    /// Every program of 2 to `threads` threads with 1 to `length` operations each, from few operations to many. An
    /// operation that is checked for lock-freedom is alone in its thread.
    pub fn enumerate(&self, threads: usize, length: usize) -> Vec<Program<S::Op>> {
        let programs = self.untyped().enumerate(threads, length);
        programs.iter().map(|program| self.typed(program)).collect()
    }

    /// Explores the executions of one program.
    pub fn run(&self, program: &Program<S::Op>, explorer: &Explorer) -> Report {
        untyped::run(self.of(program), program.numbers(), self.lock_free.is_some(), &explorer.config)
    }

    /// Runs the schedule of a failure of a program again, as [`Explorer::replay`] does.
    pub fn replay(&self, program: &Program<S::Op>, story: &Story, explorer: &Explorer) -> (Report, Option<Divergence>) {
        untyped::replay(self.of(program), program.numbers(), self.lock_free.is_some(), story, &explorer.config)
    }

    /// Explores [all programs](Programs::enumerate) up to a size, until one fails. The explorer's time limit is for all
    /// of them together; no search is resumed.
    pub fn explore(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<S::Op> {
        let Explored { programs, exhausted, report, failing } =
            self.untyped().explore(threads, operations, &explorer.config);
        Explored { programs, exhausted, report, failing: failing.map(|program| self.typed(&program)) }
    }

    /// Draws programs of so many threads, with up to so many operations each, as often as they weigh, and runs each once: under
    /// [`threads`](super::Engine::Threads) these are rounds of stress on real threads. There are as many as the explorer runs
    /// executions, from its seed on, until one fails.
    pub fn stress(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<S::Op> {
        let Explored { programs, exhausted, report, failing } =
            self.untyped().stress(threads, operations, &explorer.config);
        Explored { programs, exhausted, report, failing: failing.map(|program| self.typed(&program)) }
    }

    fn untyped(&self) -> Untyped<'_> {
        Untyped { table: self, parts: &self.parts, lock_free: self.lock_free.as_deref() }
    }

    /// The program with the operations at these places.
    fn typed(&self, program: &Program<usize>) -> Program<S::Op> {
        program.map(|&op| self.operations[op].clone())
    }

    /// Makes a program of any operations ready to run.
    fn of(&self, program: &Program<S::Op>) -> Arc<dyn Source> {
        let ops = program.operations().cloned().collect();
        Arc::new(Prepared { subject: Arc::clone(&self.subject), ops })
    }
}

impl<S, O> Table for Programs<S, O>
where
    S: Specification + Send + Sync + 'static,
    S::Op: Clone + fmt::Debug + Send + Sync + 'static,
    S::Ret: fmt::Debug + Send + 'static,
    O: Sync + 'static,
{
    fn op(&self, place: usize) -> String {
        format!("{:?}", self.operations[place])
    }

    fn prepare(&self, program: &Program<usize>) -> Arc<dyn Source> {
        let ops = program.operations().map(|&op| self.operations[op].clone()).collect();
        Arc::new(Prepared { subject: Arc::clone(&self.subject), ops })
    }
}

impl<S: Specification<Op: fmt::Debug>, O> fmt::Debug for Programs<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Programs").field("operations", &self.operations).finish_non_exhaustive()
    }
}

/// The result of exploring many programs.
#[derive(Clone, Debug)]
pub struct Explored<Op> {
    /// How many programs were explored, up to and with the one that failed.
    pub programs: u64,
    /// For how many of them every execution was explored.
    pub exhausted: u64,
    /// The report of all of them together: their executions are added up, and the verdict is the worst.
    pub report: Report,
    /// The program that failed.
    pub failing: Option<Program<Op>>,
}

impl<Op> Explored<Op> {
    /// The empty result for an explorer.
    pub fn none(explorer: &Explorer) -> Self {
        Explored::of(&explorer.config)
    }

    pub(super) fn of(config: &Config) -> Self {
        let reason = "no program has a visible operation, or threads that share something".to_owned();
        let report = config.report(Verdict::Vacuous { reason }, 0, Duration::ZERO);
        Explored { programs: 0, exhausted: 0, report, failing: None }
    }

    /// Adds a program and its report.
    pub fn add(&mut self, program: Program<Op>, report: Report) {
        self.programs += 1;
        self.exhausted += u64::from(report.verdict == Verdict::Exhausted);
        if add_up(&mut self.report, report) {
            self.failing = Some(program);
        }
    }
}

/// Adds a report to that of all programs before. Returns whether it is a failure.
fn add_up(all: &mut Report, report: Report) -> bool {
    all.executions += report.executions;
    all.blocked += report.blocked;
    all.elapsed += report.elapsed;
    all.sc_suffices = match (all.sc_suffices, report.sc_suffices) {
        (Some(all), Some(this)) => Some(all && this),
        (all, this) => all.or(this),
    };
    all.weak.extend(report.weak);
    all.behaviours = Behaviours::union(all.behaviours.take(), report.behaviours);
    if all.remarks.is_empty() {
        // One remark is enough to say what to look at.
        all.remarks.extend(report.remarks);
    }
    let failed = matches!(report.verdict, Verdict::Failed(_));
    match (&all.verdict, &report.verdict) {
        (_, Verdict::Failed(_)) => {
            (all.engine, all.seed) = (report.engine, report.seed);
            all.verdict = report.verdict;
        }
        (Verdict::Unsupported { .. }, _) => (),
        (_, Verdict::Unsupported { .. }) => all.verdict = report.verdict,
        // A program that only reads has one schedule; that is no defect of the exploration of many.
        (Verdict::Cut { .. }, _) | (_, Verdict::Vacuous { .. }) => (),
        // If one program was only sampled or bounded, all together are not exhausted.
        (Verdict::Bounded { .. } | Verdict::Sampled, Verdict::Exhausted) => (),
        (Verdict::Sampled, Verdict::Bounded { .. }) => (),
        _ => all.verdict = report.verdict,
    }
    failed
}

impl<Op> fmt::Display for Explored<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.programs == 1 { "" } else { "s" };
        write!(f, "{} program{s}: {}", self.programs, self.report)
    }
}
