//! One execution of a program: it is run, its answers are recorded, and an order that explains them is looked for.

use std::panic::Location;

use parking_lot::Mutex;

use super::program::{Program, letter, table};
use super::subject::{Event, Misfit, Object};
use crate::check::linearizability::Criterion;
use crate::check::require::require;
use crate::check::verdict::{Failure, Kind};
use crate::sync::{Moments, thread};

/// An operation that has returned, with the moments of its begin and return.
pub(super) struct Call {
    pub(super) number: usize,
    pub(super) invoked: u64,
    pub(super) responded: u64,
}

/// What a thread has done so far.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) done: Vec<Call>,
    /// The operation that has not returned, by its number, and the moment at which it began.
    pub(super) open: Option<(usize, u64)>,
}

/// What was performed in an execution, except for the operations before the threads.
pub(super) struct Recorded {
    pub(super) parallel: Vec<Calls>,
    /// Whether the operations after the threads were performed.
    after: bool,
}

/// Whether a failure is this judge's verdict, and not something else that broke.
pub(super) fn said(failure: &Failure) -> bool {
    failure.kind == Kind::Requirement && failure.places.iter().any(|place| place.file == file!())
}

/// How the message of a failure of this criterion begins.
fn name(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Linearizable => "not linearizable",
        Criterion::SequentiallyConsistent => "not sequentially consistent",
        Criterion::QuiescentlyConsistent => "not quiescently consistent",
    }
}

/// Judges one execution of a program.
pub(super) fn judge(object: &dyn Object, program: &Program<usize>, recorded: Recorded, criterion: Criterion) {
    let events = history(program, recorded);
    if let Err(misfit) = object.explain(&events, criterion) {
        require(false, || tell(object, program, &events, &misfit, criterion));
    }
}

/// Runs the program, and hands what it did to `judge`: when all operations have returned, or, if they may wait, when no
/// thread can go on. Then the waiting operations are unblocked, and what follows is not judged. The operations of the
/// thread with the number `alone` run while all other threads are stopped.
pub(super) fn execute(
    object: &dyn Object,
    program: &Program<usize>,
    location: &'static Location<'static>,
    alone: Option<usize>,
    judge: &dyn Fn(Recorded),
) {
    let moments = Moments::new(location);
    let all: Vec<Mutex<Calls>> = program.parallel.iter().map(|_| Mutex::new(Calls::default())).collect();
    let call = |thread: usize, number: usize| {
        let calls = &all[thread];
        let invoked = moments.invoke(|| object.begins(number));
        calls.lock().open = Some((number, invoked));
        object.perform(number);
        let responded = moments.respond(|| object.returns(number));
        let mut calls = calls.lock();
        calls.open = None;
        calls.done.push(Call { number, invoked, responded });
    };
    // Operations of a single thread are ordered anyway, so their begins and returns are not recorded.
    program.before.iter().for_each(|&number| object.perform(number));
    let take = || {
        let taken = |calls: &Mutex<Calls>| {
            let mut calls = calls.lock();
            Calls { done: std::mem::take(&mut calls.done), open: calls.open }
        };
        all.iter().map(taken).collect()
    };
    let open = || all.iter().map(|calls| calls.lock().open).collect::<Vec<_>>();
    let waits = |open: &[Option<(usize, u64)>]| open.iter().flatten().next().map(|&(number, _)| number);
    let (call, moments) = (&call, &moments);
    let is_judged = thread::scope(|scope| {
        for (thread, numbers) in program.parallel.iter().enumerate() {
            let calls = move || {
                moments.meet(program.parallel.len());
                numbers.iter().for_each(|&number| call(thread, number));
            };
            scope.spawn(move || if alone == Some(thread) { moments.alone(calls) } else { calls() });
        }
        if !object.may_wait() || !moments.settle() || waits(&open()).is_none() {
            return false;
        }
        judge(Recorded { parallel: take(), after: false });
        let mut left = open();
        while let Some(number) = waits(&left) {
            object.unblock(number);
            moments.settle();
            let before = std::mem::replace(&mut left, open());
            require(left != before, || {
                let table = table(&program.map(|&number| object.op(number))).join("\n");
                format!("{} waits on, after what it waits for was done\n{table}", object.op(number))
            });
        }
        true
    });
    if !is_judged {
        program.after.iter().for_each(|&number| object.perform(number));
        judge(Recorded { parallel: take(), after: true });
    }
}

/// What happened, in the order of its moments.
fn history(program: &Program<usize>, recorded: Recorded) -> Vec<Event> {
    let main = program.parallel.len();
    let mut events = Vec::new();
    let alone = |events: &mut Vec<Event>, numbers: &[usize]| {
        for &number in numbers {
            events.extend([Event::Invoked { process: main, number }, Event::Returned { process: main, number }]);
        }
    };
    alone(&mut events, &program.before);
    events.push(Event::Barrier);
    let mut moments = Vec::new();
    let mut blocked = Vec::new();
    for (process, calls) in recorded.parallel.into_iter().enumerate() {
        for Call { number, invoked, responded } in calls.done {
            moments.push((invoked, Event::Invoked { process, number }));
            moments.push((responded, Event::Returned { process, number }));
        }
        if let Some((number, began)) = calls.open {
            moments.push((began, Event::Invoked { process, number }));
            blocked.push(Event::Blocked { process });
        }
    }
    moments.sort_by_key(|&(moment, _)| moment);
    events.extend(moments.into_iter().map(|(_, event)| event));
    events.extend(blocked);
    if recorded.after {
        events.push(Event::Barrier);
        alone(&mut events, &program.after);
    }
    events
}

/// The answers as a table, and the operation that has no place.
fn tell(
    object: &dyn Object,
    program: &Program<usize>,
    events: &[Event],
    Misfit { why, words }: &Misfit,
    criterion: Criterion,
) -> String {
    // The history numbers operations as they begin.
    let invoked = events.iter().filter_map(|event| match *event {
        Event::Invoked { process, number } => Some((process, number)),
        _ => None,
    });
    let operations: Vec<(usize, usize)> = invoked.collect();
    let who = |process: usize| match process {
        process if process == program.parallel.len() => "main".to_owned(),
        thread => letter(thread).to_string(),
    };
    let shown = program.map(|&number| {
        let place = operations.iter().position(|&(_, performed)| performed == number);
        place.map_or_else(|| format!("({})", object.op(number)), |place| words[place].clone())
    });
    let told = |&place: &usize| format!("{} in {}", words[place], who(operations[place].0));
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
