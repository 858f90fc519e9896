//! Random programs, against the oracle.

use fastrand::Rng;

use super::super::Model;
use super::oracle;
use super::program::Program;
use super::runner::{Turn, explore};

/// Compares so many programs, each with one of the rules for who goes on. Those for which the oracle would have to judge
/// more than `limit` graphs are left out.
fn compare(random: fn(&mut Rng) -> Program, programs: usize, limit: usize, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let mut compared = 0;
    while compared < programs {
        let (program, turn) = (random(&mut rng), Turn::ALL[compared % Turn::ALL.len()]);
        for (model, sc) in [(Model::Sc, true), (Model::Rc11, false)] {
            let Some(expected) = oracle::executions(&program, sc, limit) else { continue };
            let found = explore(&program, model, turn);
            let context = format!("{program:?} under {model:?}, {turn:?}");
            assert_eq!((found.repeated, found.blocked), (0, 0), "found twice, or blocked: {context}");
            let missing: Vec<_> = expected.keys().filter(|execution| !found.executions.contains(execution)).collect();
            let surplus: Vec<_> = found.executions.iter().filter(|found| !expected.contains_key(found)).collect();
            assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:?}, surplus {surplus:?}: {context}");
            compared += usize::from(!sc);
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
#[test]
#[ignore = "takes minutes"]
fn many_random_programs_have_the_executions_that_the_oracle_finds() {
    let programs =
        std::env::var("SELVEDGE_PROGRAMS").map_or(10_000, |text| text.parse().expect("a number of programs"));
    compare(Program::random, programs, 50_000, 2);
    compare(Program::random_with_locks, programs / 4, 50_000, 2);
}
