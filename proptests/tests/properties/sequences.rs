//! Any sequence of operations on one thread gives the answers of the structure's specification: sequences are programs of
//! one thread, drawn from the declaration of which all programs are made.

use std::hash::{BuildHasherDefault, Hasher};

use models::{catalogue, map, ttl_cache};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proptests::config;
use proptests::programs::Programs;
use selvedge::check::programs::{AnyPrograms, Program};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::counter::StripedCounter;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::patterns::worker_pool::WorkerPool;

/// Operations of a sequence, at the most.
const LONGEST: usize = 40;
/// Few keys, so that operations meet.
const KEYS: u32 = 6;

/// Draws sequences, a part of as many as elsewhere, and compares each answer with the specification's.
fn answers_are_as_specified(programs: &dyn AnyPrograms, part: u32) {
    let explorer = Explorer::new(Engine::Threads).executions(1);
    let test = |program: Program<String>| {
        let report = programs.run(&program, &explorer).map_err(TestCaseError::fail)?;
        match report.verdict {
            Verdict::Vacuous { .. } => Err(TestCaseError::reject("an operation rightly waits for ever")),
            Verdict::Failed(_) => Err(TestCaseError::fail(report.to_string())),
            _ => Ok(()),
        }
    };
    // Where operations wait, most sequences come to one that does.
    let config = Config { source_file: Some(file!()), max_global_rejects: 1_000_000, ..config() };
    let config = Config { cases: config.cases / part, ..config };
    let drawn = Programs::sized(&programs.parts(), 1..=1, LONGEST);
    TestRunner::new(config).run(&drawn, test).unwrap_or_else(|error| panic!("{programs:?}: {error}"));
}

#[test]
fn every_structure_answers_as_specified() {
    for structure in catalogue::structures().into_iter().filter(|structure| !structure.is_twin && structure.is_drawn) {
        answers_are_as_specified(&*structure.programs, 8);
    }
}

/// Gives all keys the same hash: only their comparison tells them apart.
#[derive(Default)]
struct SameHash;

impl Hasher for SameHash {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        7
    }
}

#[test]
fn maps_are_maps_whatever_the_hashes_are() {
    answers_are_as_specified(&map::operations::whole::<ShardedMap<u32, u64>>(KEYS), 1);
    answers_are_as_specified(&map::operations::whole::<ConcurrentMap<u32, u64>>(KEYS), 1);
    answers_are_as_specified(&map::operations::whole::<ConcurrentMap<u32, u64, BuildHasherDefault<SameHash>>>(KEYS), 1);
}

#[test]
fn the_cache_is_a_map_with_an_end() {
    answers_are_as_specified(&ttl_cache::operations::whole(KEYS), 1);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn stripes_add_up(additions in vec(0..1_000_u64, 0..50), stripes in 1..9_usize) {
        let striped = StripedCounter::new(stripes).expect("there is a stripe");
        let mut total = 0;
        for n in additions {
            striped.handle().add(n);
            total += n;
            prop_assert_eq!(striped.sum(), total);
        }
    }

    #[test]
    fn a_version_is_what_the_last_update_made(updates in vec(any::<u32>(), 0..50)) {
        let config = CopyOnWrite::new(Vec::new());
        let mut model = Vec::new();
        let mut kept = vec![(config.load(), model.clone())];
        for update in updates {
            config.update(|old| old.iter().copied().chain([update]).collect());
            model.push(update);
            kept.push((config.load(), model.clone()));
        }
        // Every version that a reader kept is what it was.
        for (version, then) in kept {
            prop_assert_eq!(&*version, &then);
        }
    }

    #[test]
    fn a_pool_answers_every_task_once(
        tasks in vec(0..100_u64, 0..30),
        workers in 1..4_usize,
        queue in 0..4_usize,
    ) {
        let square = |task: u64| if task % 10 == 7 { panic!("sevens are bad") } else { task * task };
        let pool = WorkerPool::new(workers, queue, square).expect("the machine has threads to spare");
        for &task in &tasks {
            prop_assert!(pool.submit(task).is_ok());
        }
        pool.close();
        prop_assert_eq!(pool.submit(1).map_err(|error| error.into_task()), Err(1));
        let (mut good, mut bad) = (Vec::new(), 0);
        for result in pool.results().iter() {
            match result {
                Ok(square) => good.push(square),
                Err(_) => bad += 1,
            }
        }
        let mut expected: Vec<u64> = tasks.iter().filter(|&task| task % 10 != 7).map(|task| task * task).collect();
        expected.sort_unstable();
        good.sort_unstable();
        prop_assert_eq!(good.len() + bad, tasks.len());
        prop_assert_eq!(good, expected);
    }
}
