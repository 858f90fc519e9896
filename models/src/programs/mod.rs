//! Every program of two threads with at most two operations each, over each structure: the operations are declared
//! once a structure, and no check is written.
//!
//! The patterns have to pass all of them. The broken twins that are such structures have to fail one, and how many
//! programs it took is the row's number; so a twin is found by what its operations are said to do, and not by a
//! check whose author knew what to look for. So are the [published](crate::published) bugs, whose repaired forms are
//! structures that have to pass.

mod account;
mod cache;
mod channel;
mod config;
mod context;
mod counter;
mod handover;
mod map;
mod pool;
mod published;
mod safe_data;

use std::fmt::Debug;

use selvedge::check::linearizability::Specification;
use selvedge::check::programs::Programs;
use selvedge::check::{Engine, Explorer, Failure, Report, Verdict};

use crate::catalogue::{Budget, Cell};
use crate::row::Row;

/// Threads of a program, at the most.
pub const THREADS: usize = 2;
/// Operations of a thread, at the most.
pub const OPERATIONS: usize = 2;

/// What the rows' checks are called, before the structure's own name.
const PREFIX: &str = "programs/";

/// A structure whose programs are explored, or a broken twin of it.
#[derive(Clone, Copy, Debug)]
pub struct Structure {
    /// What the operations are those of.
    pub name: &'static str,
    /// The type that is checked.
    pub subject: &'static str,
    /// Whether it is a twin, which has to fail.
    pub is_twin: bool,
    explore: fn(&Explorer) -> (u64, Report),
}

impl Structure {
    /// A structure that has to pass.
    const fn new(name: &'static str, subject: &'static str, explore: fn(&Explorer) -> (u64, Report)) -> Self {
        Structure { name, subject, is_twin: false, explore }
    }

    /// A broken twin of it.
    const fn twin(name: &'static str, subject: &'static str, explore: fn(&Explorer) -> (u64, Report)) -> Self {
        Structure { name, subject, is_twin: true, explore }
    }

    fn defect(&self) -> Option<&'static str> {
        self.is_twin.then_some(self.subject)
    }

    /// The cell of the run.
    pub fn cell(&self) -> Cell {
        Cell {
            check: format!("{PREFIX}{}", self.name),
            pattern: self.name.to_owned(),
            subject: self.subject.to_owned(),
            defect: self.defect().map(str::to_owned),
            property: format!("no program of {THREADS} threads × {OPERATIONS} operations fails"),
            engine: Engine::Dpor,
            expected: if self.is_twin { "caught" } else { "holds" }.to_owned(),
        }
    }

    /// Explores all programs under an engine of this build, up to the first that fails.
    pub fn run(&self, engine: Engine, budget: Budget) -> Row {
        let explorer = Explorer::new(engine).time_limit(budget.time_limit).simplify(!self.is_twin || budget.tell);
        let (programs, report) = (self.explore)(&explorer);
        let cell = self.cell();
        let failed = match &report.verdict {
            Verdict::Failed(failure) => Some(Failure { story: None, ..(**failure).clone() }.to_string()),
            Verdict::Cut { limit } => Some(format!("cut by {limit}")),
            Verdict::Vacuous { reason } => Some(reason.clone()),
            _ => self.is_twin.then(|| format!("the defect {} got through", self.subject)),
        };
        Row {
            check: cell.check,
            pattern: cell.pattern,
            claim: cell.property,
            subject: cell.subject,
            defect: cell.defect,
            engine: engine.name().to_owned(),
            memory_model: engine.memory_model().to_owned(),
            verdict: report.verdict.name().to_owned(),
            programs: Some(programs),
            executions: report.executions,
            blocked: report.blocked,
            sc_suffices: report.sc_suffices,
            seconds: report.elapsed.as_secs_f64(),
            preemption_bound: None,
            seed: report.seed,
            ok: if self.is_twin { report.verdict.name() == "failed" } else { report.verdict.holds() },
            expected: cell.expected,
            failure: failed,
            story: report.verdict.story().cloned(),
        }
    }
}

/// Whether a check is the programs of a structure.
pub fn is_programs(check: &str) -> bool {
    check.starts_with(PREFIX)
}

/// Every structure, and then its twins.
pub fn structures() -> Vec<Structure> {
    let all = [
        account::structures(),
        counter::structures(),
        safe_data::structures(),
        config::structures(),
        map::structures(),
        cache::structures(),
        channel::structures(),
        pool::structures(),
        context::structures(),
        handover::structures(),
        published::structures(),
    ];
    let (twins, own): (Vec<_>, Vec<_>) = all.into_iter().flatten().partition(|structure| structure.is_twin);
    [own, twins].concat()
}

/// The structure whose cell has these names.
pub fn find(check: &str, defect: Option<&str>) -> Option<Structure> {
    let name = check.strip_prefix(PREFIX)?;
    structures().into_iter().find(|structure| structure.name == name && structure.defect() == defect)
}

/// Explores all programs.
fn all<S, O>(programs: Programs<S, O>, explorer: &Explorer) -> (u64, Report)
where
    S: Specification + Send + Sync + 'static,
    S::Op: Clone + Debug + Send + Sync + 'static,
    S::Ret: Debug + Send + 'static,
    O: Sync + 'static,
{
    let explored = programs.explore(THREADS, OPERATIONS, explorer);
    (explored.programs, explored.report)
}
