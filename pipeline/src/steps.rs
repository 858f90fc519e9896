//! `cargo ci`: the steps of the pipeline, up to the first that fails.
//!
//! Each is a command that runs the same way on a developer's machine. Steps with a build of their own are in a lane of
//! their own, and some lanes run at a time, since much of a build keeps only one core busy: what runs alone after them has
//! been built there too. The last step is the README's test command, whose summary ends the output.

use std::io::{self, Seek};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, bail};
use ci::builds;
use ci::repository::Models;
use cli::{note, process, say};

use ci::{merge, night};

use crate::{bench, mutants, nextest, originals, sanitize};

/// The flags of `cargo ci`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    job: Option<Job>,
    /// Leaves out a step; may be given again.
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// Names the steps, and runs none.
    #[arg(long)]
    list: bool,
}

/// What takes too long for the pipeline.
#[derive(Debug, clap::Subcommand)]
enum Job {
    /// Changes the patterns and primitives, one place at a time, and lists the changes that nothing notices.
    Mutants(mutants::Arguments),
    /// Works on the checks, programs and workloads for hours, with fresh seeds, where there is still something new.
    Nightly(night::Arguments),
    /// Makes one report of all shards of a night.
    Merge(merge::Arguments),
    /// Measures the patterns beside what one would use instead.
    Bench(bench::Arguments),
    /// Runs crossbeam-channel's own tests over the facade: on plain threads, and under Shuttle.
    Originals(originals::Arguments),
    /// Runs the tests of a user's crate under an installed cargo-nextest: alone, as JUnit, in partitions.
    Nextest,
    /// Runs the patterns and primitives under Miri and ThreadSanitizer, and the engines under AddressSanitizer, where a
    /// nightly toolchain has them.
    Sanitize,
}

/// A step: its name, the cfg it is built with, and the arguments of cargo, with a space between two of them.
struct Step {
    name: &'static str,
    cfg: Option<&'static str>,
    cargo: &'static str,
}

/// Of the library, which has the code that is only in an engine's build; the nightly lints the rest in such a build too. In
/// the profile of the tests: what runs in the compiler, as serde's derive does, is built once for both.
const ENGINE_LINTS: &str = "clippy --quiet --profile checks --package selvedge --all-targets -- -D warnings";
/// All tests of an engine's build, in one command: separate commands would build shared dependencies again. Examples
/// are compiled by the lints, and are not run under an engine. The cells of the catalogue and the programs are run by
/// `verify`.
const SHUTTLE_TESTS: &str = "test --quiet --profile checks --package selvedge --package tests --package tests-dpor \
    --package models --package proptests --lib --tests \
    -- --skip cells/ --skip no_program_over_a_pattern_fails_and_one_over_each_twin_does";
/// The library's own tests and the properties, which are run under Shuttle, are run under loom by the nightly: for them the
/// library is compiled a second time.
const LOOM_TESTS: &str = "test --quiet --profile checks --package tests --package tests-dpor --package models --tests \
    -- --skip cells/ --skip no_program_over_a_pattern_fails_and_one_over_each_twin_does";
const ENGINE_DOCS: &str = "test --quiet --profile checks --package selvedge --package models --doc";

const PERTURBED_LINTS: &str = "clippy --quiet --package selvedge --package tests --all-targets -- -D warnings";
/// Not optimized: perturbed tests need not be fast.
const PERTURBED_TESTS: &str = "test --quiet --package selvedge --package tests --lib --test conformance";

/// The steps that fail soonest.
const FIRST: &[Step] = &[
    Step { name: "format", cfg: None, cargo: "fmt --all --check" },
    Step {
        name: "lints",
        cfg: None,
        // The bench as well, which has dependencies of its own.
        cargo: "clippy --quiet --workspace --all-targets --features stress/peers -- -D warnings",
    },
];

const LANES: &[&[Step]] = &[
    // The longest cell takes a minute and a half of an idle core.
    &[Step { name: "verify", cfg: None, cargo: "verify --quick --time-limit 300s" }],
    &[
        Step { name: "lints-shuttle", cfg: Some("shuttle"), cargo: ENGINE_LINTS },
        Step { name: "tests-shuttle", cfg: Some("shuttle"), cargo: SHUTTLE_TESTS },
        Step { name: "docs-shuttle", cfg: Some("shuttle"), cargo: ENGINE_DOCS },
    ],
    &[
        Step { name: "lints-loom", cfg: Some("loom"), cargo: ENGINE_LINTS },
        Step { name: "tests-loom", cfg: Some("loom"), cargo: LOOM_TESTS },
        Step { name: "docs-loom", cfg: Some("loom"), cargo: ENGINE_DOCS },
    ],
    &[
        // What a user would have: a crate outside of the workspace.
        Step {
            name: "example",
            cfg: None,
            cargo: "run --quiet --package cargo-selvedge --bin cargo-selvedge -- \
                --quick --manifest-path examples/bounded_queue/Cargo.toml",
        },
        Step { name: "docs", cfg: None, cargo: "doc --quiet --workspace --no-deps" },
        Step { name: "audit", cfg: None, cargo: "deny --log-level error check licenses bans sources" },
        Step { name: "build-stress", cfg: None, cargo: "build --quiet --release --package stress" },
        Step { name: "build-tests", cfg: None, cargo: "test --quiet --workspace --no-run" },
    ],
    &[
        Step { name: "lints-jitter", cfg: Some("jitter"), cargo: PERTURBED_LINTS },
        Step { name: "tests-jitter", cfg: Some("jitter"), cargo: PERTURBED_TESTS },
    ],
];

/// How many lanes run at a time: more than there are cores, since most of a build keeps one busy, and a lane waits where
/// another builds for the same engine.
const AT_A_TIME: usize = 4;

/// It runs alone, after everything before it: it needs all cores.
const STRESS: Step =
    Step { name: "stress", cfg: None, cargo: "run --quiet --release --package stress -- run --duration 5s" };

const TESTS: Step = Step { name: "tests", cfg: None, cargo: "test --workspace" };

/// Whether every step passed, or the job did.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    match &arguments.job {
        Some(Job::Mutants(arguments)) => return mutants::run(arguments),
        Some(Job::Nightly(arguments)) => return night::run(&Models::default(), arguments),
        Some(Job::Merge(arguments)) => return merge::run(&Models::default(), arguments),
        Some(Job::Bench(arguments)) => return bench::run(arguments),
        Some(Job::Originals(arguments)) => return originals::run(arguments),
        Some(Job::Nextest) => return nextest::run(),
        Some(Job::Sanitize) => return sanitize::run(),
        None => (),
    }
    let lanes = LANES.iter().flat_map(|lane| lane.iter());
    let names = || FIRST.iter().chain(lanes.clone()).chain([&STRESS, &TESTS]).map(|step| step.name);
    if let Some(unknown) = arguments.skip.iter().find(|skip| !names().any(|name| name == *skip)) {
        bail!("there is no step `{unknown}`; there are {}", names().collect::<Vec<_>>().join(", "));
    }
    if arguments.list {
        names().for_each(|name| say!("{name}"));
        return Ok(true);
    }
    let wanted = |name: &str| !arguments.skip.iter().any(|skip| skip == name);
    for step in FIRST.iter().filter(|step| wanted(step.name)) {
        if !timed(step.name, || run_step(step))? {
            return Ok(false);
        }
    }
    if !run_lanes(&wanted)? {
        return Ok(false);
    }
    if wanted(STRESS.name) && !timed(STRESS.name, || run_step(&STRESS))? {
        return Ok(false);
    }
    if wanted(TESTS.name) {
        // Not timed, so that the test runner's own summary ends the output.
        note!("==> {}", TESTS.name);
        return run_step(&TESTS);
    }
    Ok(true)
}

/// Runs a step, and says on standard error how long it took and whether it passed.
fn timed(name: &str, step: impl FnOnce() -> anyhow::Result<bool>) -> anyhow::Result<bool> {
    note!("==> {name}");
    let start = Instant::now();
    let passed = step()?;
    told(name, passed, start);
    Ok(passed)
}

fn told(name: &str, passed: bool, start: Instant) {
    let seconds = start.elapsed().as_secs();
    if passed {
        note!("==> {name} passed in {seconds} s");
    } else {
        note!("error: the step `{name}` failed after {seconds} s");
    }
}

/// Runs the lanes, some at a time. The output of a step is shown when it is over.
fn run_lanes(wanted: &(dyn Fn(&str) -> bool + Sync)) -> anyhow::Result<bool> {
    let (next, passed, output) = (AtomicUsize::new(0), AtomicBool::new(true), Mutex::new(()));
    let run = |step: &Step| {
        let start = Instant::now();
        let mut said = tempfile::tempfile()?;
        let over = match command(step)? {
            Some(mut command) => {
                process::status(command.stdout(said.try_clone()?).stderr(said.try_clone()?))?.success()
            }
            None => true,
        };
        let _alone = output.lock().expect("no panic under this lock");
        note!("==> {}", step.name);
        said.rewind()?;
        io::copy(&mut said, &mut io::stderr())?;
        told(step.name, over, start);
        passed.fetch_and(over, Ordering::Relaxed);
        anyhow::Ok(())
    };
    let work = || {
        while let Some(lane) = LANES.get(next.fetch_add(1, Ordering::Relaxed)) {
            for step in lane.iter().filter(|step| wanted(step.name)) {
                if passed.load(Ordering::Relaxed) {
                    run(step).with_context(|| format!("failed to run the step `{}`", step.name))?;
                }
            }
        }
        anyhow::Ok(())
    };
    thread::scope(|scope| {
        let workers = [(); AT_A_TIME].map(|()| scope.spawn(work));
        workers.into_iter().try_for_each(|worker| worker.join().expect("a step does not panic"))
    })?;
    Ok(passed.into_inner())
}

fn run_step(step: &Step) -> anyhow::Result<bool> {
    match command(step)? {
        Some(mut command) => Ok(process::status(&mut command)?.success()),
        None => Ok(true),
    }
}

/// What a step runs; nothing where that is not installed.
fn command(step: &Step) -> anyhow::Result<Option<Command>> {
    if step.name == "audit" && !has_cargo_deny() {
        note!("skipped: cargo-deny is not installed (`cargo install cargo-deny --locked` installs it)");
        return Ok(None);
    }
    let mut command = builds::cargo();
    builds::with_cfg(&mut command, step.cfg)?.args(step.cargo.split(' '));
    if step.name == "docs" {
        command.env("RUSTDOCFLAGS", "-D warnings");
    }
    Ok(Some(command))
}

fn has_cargo_deny() -> bool {
    Command::new("cargo-deny").arg("--version").output().is_ok_and(|output| output.status.success())
}
