//! The code for programs that does not depend on the type of object, so that it is compiled once.
//!
//! Operations are known by their places in a [`Table`], and in a program that is run by their numbers in the program.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::program::{self, Program};
use super::subject::Source;
use super::waiting::Waiting;
use super::{ARGUMENTS, Explored, Kind, Parts, enumerate, judge};
use crate::check::config::Config;
use crate::check::engine;
use crate::check::engines::Engine;
use crate::check::linearizability::Criterion;
use crate::check::story::{Divergence, Story};
use crate::check::verdict::{Report, Verdict};

/// The operations that were declared, by their places.
pub(super) trait Table {
    /// An operation in words.
    fn op(&self, place: usize) -> String;

    /// A program of such operations, to be run.
    fn prepare(&self, program: &Program<usize>) -> Arc<dyn Source>;
}

/// [`Programs`](super::Programs) without its types; the methods are documented there.
pub(super) struct Untyped<'a> {
    pub(super) table: &'a dyn Table,
    pub(super) parts: &'a Parts<usize>,
    pub(super) lock_free: Option<&'a [usize]>,
}

impl Untyped<'_> {
    pub(super) fn enumerate(&self, threads: usize, length: usize) -> Vec<Program<usize>> {
        let arguments = self.parts.kinds.iter().flat_map(|kind| kind.operations.iter().take(ARGUMENTS));
        let mut operations: Vec<usize> = arguments.copied().collect();
        let parallel = match self.lock_free {
            None => enumerate::parallel(operations.len(), threads, length),
            Some(claimed) => {
                let enumerated = operations.len();
                operations.extend(claimed);
                enumerate::beside(enumerated, threads, length, claimed.len())
            }
        };
        let mut programs = Vec::with_capacity(parallel.len() * self.parts.before.len());
        for parallel in &parallel {
            for before in &self.parts.before {
                let ops = |numbers: &Vec<usize>| numbers.iter().map(|&number| operations[number]).collect();
                let parallel = parallel.iter().map(ops).collect();
                programs.push(Program { before: before.clone(), parallel, after: self.parts.after.clone() });
            }
        }
        programs
    }

    pub(super) fn run(&self, program: &Program<usize>, config: &Config) -> Report {
        run(self.table.prepare(program), program.numbers(), self.lock_free.is_some(), config)
    }

    pub(super) fn run_words(&self, program: &Program<String>, config: &Config) -> Result<Report, String> {
        Ok(self.run(&self.read(program)?, config))
    }

    pub(super) fn replay_words(
        &self,
        program: &Program<String>,
        story: &Story,
        config: &Config,
    ) -> Result<(Report, Option<Divergence>), String> {
        let program = self.read(program)?;
        let (source, numbers) = (self.table.prepare(&program), program.numbers());
        Ok(replay(source, numbers, self.lock_free.is_some(), story, config))
    }

    pub(super) fn explore(&self, threads: usize, operations: usize, config: &Config) -> Explored<usize> {
        let mut explored = Explored::of(config);
        let mut known = BTreeSet::new();
        for program in self.enumerate(threads, operations) {
            let left = config.time_limit.saturating_sub(explored.report.elapsed);
            if left.is_zero() {
                let limit = format!("the time limit of {:?}", config.time_limit);
                explored.report.verdict = Verdict::Cut { limit };
                break;
            }
            // Whether a structure does the same again is asked once for each operation. Small programs are explored
            // quickly, so scouts are not worth it.
            let repeats = program.operations().filter(|&&place| known.insert(place)).count() > 0;
            let config = Config { time_limit: left, resume: None, scouts: false, repeats, ..config.clone() };
            let report = self.run(&program, &config);
            explored.add(program, report);
            if explored.failing.is_some() {
                break;
            }
        }
        explored
    }

    /// The parts in the words of the operations.
    pub(super) fn words(&self) -> Parts<String> {
        let all = |ops: &Vec<usize>| ops.iter().map(|&op| self.table.op(op)).collect::<Vec<_>>();
        let kind = |kind: &Kind<usize>| Kind { weight: kind.weight, operations: all(&kind.operations) };
        Parts {
            kinds: self.parts.kinds.iter().map(kind).collect(),
            before: self.parts.before.iter().map(all).collect(),
            after: all(&self.parts.after),
        }
    }

    /// The same with the program that fails in the words of its operations.
    pub(super) fn in_words(&self, explored: Explored<usize>) -> Explored<String> {
        let Explored { programs, exhausted, report, failing } = explored;
        let words = |program: Program<usize>| program.map(|&op| self.table.op(op));
        Explored { programs, exhausted, report, failing: failing.map(words) }
    }

    /// The program whose operations have these words; an error names the first that is none of the operations.
    fn read(&self, words: &Program<String>) -> Result<Program<usize>, String> {
        let Parts { kinds, before, after } = self.parts;
        let all: Vec<usize> =
            kinds.iter().map(|kind| &kind.operations).chain(before).chain([after]).flatten().copied().collect();
        let found = |words: &String| all.iter().copied().find(|&op| self.table.op(op) == *words);
        match words.operations().find(|words| found(words).is_none()) {
            Some(unknown) => Err(format!("there is no operation {unknown}")),
            None => Ok(words.map(|words| found(words).expect("each is there"))),
        }
    }
}

/// Runs a program. `is_claimed` says that its last thread has an operation that is claimed to be lock-free.
pub(super) fn run(source: Arc<dyn Source>, program: Program<usize>, is_claimed: bool, config: &Config) -> Report {
    if let Some(reason) = cannot_run(&*source, &program, is_claimed, config.engine) {
        return config.report(Verdict::Vacuous { reason: reason.to_owned() }, 0, Duration::ZERO);
    }
    // The point at which the threads are stopped matters, so nothing may be pruned.
    let config = &Config { unpruned: config.unpruned || is_claimed, ..config.clone() };
    let (config, check) = config.of(check(&source, &program, is_claimed, config.engine));
    tell(&*source, &program, engine::explore(&config, check).0)
}

pub(super) fn replay(
    source: Arc<dyn Source>,
    program: Program<usize>,
    is_claimed: bool,
    story: &Story,
    config: &Config,
) -> (Report, Option<Divergence>) {
    let (config, check) = config.of(check(&source, &program, is_claimed, config.engine));
    let (report, diverged) = engine::replay(&config, story, check);
    (tell(&*source, &program, report), diverged)
}

/// Why an engine can say nothing about a program.
fn cannot_run(source: &dyn Source, program: &Program<usize>, is_claimed: bool, engine: Engine) -> Option<&'static str> {
    if is_claimed && engine != Engine::Dpor {
        return Some("this engine cannot stop a thread for good");
    }
    match source.waiting(program)? {
        Waiting::Main => Some("what comes before or after the threads may wait for ever"),
        Waiting::Thread if matches!(engine, Engine::Loom | Engine::Threads) => {
            Some("a thread may rightly wait for ever, which this engine cannot tell from a deadlock")
        }
        _ => None,
    }
}

/// The check that an engine explores.
fn check(
    source: &Arc<dyn Source>,
    program: &Program<usize>,
    is_claimed: bool,
    engine: Engine,
) -> impl Fn() + Send + Sync + 'static {
    let (source, program, criterion) = (Arc::clone(source), program.clone(), criterion(engine));
    let alone = is_claimed.then(|| program.parallel.len() - 1);
    move || {
        let object = source.start();
        let judge = |recorded| judge::judge(&*object, &program, recorded, criterion);
        judge::execute(&*object, &program, source.location(), alone, &judge);
    }
}

/// The report with the words of the program in it.
fn tell(source: &dyn Source, program: &Program<usize>, mut report: Report) -> Report {
    if let Verdict::Failed(failure) = &mut report.verdict
        && !judge::said(failure)
    {
        // The judge has not reported this failure, so the program is not in the report yet.
        failure.details.extend(program::table(&program.map(|&number| source.op(number))));
    }
    report
}

/// The criterion for an engine's executions.
fn criterion(engine: Engine) -> Criterion {
    match engine {
        // Under weak memory an operation may return before another begins without happening before it.
        Engine::Loom | Engine::Rc11 => Criterion::SequentiallyConsistent,
        _ => Criterion::Linearizable,
    }
}
