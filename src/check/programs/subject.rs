//! What programs are run on.
//!
//! Only the code in this file is compiled for each type of object. A run knows the operations of a program by their
//! [numbers](Program::numbers), and performs them through [`Object`].

use std::fmt::Debug;
use std::panic::Location;
use std::sync::Arc;

use parking_lot::Mutex;

use super::program::Program;
use super::waiting::{Waiting, waiting};
use crate::check::linearizability::{
    Answer, Checker, Counterexample, Criterion, History, Operation, Outcome, Specification,
};

type Perform<O, Op, Ret> = dyn Fn(&O, &Op) -> Ret + Send + Sync;
/// Lets an operation go on that waits for ever.
type Unblock<O, Op> = dyn Fn(&O, &Op) + Send + Sync;

/// What happens to an operation, given by its number, in a process.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Invoked {
        process: usize,
        number: usize,
    },
    Returned {
        process: usize,
        number: usize,
    },
    /// The operation under way in this process waits for ever.
    Blocked {
        process: usize,
    },
    Barrier,
}

/// Why no order explains what was answered.
pub(super) struct Misfit {
    pub(super) why: Counterexample,
    /// By the number of the operation in the history: the operation and its answer, in words.
    pub(super) words: Vec<String>,
}

/// The object of one execution, and the operations that are performed on it.
pub(super) trait Object: Sync {
    /// Performs an operation, and keeps its answer.
    fn perform(&self, number: usize);

    /// Lets an operation go on that waits for ever.
    fn unblock(&self, number: usize);

    /// An operation in words.
    fn op(&self, number: usize) -> String;

    /// Words for the begin of an operation; called for each operation that begins.
    fn begins(&self, number: usize) -> String;

    /// Words for the return of an operation, with its answer.
    fn returns(&self, number: usize) -> String;

    /// Whether operations may wait.
    fn may_wait(&self) -> bool;

    /// Looks for an order that explains the answers, and takes the answers away.
    fn explain(&self, events: &[Event], criterion: Criterion) -> Result<(), Misfit>;
}

/// A program whose operations are known by their numbers, and the objects that it is run on.
pub(super) trait Source: Send + Sync {
    /// Makes an object for an execution.
    fn start(&self) -> Box<dyn Object + '_>;

    /// Which threads may wait for ever; `None` if no operation may wait.
    fn waiting(&self, program: &Program<usize>) -> Option<Waiting>;

    /// The line to which the report of a failure points where an operation begins or has returned.
    fn location(&self) -> &'static Location<'static>;

    /// An operation in words.
    fn op(&self, number: usize) -> String;
}

/// How objects are made, and what operations do to them.
pub(super) struct Subject<S: Specification, O> {
    pub(super) specification: S,
    pub(super) make: Box<dyn Fn() -> O + Send + Sync>,
    pub(super) perform: Box<Perform<O, S::Op, S::Ret>>,
    /// Set if operations may wait.
    pub(super) unblock: Option<Box<Unblock<O, S::Op>>>,
    pub(super) location: &'static Location<'static>,
}

/// The operations of a program, by number, and the subject that they are performed on.
pub(super) struct Prepared<S: Specification, O> {
    pub(super) subject: Arc<Subject<S, O>>,
    pub(super) ops: Vec<S::Op>,
}

/// The object of one execution of a program.
pub(super) struct Performed<'a, S: Specification, O> {
    subject: &'a Subject<S, O>,
    pub(super) calls: Calls<'a, S>,
    object: O,
}

/// The operations of a program, and the answers of those that have returned.
pub(super) struct Calls<'a, S: Specification> {
    ops: &'a [S::Op],
    pub(super) answers: Vec<Mutex<Option<S::Ret>>>,
}

impl<S: Specification, O> Prepared<S, O> {
    /// Makes an object for an execution.
    pub(super) fn object(&self) -> Performed<'_, S, O> {
        Performed { subject: &self.subject, calls: Calls::new(&self.ops), object: (self.subject.make)() }
    }
}

impl<'a, S: Specification> Calls<'a, S> {
    fn new(ops: &'a [S::Op]) -> Self {
        Calls { ops, answers: ops.iter().map(|_| Mutex::new(None)).collect() }
    }
}

impl<S: Specification> Calls<'_, S>
where
    S::Op: Clone + Debug,
    S::Ret: Debug,
{
    fn op(&self, number: usize) -> String {
        format!("{:?}", self.ops[number])
    }

    fn begins(&self, number: usize) -> String {
        format!("{:?} begins", self.ops[number])
    }

    fn returns(&self, number: usize) -> String {
        let answer = self.answers[number].lock();
        format!("{:?} returns {:?}", self.ops[number], answer.as_ref().expect("it has returned"))
    }

    fn explain(&self, specification: &S, events: &[Event], criterion: Criterion) -> Result<(), Misfit> {
        let mut history = History::new();
        for event in events {
            let taken = match *event {
                Event::Invoked { process, number } => history.invoke(process, self.ops[number].clone()),
                Event::Returned { process, number } => {
                    history.respond(process, self.answers[number].lock().take().expect("it has returned"))
                }
                Event::Blocked { process } => history.block(process),
                Event::Barrier => {
                    history.barrier();
                    continue;
                }
            };
            taken.expect("a process performs one operation after another");
        }
        let words = |operation: &Operation<S::Op, S::Ret>| match operation {
            Operation { op, outcome: Outcome::Returned(ret), .. } => format!("{op:?} = {ret:?}"),
            Operation { op, .. } => format!("{op:?} waits"),
        };
        match Checker::new().criterion(criterion).check(specification, &history) {
            Answer::Linearizable(_) => Ok(()),
            Answer::NotLinearizable(why) => {
                Err(Misfit { why, words: history.operations().iter().map(words).collect() })
            }
            Answer::Undecided { .. } => unreachable!("a search without a budget decides"),
        }
    }
}

impl<S, O> Source for Prepared<S, O>
where
    S: Specification + Send + Sync,
    S::Op: Clone + Debug + Send + Sync,
    S::Ret: Debug + Send,
    O: Sync,
{
    fn start(&self) -> Box<dyn Object + '_> {
        Box::new(self.object())
    }

    fn waiting(&self, program: &Program<usize>) -> Option<Waiting> {
        self.subject.unblock.is_some().then(|| waiting(&self.subject.specification, &self.ops, program))
    }

    fn location(&self) -> &'static Location<'static> {
        self.subject.location
    }

    fn op(&self, number: usize) -> String {
        format!("{:?}", self.ops[number])
    }
}

impl<S, O> Object for Performed<'_, S, O>
where
    S: Specification + Sync,
    S::Op: Clone + Debug + Sync,
    S::Ret: Debug + Send,
    O: Sync,
{
    fn perform(&self, number: usize) {
        let ret = (self.subject.perform)(&self.object, &self.calls.ops[number]);
        *self.calls.answers[number].lock() = Some(ret);
    }

    fn unblock(&self, number: usize) {
        let unblock = self.subject.unblock.as_ref().expect("where operations may wait, it is known how one goes on");
        unblock(&self.object, &self.calls.ops[number]);
    }

    fn op(&self, number: usize) -> String {
        self.calls.op(number)
    }

    fn begins(&self, number: usize) -> String {
        self.calls.begins(number)
    }

    fn returns(&self, number: usize) -> String {
        self.calls.returns(number)
    }

    fn may_wait(&self) -> bool {
        self.subject.unblock.is_some()
    }

    fn explain(&self, events: &[Event], criterion: Criterion) -> Result<(), Misfit> {
        self.calls.explain(&self.subject.specification, events, criterion)
    }
}
