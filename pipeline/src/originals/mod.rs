//! `cargo ci originals`: crossbeam-channel's own tests, over the facade.
//!
//! The facade says that it has crossbeam-channel's API. The authors of that API have written down what it must do: in the tests
//! and examples of the released crate, and in its docs. They are copied from cargo's registry to a folder under
//! `target`, beside a crate that is called `crossbeam-channel` and is the facade, and built and run there: on plain threads
//! as they are, and under Shuttle for a few schedules each, in other words and with smaller numbers (`rewrite`). Nothing of
//! theirs is part of this repository.
//!
//! 1. The version is the one that the facade itself is built over: that of `Cargo.lock`.
//! 2. Each test runs in a process of its own, which ends in time. One that fails is run again alone: many of them measure
//!    real time, and a machine that is busy is not one that is wrong.
//! 3. What fails, or does not compile, needs a reason in `pipeline/originals.toml`, and what has a reason has to need it.

mod build;
mod reasons;
mod rewrite;
mod source;

use std::fmt::Write;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use ci::builds;
use cli::process::{self, End};
use cli::{arguments, note, say};

use build::{Built, Test};
use reasons::Reasons;
use source::Released;

/// How long a test may take.
const TIME: Duration = Duration::from_secs(300);
/// How long one of which a failure is expected: some do not end.
const SHORT: Duration = Duration::from_secs(30);

/// The flags of `cargo ci originals`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only on plain threads, or only under Shuttle.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Only tests whose `file::name` contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Tests at once.
    #[arg(long, value_name = "N", value_parser = arguments::jobs())]
    jobs: Option<u16>,
}

/// What the originals run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Engine {
    Plain,
    Shuttle,
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Engine::Plain => "plain",
            Engine::Shuttle => "shuttle",
        }
    }

    /// The cfg that it is built with.
    fn cfg(self) -> Option<&'static str> {
        (self == Engine::Shuttle).then_some("shuttle")
    }
}

/// What came of a test; where it did not pass, why.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    DoesNotCompile(String),
}

/// Whether all originals pass, or have their reason.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let released = Released::find()?;
    let reasons = Reasons::read()?;
    let engines = arguments.engine.map_or(vec![Engine::Plain, Engine::Shuttle], |engine| vec![engine]);
    let mut explained = true;
    for engine in engines {
        note!("==> crossbeam-channel {} on {}", released.version, engine.name());
        let folder = builds::target(None).join("originals").join(engine.name());
        released.write(&folder.join("crate"), engine).context("failed to write the crate of the originals")?;
        let mut built = build::build(&folder, engine)?;
        if let Some(filter) = &arguments.filter {
            built.tests.retain(|test| test.to_string().contains(filter));
        }
        let outcomes = run_all(&built, arguments.jobs, |test| reasons.of(engine, &test.file, &test.name).is_some())?;
        let outcomes: Vec<_> = built.tests.iter().zip(outcomes).collect();
        let (report, passed) = report(&outcomes, engine, &reasons, arguments.filter.is_none());
        say!("crossbeam-channel {} on {}\n{report}", released.version, engine.name());
        explained &= passed;
    }
    Ok(explained)
}

/// Runs every test, some at a time.
fn run_all(built: &Built, jobs: Option<u16>, fails: impl Fn(&Test) -> bool + Sync) -> anyhow::Result<Vec<Outcome>> {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let jobs = jobs.map_or_else(cores, usize::from);
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(built.tests.iter().map(|_| None).collect());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((at, test)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, built.tests.get(at)?)))
        {
            let outcome = run_one(test, if fails(test) { SHORT } else { TIME })?;
            outcomes.lock().expect("no panic under this lock")[at] = Some(outcome);
        }
        anyhow::Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a test does not panic here"))
    })?;
    let outcomes = outcomes.into_inner().expect("no panic under this lock");
    let alone = |(test, outcome): (&Test, Option<Outcome>)| match outcome.expect("every test has run") {
        Outcome::Failed(why) if !fails(test) => {
            note!("{test} has failed, and is run again alone: {}", why.lines().next().unwrap_or_default());
            run_one(test, TIME)
        }
        outcome => Ok(outcome),
    };
    built.tests.iter().zip(outcomes).map(alone).collect()
}

fn run_one(test: &Test, time: Duration) -> anyhow::Result<Outcome> {
    let program = match &test.program {
        Ok(program) => program,
        Err(why) => return Ok(Outcome::DoesNotCompile(why.clone())),
    };
    let mut command = Command::new(program);
    if !test.is_example {
        command.args(["--exact", &test.name, "--nocapture", "--test-threads", "1"]);
    }
    Ok(match process::run(&mut command, time, |_| ())? {
        End::Line(_) => Outcome::Passed,
        End::OutOfTime => Outcome::Failed(format!("not over after {} s", time.as_secs())),
        End::Crashed { why, .. } => Outcome::Failed(why),
    })
}

/// What came out, as text, and whether everything that did not pass has a reason. Where all tests have run, no reason may be
/// left over.
fn report(outcomes: &[(&Test, Outcome)], engine: Engine, reasons: &Reasons, all: bool) -> (String, bool) {
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a string takes all");
    let mut open = 0;
    for (test, outcome) in outcomes {
        let reason = reasons.of(engine, &test.file, &test.name);
        match (outcome, reason) {
            (Outcome::Passed, None) => (),
            (Outcome::Passed, Some(_)) if all => {
                open += 1;
                line(format_args!("{test} passes: pipeline/originals.toml explains a failure that is none"));
            }
            (Outcome::Passed, Some(_)) => line(format_args!("{test} passes")),
            (Outcome::Failed(_), Some(reason)) => line(format_args!("{test} fails: {reason}")),
            (Outcome::DoesNotCompile(_), Some(reason)) => line(format_args!("{test} does not compile: {reason}")),
            (Outcome::Failed(why), None) => {
                open += 1;
                line(format_args!("{test} FAILS, and has no reason: {}", why.replace('\n', "\n    ")));
            }
            (Outcome::DoesNotCompile(why), None) => {
                open += 1;
                line(format_args!("{test} DOES NOT COMPILE, and has no reason: {why}"));
            }
        }
    }
    line(format_args!("{:<16} {:>5} {:>8} {:>4} {:>4}", "file", "tests", "compile", "pass", "fail"));
    let mut row = |name: &str, of: &dyn Fn(&Test) -> bool| {
        let count =
            |which: fn(&Outcome) -> bool| outcomes.iter().filter(|(test, outcome)| of(test) && which(outcome)).count();
        let (passed, failed) =
            (count(|outcome| *outcome == Outcome::Passed), count(|outcome| matches!(outcome, Outcome::Failed(_))));
        let tests = count(|_| true);
        line(format_args!("{name:<16} {tests:>5} {:>8} {passed:>4} {failed:>4}", passed + failed));
        (tests, passed, failed)
    };
    let mut files: Vec<&str> = outcomes.iter().map(|(test, _)| test.file.as_str()).collect();
    files.dedup();
    files.into_iter().for_each(|file| _ = row(file, &|test| test.file == file));
    let (tests, passed, failed) = row("all", &|_| true);
    let percent = 100.0 * (passed + failed) as f64 / tests.max(1) as f64;
    line(format_args!(
        "{percent:.1} % compile; {passed} of {tests} pass, {} do not; {open} are to be mended, or explained in \
         pipeline/originals.toml",
        tests - passed,
    ));
    (text, open == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_needs_a_reason_and_a_reason_needs_a_failure() {
        let test = |name: &str| Test {
            file: "array".to_owned(),
            name: name.to_owned(),
            program: Ok("array".into()),
            is_example: false,
        };
        let reasons: Reasons = toml::from_str(
            r#"
            [kinds]
            time = "it measures time"
            [[reasons]]
            engine = "shuttle"
            kind = "time"
            file = "array"
            tests = ["waits"]
            "#,
        )
        .expect("it is TOML");
        let (waits, sends) = (test("waits"), test("sends"));
        let failed = || Outcome::Failed("ended with 101".to_owned());
        let said = |waited: Outcome, sent: Outcome, engine| {
            report(&[(&waits, waited), (&sends, sent)], engine, &reasons, true)
        };
        let (text, explained) = said(failed(), Outcome::Passed, Engine::Shuttle);
        assert!(explained && text.contains("array::waits fails: it measures time"), "{text}");
        assert!(text.contains("array                2        2    1    1\n"), "{text}");
        let (text, explained) = said(failed(), Outcome::Passed, Engine::Plain);
        assert!(!explained && text.contains("array::waits FAILS, and has no reason: ended with 101"), "{text}");
        let (text, explained) = said(Outcome::Passed, Outcome::Passed, Engine::Shuttle);
        assert!(!explained && text.contains("array::waits passes: "), "{text}");
        let (text, explained) = said(failed(), Outcome::DoesNotCompile("no such method".to_owned()), Engine::Shuttle);
        assert!(!explained && text.contains("50.0 % compile; 0 of 2 pass, 2 do not; 1 are to be mended"), "{text}");
    }
}
