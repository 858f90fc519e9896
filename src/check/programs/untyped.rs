//! What is done with programs, whatever they are run on: compiled once for each type of operation.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use super::program::{self, Program};
use super::subject::Source;
use super::waiting::Waiting;
use super::{ARGUMENTS, Explored, Parts, enumerate, judge};
use crate::check::explorer::Explorer;
use crate::check::linearizability::Criterion;
use crate::check::story::{Divergence, Story};
use crate::check::verdict::{Engine, Report, Verdict};

/// [`Programs`](super::Programs) without the type of what they are run on; its methods are told there.
pub(super) struct Untyped<'a, Op> {
    pub(super) subject: Arc<dyn Source<Op>>,
    pub(super) parts: &'a Parts<Op>,
    pub(super) lock_free: Option<&'a [Op]>,
}

impl<Op: Clone + Debug + Send + Sync + 'static> Untyped<'_, Op> {
    pub(super) fn enumerate(&self, threads: usize, length: usize) -> Vec<Program<Op>> {
        let arguments = self.parts.kinds.iter().flat_map(|kind| kind.operations.iter().take(ARGUMENTS));
        let mut operations: Vec<&Op> = arguments.collect();
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
                let ops = |numbers: &Vec<usize>| numbers.iter().map(|&number| operations[number].clone()).collect();
                let parallel = parallel.iter().map(ops).collect();
                programs.push(Program { before: before.clone(), parallel, after: self.parts.after.clone() });
            }
        }
        programs
    }

    pub(super) fn run(&self, program: &Program<Op>, explorer: &Explorer) -> Report {
        if let Some(reason) = self.cannot_run(program, explorer.engine) {
            return explorer.report(Verdict::Vacuous { reason: reason.to_owned() }, 0, Duration::ZERO);
        }
        // Where a thread is stopped is what counts, and that is pruned by nobody.
        let explorer = &Explorer { unpruned: explorer.unpruned || self.lock_free.is_some(), ..explorer.clone() };
        tell(&|| program.words(), explorer, explorer.run(self.check(program, explorer.engine)))
    }

    pub(super) fn replay(
        &self,
        program: &Program<Op>,
        story: &Story,
        explorer: &Explorer,
    ) -> (Report, Option<Divergence>) {
        let (report, diverged) = explorer.replay(story, self.check(program, explorer.engine));
        (tell(&|| program.words(), explorer, report), diverged)
    }

    pub(super) fn explore(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<Op> {
        let mut explored = Explored::none(explorer);
        for program in self.enumerate(threads, operations) {
            let left = explorer.time_limit.saturating_sub(explored.report.elapsed);
            if left.is_zero() {
                let limit = format!("the time limit of {:?}", explorer.time_limit);
                explored.report.verdict = Verdict::Cut { limit };
                break;
            }
            let report = self.run(&program, &Explorer { time_limit: left, resume: None, ..explorer.clone() });
            explored.add(program, report);
            if explored.failing.is_some() {
                break;
            }
        }
        explored
    }

    /// Why nothing can be said of a program under an engine.
    fn cannot_run(&self, program: &Program<Op>, engine: Engine) -> Option<&'static str> {
        if self.lock_free.is_some() && engine != Engine::Dpor {
            return Some("this engine cannot stop a thread for good");
        }
        match self.subject.waiting(program)? {
            Waiting::Main => Some("what comes before or after the threads may wait for ever"),
            Waiting::Thread if matches!(engine, Engine::Loom | Engine::Threads) => {
                Some("a thread may rightly wait for ever, which this engine cannot tell from a deadlock")
            }
            _ => None,
        }
    }

    /// What an engine explores.
    fn check(&self, program: &Program<Op>, engine: Engine) -> impl Fn() + Send + Sync + 'static {
        let subject = Arc::clone(&self.subject);
        let (program, numbers, criterion) = (program.clone(), program.numbers(), criterion(engine));
        let alone = self.lock_free.map(|_| program.parallel.len() - 1);
        move || {
            let object = subject.start(&program);
            let judge = |recorded| judge::judge(&*object, &numbers, recorded, criterion);
            judge::execute(&*object, &numbers, subject.location(), alone, &judge);
        }
    }
}

/// The report with the words of the program in it.
fn tell(words: &dyn Fn() -> Program<String>, explorer: &Explorer, mut report: Report) -> Report {
    if let Verdict::Failed(failure) = &mut report.verdict
        && !failure.headline.starts_with(judge::name(criterion(explorer.engine)))
    {
        // What broke is not the answers, and only the program is missing.
        failure.details.extend(program::table(&words()));
    }
    report
}

/// What an engine's executions have to be.
fn criterion(engine: Engine) -> Criterion {
    match engine {
        Engine::Loom => Criterion::SequentiallyConsistent,
        _ => Criterion::Linearizable,
    }
}
