//! A check: what it runs, under which engines, and the verdict that it must have under each.
//!
//! Its body is generic over the subject, a small trait that both the pattern and its broken
//! twins implement. So a twin is caught by the very lines that the pattern passes.

use std::time::Duration;

use cli::arguments;
use selvedge::check::protocol::{Cell, Row, parse_shard};
use selvedge::check::{Engine, Expected, Explorer, Report, Verdict};

/// How much is explored. An exhaustive engine explores everything, whatever the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct Budget {
    /// The everyday budget: fewer samples.
    #[arg(long)]
    pub quick: bool,
    /// Where samplers start.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Ends the exploration of one cell.
    #[arg(long = "time-limit-ms", value_name = "N", default_value = "120000", value_parser = arguments::milliseconds)]
    pub time_limit: Duration,
    /// Which part of the search of `dpor` or `rc11` is run, counted from 0, of how many; on command lines the K-th of N.
    #[arg(long, value_name = "K/N", default_value = "1/1", value_parser = parse_shard)]
    pub shard: (usize, usize),
    /// Tells the story of a failure that was expected, too.
    #[arg(long)]
    pub tell: bool,
    /// Lets threads wake without a reason.
    #[arg(long)]
    pub spurious: bool,
}

/// The engine of that name, on command lines.
///
/// # Errors
///
/// If it is not in this build.
pub fn engine(name: &str) -> Result<Engine, String> {
    let found = Engine::from_name(name).filter(|engine| engine.is_built());
    found.ok_or_else(|| format!("the engine {name} is not in this build"))
}

impl Budget {
    /// The everyday budget of one cell, which ends after two minutes.
    pub const QUICK: Budget = Budget {
        quick: true,
        seed: 0,
        time_limit: Duration::from_secs(120),
        shard: (0, 1),
        tell: false,
        spurious: false,
    };

    fn samples(self, engine: Engine) -> u64 {
        match (engine, self.quick) {
            (Engine::Threads, true) => 200,
            (Engine::Threads, false) => 2_000,
            (_, true) => 5_000,
            (_, false) => 100_000,
        }
    }
}

/// The result that a cell must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The property holds in all that is explored.
    Holds,
    /// The engine finds the defect; a sampler has to find it from each of several seeds.
    Caught,
    /// The engine cannot see the defect, for this reason. It is wrong to find it.
    Blind(&'static str),
    /// Real threads may hit the defect's window or not; both are right.
    Rare,
}

impl Expectation {
    /// The same without the reason, as the runner reads it.
    pub fn expected(self) -> Expected {
        match self {
            Expectation::Holds => Expected::Holds,
            Expectation::Caught => Expected::Caught,
            Expectation::Blind(_) => Expected::Blind,
            Expectation::Rare => Expected::Rare,
        }
    }
}

/// Seeds from which a sampler has to find a defect; the cell shows the median run.
const SEEDS: u64 = 25;

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
    /// What is wrong with it, if it is a twin.
    pub defect: Option<&'static str>,
    body: fn(),
    /// What is expected under each engine of [`Engine::ALL`].
    expectations: [Expectation; Engine::ALL.len()],
    /// loom's bound on preemptions.
    loom_bound: Option<usize>,
    /// loom's bound in the everyday budget, if it differs.
    quick_loom_bound: Option<usize>,
    /// Whether it is about spurious wakeups.
    spurious: bool,
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
            expectations: [Expectation::Holds; Engine::ALL.len()],
            loom_bound: None,
            quick_loom_bound: None,
            spurious: false,
        }
    }

    /// The body, for the pattern's own type.
    pub fn on(mut self, subject: &'static str, body: fn()) -> Self {
        self.subject = subject;
        self.body = body;
        self
    }

    /// Bounds loom's preemptions, for a check that takes over 30 s on two cores without a bound.
    pub fn loom_bound(mut self, preemptions: usize) -> Self {
        self.loom_bound = Some(preemptions);
        self
    }

    /// Bounds loom's preemptions in the everyday budget, for a check that takes over 5 s on two cores without a bound.
    pub fn quick_loom_bound(mut self, preemptions: usize) -> Self {
        self.quick_loom_bound = Some(preemptions);
        self
    }

    /// Lets threads wake spuriously, and weak exchanges fail spuriously under loom as well.
    pub fn spuriously(mut self) -> Self {
        self.spurious = true;
        self
    }

    /// The same check against a broken twin, which every engine but real threads must catch. A search that ends at the
    /// first failure needs no bound in the everyday budget.
    pub fn twin(&self, defect: &'static str, body: fn()) -> Self {
        let twin = Check { subject: defect, defect: Some(defect), body, quick_loom_bound: None, ..self.clone() };
        let twin = Engine::ALL.into_iter().fold(twin, |twin, engine| twin.expect(engine, Expectation::Caught));
        twin.expect(Engine::Threads, Expectation::Rare)
    }

    /// Expects something else under one engine.
    pub fn expect(mut self, engine: Engine, expectation: Expectation) -> Self {
        let at = Engine::ALL.iter().position(|&other| other == engine);
        self.expectations[at.expect("the list has every engine")] = expectation;
        self
    }

    /// The defect shows in every schedule, and so on real threads.
    pub fn in_every_schedule(self) -> Self {
        self.expect(Engine::Threads, Expectation::Caught)
    }

    /// The defect is a memory ordering, and the data that it spoils are atomics themselves: so there is no data race,
    /// and sequentially consistent engines cannot see it.
    pub fn without_a_data_race(self) -> Self {
        let blind = Expectation::Blind("there is no data race, and every operation is sequentially consistent");
        let consistent = [Engine::Shuttle, Engine::ShuttlePct, Engine::Pos, Engine::Surw, Engine::Dpor];
        consistent.into_iter().fold(self, |twin, engine| twin.expect(engine, blind))
    }

    /// `pattern/property`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.pattern, self.property)
    }

    /// What is expected under an engine.
    pub fn expectation(&self, engine: Engine) -> Expectation {
        let at = Engine::ALL.iter().position(|&other| other == engine);
        self.expectations[at.expect("the list has every engine")]
    }

    /// Runs it under one engine of this build. If a sampler must find a defect, it is run from several seeds, and the
    /// median run is reported; if a run does not find it, that run is.
    pub fn run(&self, engine: Engine, budget: Budget) -> Row {
        self.run_as(engine, budget, |explorer| explorer)
    }

    /// The same, with more settings of the explorer.
    pub fn run_as(&self, engine: Engine, budget: Budget, prepare: impl Fn(Explorer) -> Explorer) -> Row {
        let sampled = engine.samples_from_seed();
        let seeds = if sampled && self.expectation(engine) == Expectation::Caught { SEEDS } else { 1 };
        let explorer = |seed, simplify| prepare(self.explorer(engine, budget, seed)).simplify(simplify);
        let mut reports: Vec<Report> =
            (0..seeds).map(|offset| explorer(budget.seed.wrapping_add(offset), false).run(self.body)).collect();
        reports.sort_by_key(|report| {
            (!self.expectation(engine).expected().is_met_by(report.verdict.status()), report.executions)
        });
        let last = reports.len() - 1;
        let all_met = self.expectation(engine).expected().is_met_by(reports[last].verdict.status());
        let report = &reports[if all_met { last / 2 } else { last }];
        let told = budget.tell || !all_met;
        let simplest = || explorer(report.seed.unwrap_or(0), true).run(self.body).verdict;
        match &report.verdict {
            // Real threads may not fail a second time; the first failure counts.
            Verdict::Failed(_) if told => match simplest() {
                verdict @ Verdict::Failed(_) => self.row(&Report { verdict, ..report.clone() }, budget.quick),
                _ => self.row(report, budget.quick),
            },
            _ => self.row(report, budget.quick),
        }
    }

    /// Lowers the orderings that it meets, one at a time, all in the time of one cell.
    pub fn weaken(&self, budget: Budget) -> Row {
        let weakening = self.explorer(Engine::Rc11, budget, 0).simplify(false).weaken(self.body);
        self.row(&weakening.report, budget.quick).weakened(&weakening)
    }

    fn explorer(&self, engine: Engine, budget: Budget, seed: u64) -> Explorer {
        Explorer::new(engine)
            .executions(budget.samples(engine))
            .time_limit(budget.time_limit)
            .bound(self.preemption_bound(engine, budget.quick))
            .seed(seed)
            .shard(budget.shard.0, budget.shard.1)
            .spurious(self.spurious || budget.spurious)
    }

    fn preemption_bound(&self, engine: Engine, quick: bool) -> Option<usize> {
        let bound = self.quick_loom_bound.filter(|_| quick).or(self.loom_bound);
        bound.filter(|_| engine == Engine::Loom)
    }

    pub(crate) fn body(&self) -> fn() {
        self.body
    }

    pub(crate) fn row(&self, report: &Report, quick: bool) -> Row {
        let row = Row::of(&self.cell(report.engine), report);
        let failure = match self.expectation(report.engine) {
            Expectation::Blind(reason) if row.ok => Some(reason.to_owned()),
            _ => row.failure,
        };
        Row { failure, preemption_bound: self.preemption_bound(report.engine, quick), ..row }
    }

    /// The cell as the runner reads it.
    pub(crate) fn cell(&self, engine: Engine) -> Cell {
        Cell {
            check: self.name(),
            pattern: self.pattern.to_owned(),
            subject: self.subject.to_owned(),
            defect: self.defect.map(str::to_owned),
            property: self.claim.to_owned(),
            engine,
            expected: self.expectation(engine).expected(),
            test: None,
        }
    }
}
