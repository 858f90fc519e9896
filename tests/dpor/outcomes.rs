//! `dpor` and loom find the same outcomes in generated programs, and failures in the same ones.
//!
//! An engine is a build of its own, so the two are compared by way of a file that both have to
//! reproduce, `outcomes.txt`. It has a line for each program: its seed, and either the number of its
//! outcomes and a fingerprint of their set, or `fails`. It is made anew by loom, for whom they have to
//! be small enough: `RUSTFLAGS="--cfg loom" cargo test --release -p tests-dpor -- --ignored`.
//!
//! The programs are drawn from what loom can express as sequentially consistent. What it cannot is
//! pinned in [`DIFFERENCES`].

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Report, Verdict};

use crate::cross::{Outcomes, explore};
use crate::generated::{FAMILIES, Family, Op, Program};

/// Those that are compared.
pub const ENGINES: [Engine; 2] = [Engine::Loom, Engine::Dpor];

/// Seeds that are tried when the file is made.
const SEEDS: u64 = 1_000;

/// Executions of loom's, past which a program is not small.
const LIMIT: u64 = 2_000;

/// Programs of one test.
const BLOCK: usize = 100;

const READ_MODIFY_WRITES: Family = &[Op::Add(0), Op::Exchange(0), Op::Add(1), Op::Exchange(1)];
const WAIT_GROUP: Family = &[Op::Done, Op::WaitForAll];

/// Programs in which the engines differ, the number of outcomes under loom and under `dpor`, and why.
const DIFFERENCES: &[(&[&[Op]], usize, usize, &str)] = &[
    (
        &[&[Op::Store(0), Op::Load(1)], &[Op::Store(1), Op::Load(0)]],
        4,
        3,
        "loom treats SeqCst as acquire/release, so both loads may read what was there before",
    ),
    (
        &[&[Op::DropToken], &[Op::Upgrade]],
        1,
        2,
        "`Arc` is std's under loom, so that neither a drop nor an upgrade is an operation",
    ),
];

/// What a program is drawn from.
fn families() -> Vec<Family> {
    let [_, locks, rwlock, condvar, channels, rendezvous, select, meetings, _] = FAMILIES;
    vec![READ_MODIFY_WRITES, locks, rwlock, condvar, channels, rendezvous, select, meetings, WAIT_GROUP]
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("outcomes.txt")
}

/// A number for a set of outcomes that is the same in every build (Fowler, Noll and Vo's FNV-1a).
fn fingerprint(outcomes: &Outcomes) -> u64 {
    let byte = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{outcomes:?}").bytes().fold(0xcbf2_9ce4_8422_2325, byte)
}

/// What the file says about a program, if the search of it ended.
fn line(seed: u64, report: &Report, outcomes: &Outcomes) -> Option<String> {
    match &report.verdict {
        Verdict::Failed(_) => Some(format!("{seed} fails")),
        Verdict::Cut { .. } => None,
        _ => Some(format!("{seed} {} {:016x}", outcomes.len(), fingerprint(outcomes))),
    }
}

fn write(engine: Engine) -> Result<(), Failed> {
    let small = |seed| {
        let (report, outcomes) =
            explore(Explorer::new(engine).scouts(false).limit(LIMIT), &Program::from_seed(seed, &families()));
        line(seed, &report, &outcomes)
    };
    let lines: Vec<String> = (0..SEEDS).filter_map(small).collect();
    fs::write(file(), lines.join("\n") + "\n").map_err(|error| format!("failed to write the file: {error}").into())
}

/// Whether the outcomes of each program are those in the file.
fn compare<'a>(engine: Engine, expected: impl Iterator<Item = &'a str>) -> Result<(), Failed> {
    let mut differences = String::new();
    for expected in expected {
        let seed = expected.split(' ').next().and_then(|seed| seed.parse().ok()).ok_or("a line begins with a seed")?;
        let program = Program::from_seed(seed, &families());
        let (report, outcomes) = explore(Explorer::new(engine).scouts(false), &program);
        if line(seed, &report, &outcomes).as_deref() != Some(expected) {
            let _ = writeln!(differences, "{program}\n  expected {expected}, and found {report}: {outcomes:?}");
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.into()) }
}

fn differ(engine: Engine) -> Result<(), Failed> {
    for &(threads, under_loom, under_dpor, why) in DIFFERENCES {
        let (report, outcomes) = explore(Explorer::new(engine).scouts(false), &Program::of(threads));
        let expected = if engine == Engine::Loom { under_loom } else { under_dpor };
        if (&report.verdict, outcomes.len()) != (&Verdict::Exhausted, expected) {
            return Err(format!("{threads:?}: {report}, and not {expected} outcomes: {why}; {outcomes:?}").into());
        }
    }
    Ok(())
}

/// The comparison with the file, in blocks; what is known to differ; and, where asked for by `--ignored`, the file made anew.
pub fn trials(engine: Engine) -> Vec<Trial> {
    let expected = fs::read_to_string(file()).expect("the file is part of the sources");
    let lines: Vec<String> = expected.lines().map(str::to_owned).collect();
    let block = |(number, lines): (usize, &[String])| {
        let lines = lines.to_vec();
        Trial::test(format!("loom_and_dpor_have_the_same_outcomes_{number}"), move || {
            compare(engine, lines.iter().map(String::as_str))
        })
    };
    let mut trials: Vec<Trial> = lines.chunks(BLOCK).enumerate().map(block).collect();
    trials.push(Trial::test("loom_and_dpor_differ_in_what_is_known", move || differ(engine)));
    if engine == Engine::Loom {
        trials.push(Trial::test("the_outcomes_written_anew", move || write(engine)).with_ignored_flag(true));
    }
    trials
}
