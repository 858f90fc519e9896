//! Random programs through the facade: as many executions as the oracle finds, with the same outcomes; and where all is
//! SeqCst, as many as `dpor` has.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::Ordering::SeqCst;
use selvedge::sync::atomic::{AtomicU64, fence};
use selvedge::sync::{MutexGuard, thread};

use super::exhausted;
use super::oracle::{self, Outcome};
use super::program::{Cursor, Instruction, Program};

/// What a program's threads share.
struct Shared {
    program: Program,
    locations: Vec<AtomicU64>,
    locks: Vec<selvedge::sync::Mutex<()>>,
    reads: Mutex<Outcome>,
}

/// Runs a program; what its threads have read.
fn run(program: &Program) -> Outcome {
    let locations = (0..program.locations).map(|_| AtomicU64::new(0)).collect();
    let reads = Mutex::new(vec![Vec::new(); program.threads.len()]);
    let locks = (0..program.locks).map(|_| selvedge::sync::Mutex::new(())).collect();
    let shared = Arc::new(Shared { program: program.clone(), locations, locks, reads });
    run_thread(&shared, 0);
    shared.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Runs a thread, and returns when all those that it has started have ended.
fn run_thread(shared: &Arc<Shared>, number: usize) {
    let mut children = Vec::new();
    let mut held: Vec<Option<MutexGuard<'_, ()>>> = shared.locks.iter().map(|_| None).collect();
    let mut cursor = Cursor::default();
    while let Some(instruction) = cursor.next(&shared.program.threads[number]) {
        let read = match instruction {
            Instruction::Load(at, ordering) => Some(shared.locations[at].load(ordering)),
            Instruction::Store(at, value, ordering) => {
                shared.locations[at].store(value, ordering);
                None
            }
            Instruction::Add(at, value, ordering) => Some(shared.locations[at].fetch_add(value, ordering)),
            Instruction::Swap(at, value, ordering) => Some(shared.locations[at].swap(value, ordering)),
            Instruction::Exchange { location, expected, new, success, failure } => {
                let result = shared.locations[location].compare_exchange(expected, new, success, failure);
                Some(result.unwrap_or_else(|read| read))
            }
            Instruction::Fence(ordering) => {
                fence(ordering);
                None
            }
            Instruction::Spawn(child) => {
                let theirs = Arc::clone(shared);
                children.push((child, thread::spawn(move || run_thread(&theirs, child))));
                None
            }
            Instruction::Join(child) => {
                let at = children.iter().position(|(number, _)| *number == child).expect("it was started");
                children.swap_remove(at).1.join().unwrap();
                None
            }
            Instruction::Lock(lock) => {
                held[lock] = Some(shared.locks[lock].lock());
                None
            }
            Instruction::TryLock(lock) => {
                held[lock] = shared.locks[lock].try_lock();
                cursor.went(Some(u64::from(held[lock].is_some())));
                continue;
            }
            Instruction::Unlock(lock) => {
                held[lock] = None;
                None
            }
            other => unreachable!("{other:?} is no operation"),
        };
        cursor.went(read);
        shared.reads.lock().unwrap_or_else(PoisonError::into_inner)[number].extend(read);
    }
    children.into_iter().for_each(|(_, child)| child.join().unwrap());
}

/// The outcomes of a program under an engine, and how many executions there are.
fn explore(engine: Engine, program: &Program) -> (BTreeSet<Outcome>, u64) {
    let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
    let (program, theirs) = (program.clone(), Arc::clone(&outcomes));
    let context = format!("{program:?}");
    let report = Explorer::new(engine).run(move || _ = theirs.lock().unwrap().insert(run(&program)));
    let outcomes = outcomes.lock().unwrap().clone();
    match report.verdict {
        // Some programs do nothing that could be told.
        Verdict::Vacuous { .. } => (outcomes, report.executions),
        _ => (outcomes, exhausted(&report, &context)),
    }
}

/// Compares so many programs.
fn compare(random: fn(&mut Rng) -> Program, programs: usize) {
    let mut rng = Rng::with_seed(3);
    let mut compared = 0;
    while compared < programs {
        let program = random(&mut rng);
        let Some(expected) = oracle::executions(&program, false, 150) else { continue };
        let (outcomes, executions) = explore(Engine::Rc11, &program);
        assert_eq!(executions, expected.len() as u64, "{program:?}");
        let expected: BTreeSet<Outcome> = expected.into_values().collect();
        assert_eq!(outcomes, expected, "{program:?}");
        compared += 1;
    }
}

#[test]
fn random_programs_have_as_many_executions_as_the_oracle_finds() {
    compare(Program::random, 60);
}

#[test]
fn random_programs_with_locks_have_as_many_executions_as_the_oracle_finds() {
    compare(Program::random_with_locks, 40);
}

#[test]
fn where_all_is_seq_cst_there_are_as_many_executions_as_under_dpor() {
    let mut rng = Rng::with_seed(4);
    for number in 0..80 {
        let random = if number % 2 == 0 { Program::random } else { Program::random_with_locks };
        let program = random(&mut rng).in_ordering(SeqCst);
        let [weak, strong] = [Engine::Rc11, Engine::Dpor].map(|engine| explore(engine, &program));
        assert_eq!(weak, strong, "{program:?}");
    }
}
