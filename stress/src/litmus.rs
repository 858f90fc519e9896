//! Litmus programs on this machine: how often each outcome comes, beside what the engines allow.
//!
//! As in litmus7 (Alglave and others, TACAS 2011) the threads go over an array of instances, each with variables of its
//! own, so that millions run and nothing but their own accesses synchronizes two of them; now and then they wait for
//! each other, so as not to drift apart.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use models::litmus::{self, Litmus, VARIABLES};
use selvedge::check::protocol::litmus::{Outcome, Table};
use selvedge::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use selvedge::sync::{CachePadded, thread};

/// Instances in an array.
const INSTANCES: usize = 8_192;
/// Instances after which the threads wait for each other.
const STRIDE: usize = 256;
/// Turns of waiting for another thread before the core is left to it: on a machine that is busy it may be about to get
/// another one, and only two that run at once show anything.
const PATIENCE: u32 = 4_096;

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
    litmus.table(counts)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instance_has_an_outcome_that_could_be() {
        for litmus in litmus::all() {
            let table = run(&litmus, Duration::from_nanos(1));
            assert_eq!(table.rows.iter().map(|row| row.count).sum::<u64>(), INSTANCES as u64);
            assert!(table.rows.iter().all(|row| row.outcome.len() == table.titles.len()));
            assert_eq!(table.errors().count(), 0, "{table}");
        }
    }
}
