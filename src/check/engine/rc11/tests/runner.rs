//! Runs a small program through the search, execution by execution.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fastrand::Rng;

use super::super::Model;
use super::super::deed::{Step, Value};
use super::super::event::{Origin, Stamp, What};
use super::super::graph::Graph;
use super::super::search::Search;
use super::super::share::Share;
use super::oracle::{Execution, LOCKS};
use super::program::{Cursor, Instruction, Program};
use crate::sync::engine::machine::atomic::{Act, Atomic, Number, Update};
use crate::sync::engine::machine::{State, mutex, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// Which of the threads that can goes on where an event is to be added.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    First,
    Last,
    Stays,
    Random(u64),
}

impl Turn {
    pub(super) const ALL: [Turn; 4] = [Turn::First, Turn::Last, Turn::Stays, Turn::Random(7)];
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) executions: BTreeSet<Execution>,
    /// How many were found again.
    pub(super) repeated: usize,
    /// In how many some thread could not go on.
    pub(super) blocked: usize,
}

/// All executions of a program.
pub(super) fn explore(program: &Program, model: Model, turn: Turn) -> Found {
    let mut search = Search::new(model, Share::default());
    let mut found = Found::default();
    let mut rng = Rng::with_seed(if let Turn::Random(seed) = turn { seed } else { 0 });
    while search.begin(false) {
        let mut run = Run { program, search: &mut search, cursors: vec![None; program.threads.len()] };
        run.start();
        let mut last = 0;
        while let Some(thread) = run.choose(turn, last, &mut rng) {
            run.go_on(thread);
            last = thread;
        }
        let ended = run.cursors.iter().zip(&program.threads);
        let all_ended = ended.into_iter().all(|(cursor, thread)| cursor.is_none_or(|mut at| at.next(thread).is_none()));
        found.blocked += usize::from(!all_ended);
        found.repeated += usize::from(!found.executions.insert(execution(search.graph(), program)));
    }
    found
}

/// An execution of a program.
struct Run<'a> {
    program: &'a Program,
    search: &'a mut Search,
    /// Where each thread is that was started.
    cursors: Vec<Option<Cursor>>,
}

/// The location that a thread's end writes.
fn end(program: &Program, thread: usize) -> ObjectName {
    ObjectName((program.locations + thread) as u32)
}

/// The location that a lock is.
fn lock(program: &Program, lock: usize) -> ObjectName {
    ObjectName((program.locations + program.threads.len() + lock) as u32)
}

fn location(number: usize) -> ObjectName {
    ObjectName(number as u32)
}

impl Run<'_> {
    fn perform(&mut self, thread: usize, step: Step) -> Option<u64> {
        let event = self.search.perform(Name(thread as u32), &step).expect("a program does the same again");
        let graph = self.search.graph();
        match &**graph.state(graph[event].awaits().next()?) {
            Value::One(State::Atomic(atomic)) => Some(atomic.value),
            Value::One(State::Mutex(mutex)) => Some(u64::from(mutex.owner.is_none())),
            _ => None,
        }
    }

    fn start(&mut self) {
        for number in 0..self.program.locations {
            let number64 = Number { name: "u64", bits: 64, signed: false };
            self.perform(
                0,
                Step::Makes(location(number), Arc::new(State::from(Atomic { value: 0, number: number64 }).into())),
            );
        }
        for number in 0..self.program.locks {
            self.perform(
                0,
                Step::Makes(lock(self.program, number), Arc::new(State::from(mutex::Mutex::default()).into())),
            );
        }
        self.begin(0);
    }

    /// A thread runs up to the first operation that others could notice.
    fn begin(&mut self, thread: usize) {
        self.cursors[thread] = Some(Cursor::default());
        self.run_on(thread);
    }

    /// Fences are no scheduling points.
    fn run_on(&mut self, thread: usize) {
        while let Some(Instruction::Fence(ordering)) = self.next(thread) {
            self.perform(thread, Step::Fence(ordering.into()));
            self.cursors[thread].as_mut().expect("it runs").went(None);
        }
    }

    fn next(&mut self, thread: usize) -> Option<Instruction> {
        self.cursors[thread].as_mut()?.next(&self.program.threads[thread])
    }

    /// What a thread is about to do; none where it has ended, or was not started.
    fn pending(&mut self, thread: usize) -> Option<(ObjectName, crate::sync::engine::machine::Act)> {
        self.cursors[thread]?;
        Some(match self.next(thread) {
            None if thread == 0 => return None,
            None => (end(self.program, thread), thread::Act::Exit.into()),
            Some(Instruction::Load(at, ordering)) => (location(at), Act::Load(ordering.into()).into()),
            Some(Instruction::Store(at, value, ordering)) => (location(at), Act::Store(value, ordering.into()).into()),
            Some(Instruction::Add(at, value, ordering)) => {
                (location(at), Act::Update(Update::Add, value, ordering.into()).into())
            }
            Some(Instruction::Swap(at, value, ordering)) => {
                (location(at), Act::Update(Update::Swap, value, ordering.into()).into())
            }
            Some(Instruction::Exchange { location: at, expected, new, success, failure }) => {
                let (success, failure) = (success.into(), failure.into());
                (location(at), Act::Exchange { expected, new, success, failure }.into())
            }
            Some(Instruction::Spawn(child)) => {
                (end(self.program, child), thread::Act::Spawn(Name(child as u32)).into())
            }
            Some(Instruction::Join(child)) => (end(self.program, child), thread::Act::Join.into()),
            Some(Instruction::Lock(number)) => (lock(self.program, number), mutex::Act::Lock.into()),
            Some(Instruction::TryLock(number)) => (lock(self.program, number), mutex::Act::TryLock.into()),
            Some(Instruction::Unlock(number)) => {
                (lock(self.program, number), mutex::Act::Unlock { changed: true }.into())
            }
            Some(other) => unreachable!("{other:?} is no operation"),
        })
    }

    fn choose(&mut self, turn: Turn, last: usize, rng: &mut Rng) -> Option<usize> {
        let threads = 0..self.program.threads.len();
        let waiting: Vec<usize> = threads.filter(|&thread| self.pending(thread).is_some()).collect();
        let goes_on = |&thread: &usize| self.search.can_go_on(Name(thread as u32));
        if waiting.iter().any(|thread| goes_on(thread).is_some()) {
            let repeats = waiting.iter().copied().find(|thread| goes_on(thread) == Some(true));
            return Some(repeats.expect("what a graph has can be performed"));
        }
        let mut can: Vec<usize> = waiting;
        can.retain(|&thread| {
            let (location, act) = self.pending(thread).expect("it waits");
            self.search.admits(Name(thread as u32), &Step::Does(location, act.into()))
        });
        match turn {
            Turn::First => can.first().copied(),
            Turn::Last => can.last().copied(),
            Turn::Stays => can.iter().copied().find(|&thread| thread == last).or(can.first().copied()),
            Turn::Random(_) => (!can.is_empty()).then(|| can[rng.usize(0..can.len())]),
        }
    }

    fn go_on(&mut self, thread: usize) {
        let next = self.next(thread);
        let (location, act) = self.pending(thread).expect("it can go on");
        let found = self.perform(thread, Step::Does(location, act.into()));
        match next {
            None => self.cursors[thread] = None,
            Some(instruction) => {
                let tells = !matches!(instruction, Instruction::Lock(_) | Instruction::Unlock(_));
                let read = found.filter(|_| tells);
                self.cursors[thread].as_mut().expect("it runs").went(read);
                if let Instruction::Spawn(child) = instruction {
                    self.begin(child);
                }
                self.run_on(thread);
            }
        }
    }
}

/// The execution that a graph is, in the oracle's words.
fn execution(graph: &Graph, program: &Program) -> Execution {
    let locks = lock(program, 0).index()..lock(program, program.locks).index();
    let number = |location: usize| match location {
        location if location < program.locations => Some(location),
        location if locks.contains(&location) => Some(LOCKS + location - locks.start),
        _ => None,
    };
    let is_access = |stamp: &&Stamp| match graph[**stamp].what {
        What::Write { origin: Origin::Birth | Origin::Start(_), .. } => false,
        _ => graph[**stamp].location().is_some_and(|location| number(location.index()).is_some()),
    };
    let mut names = BTreeMap::new();
    for (number, thread) in graph.threads().iter().enumerate() {
        let accesses = thread.events.iter().filter(is_access).enumerate();
        names.extend(accesses.map(|(access, &stamp)| (stamp, (number, access))));
    }
    let name = |stamp: &Stamp| names.get(stamp).copied();
    let mut execution = Execution::default();
    for (&stamp, &of) in &names {
        if let Some(from) = graph[stamp].from() {
            execution.reads.insert(of, name(&from));
        }
    }
    for (location, accesses) in graph.locations().iter().enumerate() {
        let order: Vec<_> = accesses.order.iter().filter_map(name).collect();
        if let Some(number) = number(location).filter(|_| !order.is_empty()) {
            execution.orders.insert(number, order);
        }
    }
    execution
}
