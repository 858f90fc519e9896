//! Random programs, against the oracle.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use fastrand::Rng;

use super::super::Model;
use super::oracle;
use super::program::{Instruction, Program};
use super::runner::{Turn, explore};

/// Compares a program under both models; `None` where the oracle would have to judge more than `limit` graphs.
fn compare_one(program: &Program, turn: Turn, limit: usize) -> Option<()> {
    for (model, sc) in [(Model::Sc, true), (Model::Rc11, false)] {
        let expected = oracle::executions(program, sc, limit)?;
        let found = explore(program, model, turn);
        let context = format!("{program:?} under {model:?}, {turn:?}");
        assert_eq!((found.repeated, found.blocked), (0, 0), "found twice, or blocked: {context}");
        let missing: Vec<_> = expected.keys().filter(|execution| !found.executions.contains(execution)).collect();
        let surplus: Vec<_> = found.executions.iter().filter(|found| !expected.contains_key(found)).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:?}, surplus {surplus:?}: {context}");
    }
    Some(())
}

/// Compares so many programs, each with one of the rules for which thread goes on. Programs that are too large are left
/// out.
fn compare(random: fn(&mut Rng) -> Program, programs: usize, limit: usize, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let mut compared = 0;
    while compared < programs {
        let (program, turn) = (random(&mut rng), Turn::ALL[compared % Turn::ALL.len()]);
        compared += usize::from(compare_one(&program, turn, limit).is_some());
    }
}

/// What the start of a thread orders, and what it does not.
#[test]
fn programs_whose_first_thread_takes_part_have_the_executions_that_the_oracle_finds() {
    use Instruction::{Fence, Load, Spawn, Store};
    let programs = [
        // Store buffering, where the store is before the start: that is program order among SC events.
        vec![
            vec![Spawn(2), Store(0, 1, SeqCst), Spawn(1)],
            vec![Load(1, SeqCst)],
            vec![Store(1, 1, SeqCst), Load(0, SeqCst)],
        ],
        // A release fence of the parent does not count for a thread that it starts later.
        vec![
            vec![Spawn(2), Store(1, 1, Relaxed), Fence(Release), Spawn(1)],
            vec![Store(0, 1, Relaxed)],
            vec![Load(0, Acquire), Load(1, Relaxed)],
        ],
        // What the parent acquired before the start is known to the thread.
        vec![
            vec![Spawn(2), Load(0, Acquire), Spawn(1)],
            vec![Load(1, Relaxed)],
            vec![Store(1, 1, Relaxed), Store(0, 1, Release)],
        ],
        // What the parent only read before the start is not: an acquire fence is about the reads of its own thread.
        vec![
            vec![Spawn(2), Load(0, Relaxed), Spawn(1)],
            vec![Fence(Acquire), Load(1, Relaxed)],
            vec![Store(1, 1, Relaxed), Store(0, 1, Release)],
        ],
    ];
    for threads in programs {
        let program = Program { threads, locations: 2, locks: 0 };
        for turn in Turn::ALL {
            compare_one(&program, turn, 10_000).expect("it is small");
        }
    }
}

#[test]
fn random_programs_have_the_executions_that_the_oracle_finds() {
    compare(Program::random, 200, 120, 1);
}

#[test]
fn random_programs_with_locks_have_the_executions_that_the_oracle_finds() {
    compare(Program::random_with_locks, 80, 120, 1);
}

/// As many as `SELVEDGE_PROGRAMS` says.
fn programs() -> usize {
    std::env::var("SELVEDGE_PROGRAMS").map_or(10_000, |text| text.parse().expect("a number of programs"))
}

#[test]
#[ignore = "takes minutes"]
fn many_random_programs_have_the_executions_that_the_oracle_finds() {
    compare(Program::random, programs(), 50_000, 2);
}

#[test]
#[ignore = "takes minutes"]
fn many_random_programs_with_locks_have_the_executions_that_the_oracle_finds() {
    compare(Program::random_with_locks, programs(), 50_000, 2);
}
