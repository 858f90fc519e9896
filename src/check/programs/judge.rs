//! One execution of a program: it is run, what it answered is written down, and an order is looked for that
//! explains it.

use std::fmt::Debug;
use std::panic::Location;

use parking_lot::Mutex;

use super::program::{Program, letter, table};
use crate::check::explorer::require;
use crate::check::linearizability::{
    Answer, Checker, Counterexample, Criterion, History, Operation, Outcome, Specification,
};
use crate::sync::{Moments, thread};

type Perform<O, Op, Ret> = dyn Fn(&O, &Op) -> Ret + Send + Sync;
/// Lets an operation go on that waits for ever.
pub(super) type Unblock<O, Op> = dyn Fn(&O, &Op) + Send + Sync;

/// What programs are run on.
pub(super) struct Subject<S: Specification, O> {
    pub(super) specification: S,
    pub(super) make: Box<dyn Fn() -> O + Send + Sync>,
    pub(super) perform: Box<Perform<O, S::Op, S::Ret>>,
    /// The line to which the report of a failure points where an operation begins or has returned.
    pub(super) location: &'static Location<'static>,
}

/// An operation that has returned, and the moments at which it began and did.
pub(super) struct Call<Ret> {
    pub(super) invoked: u64,
    pub(super) ret: Ret,
    pub(super) responded: u64,
}

/// What a thread has done so far.
pub(super) struct Calls<Ret> {
    pub(super) done: Vec<Call<Ret>>,
    /// The operation that has not returned, by its place in the thread, and the moment at which it began.
    pub(super) open: Option<(usize, u64)>,
}

/// What an execution answered.
pub(super) struct Recorded<Ret> {
    before: Vec<Ret>,
    pub(super) parallel: Vec<Calls<Ret>>,
    after: Vec<Ret>,
}

/// How a failure begins that is one of this criterion.
pub(super) fn name(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Linearizable => "not linearizable",
        Criterion::SequentiallyConsistent => "not sequentially consistent",
        Criterion::QuiescentlyConsistent => "not quiescently consistent",
    }
}

impl<S, O> Subject<S, O>
where
    S: Specification + Sync,
    S::Op: Clone + Debug + Sync,
    S::Ret: Debug + Send,
    O: Sync,
{
    /// Judges what came of a program.
    pub(super) fn judge(&self, program: &Program<S::Op>, recorded: Recorded<S::Ret>, criterion: Criterion) {
        let history = history(program, recorded);
        match Checker::new().criterion(criterion).check(&self.specification, &history) {
            Answer::Linearizable(_) => (),
            Answer::NotLinearizable(why) => require(false, || tell(program, &history, &why, criterion)),
            Answer::Undecided { .. } => unreachable!("a search without a budget decides"),
        }
    }

    /// Runs the program, and hands what it answered to `judge`: when all operations have returned, or, where they may
    /// wait, when nobody can go on. Whoever waits then is let go by `unblock`, and what comes of that is not judged. The
    /// operations of the thread with the number `alone` run with the others stopped.
    pub(super) fn execute(
        &self,
        program: &Program<S::Op>,
        alone: Option<usize>,
        unblock: Option<&Unblock<O, S::Op>>,
        judge: impl Fn(Recorded<S::Ret>),
    ) {
        let object = (self.make)();
        let moments = Moments::new(self.location);
        let all: Vec<Mutex<Calls<S::Ret>>> =
            program.parallel.iter().map(|_| Mutex::new(Calls { done: Vec::new(), open: None })).collect();
        let perform = |op: &S::Op| (self.perform)(&object, op);
        let call = |thread: usize, number: usize, op: &S::Op| {
            let calls = &all[thread];
            let invoked = moments.invoke(|| format!("{op:?} begins"));
            calls.lock().open = Some((number, invoked));
            let ret = perform(op);
            let responded = moments.respond(|| format!("{op:?} returns {ret:?}"));
            let mut calls = calls.lock();
            calls.open = None;
            calls.done.push(Call { invoked, ret, responded });
        };
        // What one thread does by itself is in order anyway, and need not be announced.
        let before = program.before.iter().map(perform).collect();
        let take = || {
            let taken = |calls: &Mutex<Calls<_>>| {
                let mut calls = calls.lock();
                Calls { done: std::mem::take(&mut calls.done), open: calls.open }
            };
            all.iter().map(taken).collect()
        };
        let open = || all.iter().map(|calls| calls.lock().open).collect::<Vec<_>>();
        let waits = |open: &[Option<(usize, u64)>]| {
            let mut waiting = open.iter().zip(&program.parallel);
            waiting.find_map(|(open, ops)| open.map(|(number, _)| &ops[number]))
        };
        let (call, moments) = (&call, &moments);
        let unjudged = thread::scope(|scope| {
            for (thread, ops) in program.parallel.iter().enumerate() {
                let calls = move || ops.iter().enumerate().for_each(|(number, op)| call(thread, number, op));
                scope.spawn(move || if alone == Some(thread) { moments.alone(calls) } else { calls() });
            }
            let Some(unblock) = unblock.filter(|_| moments.settle() && waits(&open()).is_some()) else {
                return Some(before);
            };
            judge(Recorded { before, parallel: take(), after: Vec::new() });
            let mut left = open();
            while let Some(op) = waits(&left) {
                unblock(&object, op);
                moments.settle();
                let before = std::mem::replace(&mut left, open());
                require(left != before, || format!("{op:?} waits on, after what it waits for was done"));
            }
            None
        });
        if let Some(before) = unjudged {
            let after = program.after.iter().map(perform).collect();
            judge(Recorded { before, parallel: take(), after });
        }
    }
}

/// What happened, in the order of its moments.
fn history<Op: Clone, Ret>(program: &Program<Op>, recorded: Recorded<Ret>) -> History<Op, Ret> {
    let Recorded { before, parallel, after } = recorded;
    let main = program.parallel.len();
    let mut history = History::new();
    let alone = |history: &mut History<Op, Ret>, ops: &[Op], rets: Vec<Ret>| {
        for (op, ret) in ops.iter().zip(rets) {
            history.invoke(main, op.clone()).expect("one after another");
            history.respond(main, ret).expect("it has begun");
        }
    };
    alone(&mut history, &program.before, before);
    history.barrier();
    let mut events: Vec<(u64, usize, Result<&Op, Ret>)> = Vec::new();
    let mut blocked = Vec::new();
    for (thread, (ops, calls)) in program.parallel.iter().zip(parallel).enumerate() {
        for (op, Call { invoked, ret, responded }) in ops.iter().zip(calls.done) {
            events.extend([(invoked, thread, Ok(op)), (responded, thread, Err(ret))]);
        }
        if let Some((number, began)) = calls.open {
            events.push((began, thread, Ok(&ops[number])));
            blocked.push(thread);
        }
    }
    events.sort_by_key(|&(moment, ..)| moment);
    for (_, thread, event) in events {
        match event {
            Ok(op) => history.invoke(thread, op.clone()),
            Err(ret) => history.respond(thread, ret),
        }
        .expect("a thread performs one operation after another");
    }
    for &thread in &blocked {
        history.block(thread).expect("it has begun, and has not returned");
    }
    if blocked.is_empty() {
        history.barrier();
        alone(&mut history, &program.after, after);
    }
    history
}

/// What was answered, as a table, and what has no place.
fn tell<Op: Clone + Debug, Ret: Debug>(
    program: &Program<Op>,
    history: &History<Op, Ret>,
    why: &Counterexample,
    criterion: Criterion,
) -> String {
    let operations = history.operations();
    let main = program.parallel.len();
    let words = |number: usize| match &operations[number] {
        Operation { op, outcome: Outcome::Returned(ret), .. } => format!("{op:?} = {ret:?}"),
        Operation { op, .. } => format!("{op:?} waits"),
    };
    let who = |number: usize| match operations[number].process {
        process if process == main => "main".to_owned(),
        thread => letter(thread).to_string(),
    };
    // The operations of a process stand in the history in their order.
    let mut next = vec![0; main + 1];
    let shown = program.map(|op, thread| {
        let process = thread.unwrap_or(main);
        let mut own = (0..operations.len()).filter(|&number| operations[number].process == process);
        let number = own.nth(next[process]);
        next[process] += 1;
        number.map_or_else(|| format!("({op:?})"), words)
    });
    let told = |number: &usize| format!("{} in {}", words(*number), who(*number));
    let explained: Vec<String> = why.explained.iter().map(told).collect();
    let headline = format!("{}: {} has no place in any order", name(criterion), told(&why.misfit));
    let mut lines = vec![headline];
    lines.extend(table(&shown));
    lines.push(match explained.as_slice() {
        [] => "no order explains anything before it".to_owned(),
        all => format!("the longest order before it: {}", all.join(", ")),
    });
    lines.join("\n")
}
