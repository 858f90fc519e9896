//! The catalogue: which check runs against which subject, under which engines, and the verdict that
//! it must reach there.
//!
//! A check's body is generic over the subject, a small trait that both the pattern and its broken
//! twins implement. So a twin is caught by the very lines that the pattern passes.

use std::time::Duration;

use selvedge::check::{Engine, Explorer, Report, Verdict};

use crate::row::Row;

/// How much is explored. An exhaustive engine explores all there is, whatever the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The everyday budget: fewer samples.
    pub quick: bool,
    /// Where samplers start.
    pub seed: u64,
    /// Ends the exploration of one cell.
    pub time_limit: Duration,
}

impl Budget {
    fn samples(self, engine: Engine) -> u64 {
        match (engine, self.quick) {
            (Engine::Threads, true) => 200,
            (Engine::Threads, false) => 2_000,
            (_, true) => 5_000,
            (_, false) => 100_000,
        }
    }
}

/// What a cell must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expectation {
    /// The property holds in all that is explored.
    Holds,
    /// The engine finds the defect.
    Caught,
}

/// A check against one subject.
#[derive(Clone, Debug)]
pub struct Check {
    /// The module of the pattern.
    pub pattern: &'static str,
    /// The property, as an identifier.
    pub property: &'static str,
    /// The property in a sentence.
    pub claim: &'static str,
    /// The type that is checked.
    pub subject: &'static str,
    /// What is wrong with it, where it is a twin.
    pub defect: Option<&'static str>,
    body: fn(),
    engines: Vec<Engine>,
    /// loom's bound on preemptions.
    loom_bound: Option<usize>,
}

impl Check {
    /// A check that the pattern itself must pass, under every engine; loom without a bound.
    pub fn new(pattern: &'static str, property: &'static str, claim: &'static str) -> Self {
        Check {
            pattern,
            property,
            claim,
            subject: "",
            defect: None,
            body: || (),
            engines: Engine::ALL.to_vec(),
            loom_bound: None,
        }
    }

    /// The body, for the pattern's own type.
    pub fn on(mut self, subject: &'static str, body: fn()) -> Self {
        self.subject = subject;
        self.body = body;
        self
    }

    /// Bounds loom's preemptions, where it takes over 30 s on two cores without.
    pub fn loom_bound(mut self, preemptions: usize) -> Self {
        self.loom_bound = Some(preemptions);
        self
    }

    /// The same check against a broken twin, which each of `engines` must catch.
    pub fn twin(&self, defect: &'static str, engines: &[Engine], body: fn()) -> Self {
        Check { subject: defect, defect: Some(defect), body, engines: engines.to_vec(), ..self.clone() }
    }

    /// `pattern/property`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.pattern, self.property)
    }

    fn expectation(&self) -> Expectation {
        if self.defect.is_some() { Expectation::Caught } else { Expectation::Holds }
    }

    /// The engines under which it runs.
    pub fn engines(&self) -> &[Engine] {
        &self.engines
    }

    /// Runs it under one engine of this build.
    pub fn run(&self, engine: Engine, budget: Budget) -> Row {
        let report = Explorer::new(engine)
            .executions(budget.samples(engine))
            .time_limit(budget.time_limit)
            .preemption_bound(self.loom_bound)
            .seed(budget.seed)
            .run(self.body);
        self.row(&report)
    }

    fn row(&self, report: &Report) -> Row {
        let (expected, ok) = match self.expectation() {
            Expectation::Holds => ("holds", report.verdict.holds()),
            Expectation::Caught => ("caught", matches!(report.verdict, Verdict::Failed(_))),
        };
        let failure = match &report.verdict {
            Verdict::Failed(failure) => Some(failure.to_string()),
            Verdict::Cut { limit } => Some(format!("cut by {limit}")),
            Verdict::Vacuous { reason } => Some(reason.clone()),
            _ if !ok => Some(format!("the defect {} got through", self.subject)),
            _ => None,
        };
        Row {
            check: self.name(),
            pattern: self.pattern.to_owned(),
            subject: self.subject.to_owned(),
            defect: self.defect.map(str::to_owned),
            engine: report.engine.name().to_owned(),
            memory_model: report.engine.memory_model().to_owned(),
            verdict: report.verdict.name().to_owned(),
            executions: report.executions,
            blocked: 0,
            seconds: report.elapsed.as_secs_f64(),
            preemption_bound: self.loom_bound.filter(|_| report.engine == Engine::Loom),
            seed: match report.verdict {
                Verdict::Sampled { seed } => seed,
                _ => None,
            },
            expected: expected.to_owned(),
            ok,
            failure,
        }
    }
}

/// A check under one engine.
#[derive(Clone, Debug)]
pub struct Cell {
    /// `pattern/property`.
    pub check: String,
    /// The module of the pattern.
    pub pattern: String,
    /// The type that is checked.
    pub subject: String,
    /// What is wrong with it, where it is a twin.
    pub defect: Option<String>,
    /// The property in a sentence.
    pub property: String,
    /// Who explores.
    pub engine: Engine,
    /// `holds` or `caught`.
    pub expected: String,
}

/// Every check, in the order of the document.
pub fn checks() -> Vec<Check> {
    crate::patterns::ALL.iter().flat_map(|checks| checks()).collect()
}

/// Every cell of the catalogue, over the engines of all builds.
pub fn cells() -> Vec<Cell> {
    let cells = |check: &Check| {
        let cell = |&engine| Cell {
            check: check.name(),
            pattern: check.pattern.to_owned(),
            subject: check.subject.to_owned(),
            defect: check.defect.map(str::to_owned),
            property: check.claim.to_owned(),
            engine,
            expected: if check.defect.is_some() { "caught" } else { "holds" }.to_owned(),
        };
        check.engines.iter().map(cell).collect::<Vec<_>>()
    };
    checks().iter().flat_map(cells).collect()
}

/// The check of that name against the pattern, or against the twin with that defect.
pub fn find(name: &str, defect: Option<&str>) -> Option<Check> {
    checks().into_iter().find(|check| check.name() == name && check.defect == defect)
}
