//! Two registers, on which the programs of these tests work, and all answers that one of them can give.

mod finding;
mod lock_free;
mod waiting;

use std::collections::BTreeSet;

use super::judge::{Call, execute};
use super::*;
use crate::check::Engine;
use crate::check::linearizability::Sequential;
use crate::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// An operation on one of two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Read(usize),
    Write(usize, u32),
    Add(usize),
}
use Op::{Add, Read, Write};

/// Two registers; a write and an addition answer what was there.
#[derive(Clone, Copy)]
struct Registers;

impl Sequential for Registers {
    type State = [u32; 2];
    type Op = Op;
    type Ret = u32;

    fn initial(&self) -> [u32; 2] {
        [0; 2]
    }

    fn apply(&self, registers: &mut [u32; 2], op: &Op) -> u32 {
        match *op {
            Read(n) => registers[n],
            Write(n, value) => std::mem::replace(&mut registers[n], value),
            Add(n) => {
                registers[n] += 1;
                registers[n] - 1
            }
        }
    }
}

type Atomics = [AtomicU32; 2];

fn atomics() -> Atomics {
    [AtomicU32::new(0), AtomicU32::new(0)]
}

fn right(registers: &Atomics, op: &Op) -> u32 {
    match *op {
        Read(n) => registers[n].load(SeqCst),
        Write(n, value) => registers[n].swap(value, SeqCst),
        Add(n) => registers[n].fetch_add(1, SeqCst),
    }
}

/// Reads the other register. A read and a write that share nothing: only the order of time tells.
fn reads_the_wrong_one(registers: &Atomics, op: &Op) -> u32 {
    match *op {
        Read(n) => registers[1 - n].load(SeqCst),
        _ => right(registers, op),
    }
}

fn adds_in_two_steps(registers: &Atomics, op: &Op) -> u32 {
    match *op {
        Add(n) => {
            let before = registers[n].load(SeqCst);
            registers[n].store(before + 1, SeqCst);
            before
        }
        _ => right(registers, op),
    }
}

fn programs(perform: fn(&Atomics, &Op) -> u32) -> Programs<Registers, Atomics> {
    Programs::new(Registers, atomics, perform).operations([Read(0), Write(0, 1), Add(0), Add(1)])
}

fn explorer() -> Explorer {
    Explorer::new(Engine::available().last().expect("every build has an engine")).executions(5)
}

/// Whether schedules are explored, and not what the machine happens to do.
fn explores() -> bool {
    Engine::available().all(|engine| engine != Engine::Threads)
}

/// The answers that a program can give, each with which operations returned before which began.
type Seen = BTreeSet<(Vec<u32>, Vec<bool>)>;

/// All answers that a program can give, and the number of executions. An operation that waits for ever has the answer
/// `u32::MAX`.
fn histories<O: Sync + 'static>(
    make: fn() -> O,
    perform: fn(&O, &Op) -> u32,
    unblock: Option<fn(&O, &Op)>,
    parallel: &[Vec<Op>],
    explorer: &Explorer,
) -> (Seen, u64) {
    let specification = Registers;
    let location = Location::caller();
    let unblock = unblock.map(|unblock| Box::new(unblock) as _);
    let subject = Subject { specification, make: Box::new(make), perform: Box::new(perform), unblock, location };
    let program = Program { before: vec![], parallel: parallel.to_vec(), after: vec![] };
    let prepared = Prepared { subject: Arc::new(subject), ops: program.operations().cloned().collect() };
    let seen = Arc::new(parking_lot::Mutex::new(Seen::new()));
    let kept = Arc::clone(&seen);
    let report = explorer.run(move || {
        let object = prepared.object();
        execute(&object, &program.numbers(), location, None, &|recorded| {
            let mut calls = Vec::new();
            for thread in recorded.parallel {
                calls.extend(thread.done);
                let waits = |(number, invoked)| Call { number, invoked, responded: u64::MAX };
                calls.extend(thread.open.map(waits));
            }
            let before = |one: &Call| calls.iter().map(move |other| one.responded < other.invoked).collect::<Vec<_>>();
            let answer = |call: &Call| object.calls.answers[call.number].lock().unwrap_or(u32::MAX);
            kept.lock().insert((calls.iter().map(answer).collect(), calls.iter().flat_map(before).collect()));
        });
    });
    assert_eq!(report.verdict, Verdict::Exhausted);
    assert!(explorer.config.unpruned || report.blocked == 0, "{report}");
    let seen = seen.lock().clone();
    (seen, report.executions)
}
