//! Two searches of one program: whether they say the same, and how they differ if not.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use selvedge::check::{Engine, Explorer, Report, Verdict};

/// What the operations of each thread answered, and what is left in the end.
pub type Outcome = Vec<Vec<u64>>;

/// How two searches differ, from the worst on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One of them fails, or comes to no end, and the other does not.
    Failure,
    /// An outcome is missing.
    Missed,
    /// There is an outcome that the search which prunes nothing has not met.
    Invented,
    /// There are fewer executions than partial orders.
    TooFew,
    /// There are more.
    TooMany,
    /// Executions are blocked.
    Blocked,
}

/// What a search came to.
#[derive(Clone, Debug)]
pub struct Search {
    pub report: Report,
    jobs: usize,
    outcomes: BTreeSet<Outcome>,
}

impl Search {
    /// Explores a program, and gathers its outcomes.
    fn of(explorer: Explorer, jobs: usize, program: impl Fn() -> Outcome + Send + Sync + 'static) -> Self {
        let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
        let seen = Arc::clone(&outcomes);
        // The simplest schedule of a failure is of no interest.
        let report = explorer.jobs(jobs).simplify(false).run(move || {
            let outcome = program();
            seen.lock().unwrap().insert(outcome);
        });
        let outcomes = outcomes.lock().unwrap().clone();
        Search { report, jobs, outcomes }
    }

    /// The search that prunes nothing, of up to so many executions.
    pub fn unpruned(limit: u64, program: impl Fn() -> Outcome + Send + Sync + 'static) -> Self {
        Search::of(Explorer::new(Engine::Dpor).limit(limit).unpruned(), 1, program)
    }

    /// The search that prunes, in so many parts.
    pub fn pruned(jobs: usize, program: impl Fn() -> Outcome + Send + Sync + 'static) -> Self {
        Search::of(Explorer::new(Engine::Dpor).scouts(false), jobs, program)
    }

    /// Whether it came to no end.
    pub fn is_cut(&self) -> bool {
        matches!(self.report.verdict, Verdict::Cut { .. })
    }

    fn fails(&self) -> bool {
        matches!(self.report.verdict, Verdict::Failed(_))
    }

    /// How it differs from `all`, the search that prunes nothing; `optimal` says that it is to run one execution for each
    /// partial order, and to block none. In parts it may: one part does not know what another has planned.
    pub fn differs_from(&self, all: &Search, optimal: bool) -> Option<Kind> {
        let (executions, orders) = (self.report.executions, all.report.executions);
        if self.fails() || all.fails() {
            return (self.fails() != all.fails()).then_some(Kind::Failure);
        }
        let kinds = [
            (self.is_cut(), Kind::Failure),
            (!self.outcomes.is_superset(&all.outcomes), Kind::Missed),
            (!self.outcomes.is_subset(&all.outcomes), Kind::Invented),
            (executions < orders, Kind::TooFew),
            (executions > orders && optimal, Kind::TooMany),
            (self.report.blocked > 0 && optimal && self.jobs == 1, Kind::Blocked),
        ];
        kinds.into_iter().find_map(|(differs, kind)| differs.then_some(kind))
    }

    /// Both, in words.
    pub fn beside(&self, all: &Search) -> String {
        let Search { report, jobs, outcomes } = self;
        let (blocked, unpruned) = (report.blocked, &all.report);
        let mut text = format!("pruned, jobs {jobs}: {report}, {blocked} blocked\n  nothing pruned: {unpruned}");
        if self.fails() || all.fails() {
            // Where one fails it has not met all that there is.
            return text;
        }
        let missed = all.outcomes.difference(outcomes).next();
        text.extend(missed.map(|missed| format!("\n  missed: {missed:?}")));
        let invented = outcomes.difference(&all.outcomes).next();
        text.extend(invented.map(|invented| format!("\n  not met where nothing is pruned: {invented:?}")));
        text
    }
}
