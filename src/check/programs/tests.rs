//! Programs that fail and programs that do not; every order of time is explored; the words of a failure.

use std::collections::BTreeSet;

use super::judge::{Call, execute};
use super::*;
use crate::check::Engine;
use crate::check::linearizability::{Next, Sequential};
use crate::sync::atomic::{AtomicU32, Ordering::SeqCst};
use crate::sync::{Condvar, Mutex, RwLock};

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

#[test]
fn what_is_right_is_right_in_every_program() {
    let explored = programs(right).after([Read(0), Read(1)]).explore(2, 2, &explorer());
    assert!(explored.report.verdict.holds(), "{explored}");
    assert_eq!(explored.programs, 210, "of 20 sequences each two, the same one twice too");
}

#[test]
fn no_program_is_begun_after_the_time() {
    let limit = Duration::from_nanos(1);
    let explored = programs(right).explore(2, 2, &explorer().time_limit(limit));
    assert!(explored.programs <= 1, "{explored}");
    assert_eq!(explored.report.verdict, Verdict::Cut { limit: "the time limit of 1ns".to_owned() });
}

#[test]
fn each_beginning_is_tried() {
    let programs = programs(right).before([vec![], vec![Write(0, 5)]]);
    assert_eq!(programs.enumerate(2, 1).len(), 2 * 4 * (4 + 1) / 2);
    assert_eq!(programs.enumerate(2, 1)[1].before, [Write(0, 5)]);
}

#[test]
fn a_program_of_reads_is_one_of_many() {
    let explored = programs(right).operations([Read(0)]).explore(2, 1, &explorer());
    assert_eq!(explored.programs, 1);
    let explored = Programs::new(Registers, || (), |(), _| 0).operations([Read(0)]).explore(2, 1, &explorer());
    assert_eq!(matches!(explored.report.verdict, Verdict::Vacuous { .. }), explores(), "{explored}");
}

/// Whether schedules are explored, and not what the machine happens to do.
fn explores() -> bool {
    Engine::available().all(|engine| engine != Engine::Threads)
}

/// The failure that an exploring engine finds, in words.
fn found(programs: &Programs<Registers, Atomics>, program: &Program<Op>) -> Option<String> {
    match programs.run(program, &explorer()).verdict {
        Verdict::Failed(failure) => Some(failure.to_string()),
        _ => None,
    }
}

#[test]
fn time_is_explored_where_operations_share_nothing() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    // One thread writes register 0; the other begins after that, reads register 1 and gets 0. An engine that ignored
    // the order of time would run the two threads in one order only, and miss the failure in one of the two programs.
    for parallel in [[vec![Write(0, 1)], vec![Read(0)]], [vec![Read(0)], vec![Write(0, 1)]]] {
        let program = Program { before: vec![], parallel: parallel.to_vec(), after: vec![] };
        let failure = found(&programs(reads_the_wrong_one), &program).expect("it is found");
        assert!(failure.starts_with("not linearizable: Read(0) = 0 in"), "{failure}");
        assert_eq!(found(&programs(right), &program), None);
    }
}

#[test]
fn a_lost_update_is_found_and_told() {
    let explored = programs(adds_in_two_steps).after([Read(0)]).explore(2, 2, &explorer());
    if explores() {
        let Verdict::Failed(failure) = &explored.report.verdict else { panic!("{explored}") };
        let program = explored.failing.expect("there is one");
        assert_eq!((explored.programs, program.parallel), (6, vec![vec![Write(0, 1)], vec![Add(0)]]));
        let text = failure.to_string();
        for told in ["A", "Write(0, 1) = 0", "Add(0) = 0", "after   Read(0) = 1", "the longest order before it: "] {
            assert!(text.contains(told), "no {told:?} in {text}");
        }
        if Engine::available().last() == Some(Engine::Dpor) {
            assert!(text.contains("Add(0) begins") && text.contains("Write(0, 1) returns 0"), "{text}");
        }
    }
}

#[test]
fn a_deadlock_is_told_with_its_program() {
    let perform = |locks: &[Mutex<u32>; 2], op: &Op| match *op {
        Read(n) | Write(n, _) | Add(n) => {
            let one = locks[n].lock();
            *one + *locks[1 - n].lock()
        }
    };
    let make = || [Mutex::new(0), Mutex::new(0)];
    let programs = Programs::new(Registers, make, perform).operations([Read(0), Read(1)]);
    if explores() {
        let explored = programs.explore(2, 1, &explorer());
        let text = explored.report.to_string();
        assert!(text.contains("deadlock: A and B wait for each other"), "{text}");
        assert!(text.contains("Read(0)  Read(1)"), "{text}");
    }
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

#[test]
fn pruning_loses_no_order_of_time() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    let locks = || [RwLock::new(0), RwLock::new(0)];
    let locked = |locks: &[RwLock<u32>; 2], op: &Op| match *op {
        Read(n) => *locks[n].read(),
        Write(n, value) => std::mem::replace(&mut *locks[n].write(), value),
        Add(n) => {
            let before = *locks[n].read();
            *locks[n].write() = before + 1;
            before
        }
    };
    let programs: &[&[&[Op]]] = &[
        &[&[Write(0, 1)], &[Read(0)]],
        &[&[Write(0, 1)], &[Read(1)]],
        &[&[Write(0, 1), Read(1)], &[Write(1, 1)]],
        &[&[Add(0)], &[Add(0)]],
    ];
    for (number, program) in programs.iter().enumerate() {
        let program: Vec<Vec<Op>> = program.iter().map(|ops| ops.to_vec()).collect();
        let (pruned, all) = (explorer().scouts(false), explorer().unpruned());
        for perform in [right, reads_the_wrong_one, adds_in_two_steps] {
            let (by_dpor, traces) = histories(atomics, perform, None, &program, &pruned);
            let (by_all, orders) = histories(atomics, perform, None, &program, &all);
            assert_eq!(by_dpor, by_all, "program {number} over atomics");
            assert_eq!(traces, orders, "each partial order once: program {number} over atomics");
        }
        if number != 2 {
            let (by_dpor, by_all) =
                (histories(locks, locked, None, &program, &pruned), histories(locks, locked, None, &program, &all));
            assert_eq!(by_dpor, by_all, "program {number} over locks");
        }
    }
}

/// Two semaphores: reading takes a permit and waits for one, writing gives so many.
fn semaphores() -> [(Mutex<u32>, Condvar); 2] {
    Default::default()
}

fn permits(semaphores: &[(Mutex<u32>, Condvar); 2], op: &Op) -> u32 {
    match *op {
        Read(n) => {
            let mut permits = semaphores[n].0.lock();
            semaphores[n].1.wait_while(&mut permits, |permits| *permits == 0);
            *permits -= 1;
        }
        Write(n, more) => {
            *semaphores[n].0.lock() += more;
            semaphores[n].1.notify_all();
        }
        Add(n) => {
            *semaphores[n].0.lock() += 1;
            semaphores[n].1.notify_one();
        }
    }
    0
}

/// If two threads wait and two permits are given, one of the two may go on waiting.
fn wakes_one_for_many(semaphores: &[(Mutex<u32>, Condvar); 2], op: &Op) -> u32 {
    match *op {
        Write(n, more) => {
            *semaphores[n].0.lock() += more;
            semaphores[n].1.notify_one();
            0
        }
        _ => permits(semaphores, op),
    }
}

/// Lets a thread that waits for a permit go on.
fn give(semaphores: &[(Mutex<u32>, Condvar); 2], op: &Op) {
    let (Read(n) | Write(n, _) | Add(n)) = *op;
    permits(semaphores, &Add(n));
}

struct Semaphores;

impl Specification for Semaphores {
    type State = [u32; 2];
    type Op = Op;
    type Ret = u32;

    fn initial(&self) -> [u32; 2] {
        [0; 2]
    }

    fn step(&self, permits: &[u32; 2], op: &Op, _: Option<&u32>, next: &mut Next<[u32; 2]>) {
        let mut permits = *permits;
        match *op {
            Read(n) if permits[n] == 0 => return,
            Read(n) => permits[n] -= 1,
            Write(n, more) => permits[n] += more,
            Add(n) => permits[n] += 1,
        }
        next.becomes(permits);
    }
}

#[test]
fn who_waits_rightly_is_not_blamed() {
    let programs = Programs::new(Semaphores, semaphores, permits).operations([Read(0), Read(1), Write(0, 2), Add(1)]);
    let explored = programs.unblock(give).explore(2, 2, &explorer());
    assert!(explored.report.verdict.holds(), "{explored}");
    assert_eq!(explored.programs, 210);
}

#[test]
fn who_waits_wrongly_is_found() {
    let programs = Programs::new(Semaphores, semaphores, wakes_one_for_many).operations([Read(0), Write(0, 2)]);
    let program =
        Program { before: vec![], parallel: vec![vec![Read(0)], vec![Read(0)], vec![Write(0, 2)]], after: vec![] };
    if explores() {
        let report = programs.unblock(give).run(&program, &explorer().executions(1000));
        let Verdict::Failed(failure) = &report.verdict else { panic!("{report}") };
        let text = failure.to_string();
        let told = if Engine::available().last() == Some(Engine::Dpor) { "Read(0) waits" } else { "deadlock" };
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn where_waiting_cannot_be_told_a_program_that_may_wait_is_left_out() {
    let programs = Programs::new(Semaphores, semaphores, permits).unblock(give);
    let with = |parallel: &[&[Op]]| Program {
        before: vec![Add(0)],
        parallel: parallel.iter().map(|ops| ops.to_vec()).collect(),
        after: vec![],
    };
    let left_out = |program| matches!(programs.run(&program, &explorer()).verdict, Verdict::Vacuous { .. });
    let tells = Engine::available().last() == Some(Engine::Dpor);
    assert!(!left_out(with(&[&[Read(0), Read(0)], &[Add(0)]])), "there is a permit for each");
    assert_eq!(left_out(with(&[&[Read(0), Read(0)], &[Add(1)]])), !tells);
    let alone = |before: &[Op], after: &[Op]| Program {
        before: before.to_vec(),
        parallel: vec![vec![Add(0)], vec![Add(0)]],
        after: after.to_vec(),
    };
    assert!(left_out(alone(&[Read(0)], &[])), "nobody has given a permit");
    assert!(!left_out(alone(&[], &[Read(0), Read(0)])));
    assert!(left_out(alone(&[], &[Read(0), Read(1)])));
}

#[test]
fn pruning_loses_nobody_who_waits() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    let programs: &[&[&[Op]]] = &[
        &[&[Read(0)], &[Add(0)]],
        &[&[Read(0)], &[Read(0)], &[Add(0)]],
        &[&[Read(0), Add(1)], &[Read(1), Add(0)]],
        &[&[Read(0), Read(0)], &[Write(0, 2)]],
        &[&[Read(0)], &[Read(0)]],
    ];
    for (number, program) in programs.iter().enumerate() {
        let program: Vec<Vec<Op>> = program.iter().map(|ops| ops.to_vec()).collect();
        for perform in [permits, wakes_one_for_many] {
            let run = |explorer: &Explorer| histories(semaphores, perform, Some(give), &program, explorer);
            let ((by_dpor, traces), (by_all, orders)) = (run(&explorer()), run(&explorer().unpruned()));
            assert_eq!(by_dpor, by_all, "program {number}");
            assert_eq!(traces, orders, "each partial order once: program {number}");
        }
    }
}

/// Why reading and adding are not lock-free, if they are not.
fn not_lock_free<O: Sync + 'static>(make: fn() -> O, perform: fn(&O, &Op) -> u32) -> Option<String> {
    let programs = Programs::new(Registers, make, perform).operations([Read(0), Write(0, 1), Add(0)]);
    let explored = programs.lock_free([Read(0), Add(0)]).explore(2, 2, &explorer());
    match &explored.report.verdict {
        Verdict::Failed(failure) => Some(failure.headline.clone()),
        verdict => {
            assert_eq!(*verdict, Verdict::Exhausted);
            None
        }
    }
}

#[test]
fn what_needs_nobody_else_is_lock_free() {
    if Engine::available().last() == Some(Engine::Dpor) {
        assert_eq!(not_lock_free(atomics, right), None);
        // Wrong answers are found too: a lock-free operation need not be right.
        assert!(not_lock_free(atomics, adds_in_two_steps).is_some_and(|why| why.starts_with("not linearizable")));
    }
}

#[test]
fn a_lock_on_the_way_is_named() {
    if Engine::available().last() == Some(Engine::Dpor) {
        let locks = || [RwLock::new(0), RwLock::new(0)];
        let locked = |locks: &[RwLock<u32>; 2], op: &Op| match *op {
            Read(n) => *locks[n].read(),
            Write(n, value) => std::mem::replace(&mut *locks[n].write(), value),
            Add(n) => {
                let mut lock = locks[n].write();
                *lock += 1;
                *lock - 1
            }
        };
        let why = not_lock_free(locks, locked).expect("it is found");
        assert!(why.starts_with("not lock-free: B waits to "), "{why}");
        assert!(why.contains(" the rwlock locks[0] at ") && why.contains(", which A has, "), "{why}");
    }
}

#[test]
fn who_spins_for_another_is_found() {
    if Engine::available().last() != Some(Engine::Dpor) {
        return;
    }
    /// The first is the register, the second a lock that the engine does not know as one.
    fn spins(registers: &Atomics, op: &Op, lock: fn(&AtomicU32) -> bool) -> u32 {
        while !lock(&registers[1]) {
            crate::sync::thread::yield_now();
        }
        let answer = right(registers, op);
        registers[1].store(0, SeqCst);
        answer
    }
    let looks =
        |registers: &Atomics, op: &Op| spins(registers, op, |lock| lock.compare_exchange(0, 1, SeqCst, SeqCst).is_ok());
    let why = not_lock_free(atomics, looks).expect("it is found");
    assert!(why.starts_with("not lock-free: B spins"), "{why}");
    // A swap that writes the value that is there already only looks.
    let writes = |registers: &Atomics, op: &Op| spins(registers, op, |lock| lock.swap(1, SeqCst) == 0);
    let why = not_lock_free(atomics, writes).expect("it is found");
    assert!(why.starts_with("not lock-free: B spins"), "{why}");
}
