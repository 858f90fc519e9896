//! Litmus programs on this machine: how often each outcome comes, beside what the engines allow.
//!
//! As in litmus7 (Alglave and others, TACAS 2011) the threads go over an array of instances, each with variables of its
//! own, so that millions run and nothing but their own accesses synchronizes two of them; now and then they wait for
//! each other, so as not to drift apart. As in jcstress an outcome that is allowed and does not come is no error,
//! and one that comes and is forbidden is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use models::litmus::{self, Allowed, Litmus, Outcome, VARIABLES};
use models::row::thousands;
use selvedge::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use selvedge::sync::{CachePadded, thread};
use serde::Serialize;

/// Instances in an array.
const INSTANCES: usize = 8_192;
/// Instances after which the threads wait for each other.
const STRIDE: usize = 256;
/// Turns of waiting for another thread before the core is left to it: on a machine that is busy it may be about to get
/// another one, and only two that run at once show anything.
const PATIENCE: u32 = 4_096;

/// What an outcome is worth, and how often it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The registers, or the variables.
    pub outcome: Outcome,
    /// How often.
    pub count: u64,
    /// By whom it is allowed.
    pub allowed: Allowed,
}

/// What came of a program.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// `shape/orderings`.
    pub name: String,
    /// The program, a thread after the other.
    pub program: String,
    /// What the numbers of an outcome are.
    pub titles: Vec<String>,
    /// Every outcome that came, or might have.
    pub rows: Vec<Seen>,
}

impl Seen {
    /// Whether the machine did what it must not.
    pub fn is_error(&self) -> bool {
        self.count > 0 && self.allowed.by_c11 == Some(false)
    }

    fn words(&self) -> &'static str {
        match (self.allowed.by_c11, self.count > 0) {
            (Some(true), true) => "allowed, seen",
            (Some(true), false) => "allowed, never seen",
            (Some(false), true) => "FORBIDDEN, SEEN",
            (Some(false), false) => "forbidden, never seen",
            (None, true) => "seen; C11 allows it, loom does not explore it",
            (None, false) => "never seen; C11 allows it, loom does not explore it",
        }
    }
}

/// Runs a program for so long, and once at least.
pub fn run(litmus: &Litmus, duration: Duration) -> Table {
    let mut counts = BTreeMap::new();
    let began = Instant::now();
    loop {
        for outcome in instances(litmus) {
            *counts.entry(outcome).or_insert(0) += 1;
        }
        if began.elapsed() >= duration {
            break;
        }
    }
    table(litmus, counts)
}

/// Puts what came beside what may.
pub fn table(litmus: &Litmus, mut counts: BTreeMap<Outcome, u64>) -> Table {
    let mut allowed = litmus.allowed();
    counts.keys().for_each(|outcome| _ = allowed.entry(outcome.clone()).or_insert(Litmus::forbidden()));
    let rows = allowed.into_iter().map(|(outcome, allowed)| {
        let count = counts.remove(&outcome).unwrap_or(0);
        Seen { outcome, count, allowed }
    });
    let rows: Vec<Seen> = rows.collect();
    let titles = match litmus.ends_in_variables() {
        true => (0..VARIABLES).map(|variable| litmus::name_of(variable).to_string()).collect(),
        false => (0..rows[0].outcome.len()).map(|register| format!("r{register}")).collect(),
    };
    Table { name: litmus.name(), program: litmus.to_string(), titles, rows }
}

/// The outcomes of an array of instances.
fn instances(litmus: &Litmus) -> Vec<Outcome> {
    let variables: Vec<[CachePadded<AtomicU32>; VARIABLES]> =
        (0..INSTANCES).map(|_| std::array::from_fn(|_| CachePadded::default())).collect();
    let (threads, arrived) = (litmus.threads.len(), AtomicUsize::new(0));
    let read: Vec<Vec<u32>> = thread::scope(|scope| {
        let thread = |steps: &Vec<litmus::Step>| {
            let (steps, variables, arrived) = (steps.clone(), &variables, &arrived);
            scope.spawn(move || {
                let mut read = Vec::with_capacity(INSTANCES * steps.len());
                for (number, variables) in variables.iter().enumerate() {
                    if number % STRIDE == 0 {
                        meet(arrived, threads * (number / STRIDE + 1));
                    }
                    read.extend(steps.iter().filter_map(|&step| litmus::perform(step, |at| &*variables[at])));
                }
                read
            })
        };
        let started: Vec<_> = litmus.threads.iter().map(thread).collect();
        started.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let outcome = |(number, variables): (usize, &[CachePadded<AtomicU32>; VARIABLES])| -> Outcome {
        if litmus.ends_in_variables() {
            return variables.iter().map(|variable| variable.load(Ordering::Relaxed)).collect();
        }
        let own = |read: &Vec<u32>| {
            let each = read.len() / INSTANCES;
            read[number * each..(number + 1) * each].to_vec()
        };
        read.iter().flat_map(own).collect()
    };
    variables.iter().enumerate().map(outcome).collect()
}

/// Waits until so many have come. Yields now and then, for where there are fewer cores than threads.
fn meet(arrived: &AtomicUsize, all: usize) {
    arrived.fetch_add(1, Ordering::Relaxed);
    let mut turns = 0_u32;
    while arrived.load(Ordering::Relaxed) < all {
        turns += 1;
        if turns.is_multiple_of(PATIENCE) {
            thread::yield_now();
        }
        std::hint::spin_loop();
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let yes = |yes: bool| if yes { "yes" } else { "no" };
        writeln!(f, "{}: {}", self.name, self.program)?;
        let titles: String = self.titles.iter().map(|title| format!("{title:<3}")).collect();
        write!(f, "  {titles:<12} {:>13}  loom  SC", "seen")?;
        for row in &self.rows {
            let numbers: String = row.outcome.iter().map(|number| format!("{number:<3}")).collect();
            let Allowed { loom, sc, .. } = row.allowed;
            write!(
                f,
                "\n  {numbers:<12} {:>13}  {:<4}  {:<3}  {}",
                thousands(row.count),
                yes(loom),
                yes(sc),
                row.words()
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str) -> Litmus {
        litmus::all().into_iter().find(|litmus| litmus.name() == name).expect("there is such a program")
    }

    #[test]
    fn every_instance_has_an_outcome_that_could_be() {
        for litmus in litmus::all() {
            let table = run(&litmus, Duration::from_nanos(1));
            assert_eq!(table.rows.iter().map(|row| row.count).sum::<u64>(), INSTANCES as u64);
            assert!(table.rows.iter().all(|row| row.outcome.len() == table.titles.len()));
            assert!(!table.rows.iter().any(Seen::is_error), "{table}");
        }
    }

    /// What no machine should do is told from what this one does not.
    #[test]
    fn an_outcome_that_is_forbidden_is_an_error_where_it_is_seen() {
        let words = |name: &str, outcome: &[u32], count| {
            let table = table(&program(name), BTreeMap::from([(outcome.to_vec(), count)]));
            let row = table.rows.into_iter().find(|row| row.outcome == outcome).expect("it was seen");
            (row.words(), row.is_error())
        };
        assert_eq!(words("message_passing/acquire_release", &[1, 0], 3), ("FORBIDDEN, SEEN", true));
        assert_eq!(words("store_buffering/seq_cst", &[0, 0], 1), ("FORBIDDEN, SEEN", true));
        assert_eq!(words("store_buffering/seq_cst", &[0, 0], 0), ("forbidden, never seen", false));
        assert_eq!(words("message_passing/relaxed", &[1, 0], 1), ("allowed, seen", false));
        assert_eq!(words("message_passing/relaxed", &[1, 0], 0), ("allowed, never seen", false));
        let unexplored = "seen; C11 allows it, loom does not explore it";
        assert_eq!(words("load_buffering/relaxed", &[1, 1], 1), (unexplored, false));
    }
}
