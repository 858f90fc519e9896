//! Complete executions are as many as there are Mazurkiewicz traces, and none is blocked.
//!
//! The counts are those that GenMC, Nidhugg or Concuerror publish as the expected results of their
//! own tests, under sequential consistency.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};

use crate::dpor::programs::Step::{R, W};
use crate::dpor::programs::{self, litmus};

type Program = fn(usize);

/// For each parameter the number of executions.
type Counts = &'static [(usize, u64)];

const COUNTS: &[(&str, Program, Counts)] = &[
    ("readers", programs::readers, &[(2, 4), (6, 64), (8, 256), (13, 8192)]),
    ("lastzero", programs::lastzero, &[(5, 64), (10, 3328)]),
    ("ainc", programs::ainc, &[(2, 2), (3, 6), (4, 24), (5, 120), (6, 720), (7, 5040)]),
    ("lockinc", programs::lockinc, &[(2, 2), (3, 6), (4, 24), (5, 120), (6, 720), (7, 5040)]),
    ("cas", programs::cas, &[(2, 2), (3, 3), (4, 4), (5, 5)]),
    ("inc", programs::inc, &[(2, 4), (3, 36), (4, 576)]),
    ("indexer", programs::indexer, &[(12, 8), (15, 4096)]),
    ("filesystem", programs::filesystem, &[(14, 2), (16, 8), (18, 32)]),
    ("SB", |_| litmus(&[&[W(0, 1), R(1)], &[W(1, 1), R(0)]]), &[(2, 3)]),
    ("MP", |_| litmus(&[&[W(0, 1), W(1, 1)], &[R(1), R(0)]]), &[(2, 3)]),
    ("LB", |_| litmus(&[&[R(0), W(1, 1)], &[R(1), W(0, 1)]]), &[(2, 3)]),
    ("2+2W", |_| litmus(&[&[W(0, 1), W(1, 2)], &[W(1, 1), W(0, 2)]]), &[(2, 3)]),
];

/// What takes a tenth of all these tests: the nightly asks for it.
const LONG: (&str, Program, Counts) = ("whole_lastzero", programs::lastzero, &[(15, 147_456)]);

pub fn trials() -> Vec<Trial> {
    let trial = |&(name, program, counts): &(&str, Program, Counts)| {
        Trial::test(format!("{name}_has_as_many_executions_as_traces"), move || {
            counts.iter().try_for_each(|&(n, expected)| count(program, n, expected))
        })
    };
    COUNTS.iter().map(trial).chain([trial(&LONG).with_ignored_flag(true)]).collect()
}

fn count(program: Program, n: usize, expected: u64) -> Result<(), Failed> {
    // Ample, since a count says nothing about how busy the machine is.
    let explorer = Explorer::new(Engine::Dpor).time_limit(Duration::from_secs(600));
    let report = explorer.run(move || program(n));
    match (&report.verdict, report.executions, report.blocked) {
        (Verdict::Exhausted, executions, 0) if executions == expected => Ok(()),
        (_, executions, blocked) => {
            Err(format!("{n}: {report}; {executions} executions and {blocked} blocked, not {expected}").into())
        }
    }
}
