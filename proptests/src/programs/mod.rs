//! Programs that are drawn at random from a structure's [declaration](models::structure), shrunk if they fail, and
//! kept: for sizes that cannot be enumerated.
//!
//! Each program is explored exhaustively as far as possible, and then by samples:
//!
//! | engine | a program is explored by |
//! |---|---|
//! | `dpor` | `dpor`, every schedule; where those are too many, `pos` |
//! | `loom` | loom, every schedule and ordering; where those are too many, with two preemptions, as far as that goes |
//! | `threads` | real threads, in bulk |
//!
//! The seed of a failing program is kept in a file of `proptests/proptest-regressions/programs/`; from then on it is
//! drawn first, under every engine.

#![allow(clippy::disallowed_types, reason = "who draws stands outside of the executions, and measures real time")]

mod shrink;
mod strategy;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use models::structure::Structure;
use proptest::test_runner::{Config, FailurePersistence, FileFailurePersistence, RngSeed, TestCaseError, TestRunner};
use selvedge::check::programs::{Explored, Program};
use selvedge::check::protocol::{Cell, Effort, Row};
use selvedge::check::{Behaviours, Engine, Explorer, Report, Verdict};

pub use shrink::Tree;
pub use strategy::Programs;

/// How many programs may be drawn in vain for each useful one.
const REJECTED: u32 = 1_000;
/// How long a failing program is shrunk, in milliseconds.
const SHRINK_TIME: u32 = 15_000;
/// How many smaller programs are tried.
const SHRINK_STEPS: u32 = 10_000;
/// How long the simplest schedule of a failing program is looked for.
const TELL_TIME: Duration = Duration::from_secs(10);
/// Preemptions under loom, if it cannot explore everything.
const PREEMPTIONS: usize = 2;

/// How much is drawn, and from which seed.
#[derive(Clone, Debug)]
pub struct Budget {
    /// How large the programs may become.
    pub effort: Effort,
    /// How many programs are drawn, if there is time.
    pub programs: u32,
    /// The seed of the drawing, and of samplers.
    pub seed: u64,
    /// How long programs are drawn. A failing program is shrunk and reported even after that.
    pub time_limit: Duration,
    /// Tells the story of a failure that was expected, too.
    pub tell: bool,
    /// Counts the different behaviours of all programs together.
    pub behaviours: bool,
    /// The file of seeds that failed before; if there is none, no seed is kept.
    pub regressions: Option<PathBuf>,
}

impl Budget {
    /// The budget of an effort, with the file of the structure if it is no twin: expected failures need not be kept.
    pub fn new(effort: Effort, seed: u64, structure: &Structure) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proptest-regressions").join("programs");
        let regressions = (!structure.is_twin).then(|| folder.join(structure.name).with_extension("txt"));
        let (programs, time_limit) = (effort.programs(), effort.time());
        Budget { effort, programs, seed, time_limit, tell: false, behaviours: false, regressions }
    }

    /// The configuration of proptest.
    fn config(&self) -> Config {
        let file = |path: &PathBuf| -> Box<dyn FailurePersistence> {
            // proptest needs a `'static` name.
            let path: &'static str = Box::leak(path.display().to_string().into_boxed_str());
            Box::new(FileFailurePersistence::Direct(path))
        };
        Config {
            cases: self.programs,
            max_global_rejects: REJECTED * self.programs.max(1),
            failure_persistence: self.regressions.as_ref().map(file),
            rng_seed: RngSeed::Fixed(self.seed),
            max_shrink_iters: SHRINK_STEPS,
            max_shrink_time: SHRINK_TIME,
            ..Config::default()
        }
    }
}

/// Draws programs of a structure, and explores each for a cell of [its](Structure::drawn_cells), until one fails, which
/// is shrunk. `tell` gets the progress once a second.
pub fn draw(structure: &Structure, cell: Cell, budget: &Budget, tell: impl Fn(String)) -> Row {
    let start = Instant::now();
    let drawing = Drawing { structure, engine: cell.engine, budget, start };
    let explored = RefCell::new(Explored::none(&Explorer::new(cell.engine)));
    let smallest = RefCell::new(None);
    let told = RefCell::new(Duration::ZERO);
    let test = |program: Program<String>| {
        let shrinks = smallest.borrow().is_some();
        if !shrinks && start.elapsed() > budget.time_limit {
            return Ok(());
        }
        let report = drawing.explore(&program);
        if report.executions == 0 && matches!(report.verdict, Verdict::Vacuous { .. }) {
            // The program says nothing under this engine, so another is drawn.
            return Err(TestCaseError::reject("an operation may rightly wait for ever"));
        }
        let failed = matches!(report.verdict, Verdict::Failed(_));
        if failed {
            *smallest.borrow_mut() = Some((program.clone(), report.clone()));
        }
        if !shrinks {
            explored.borrow_mut().add(program, report);
        }
        if told.borrow().as_secs() < start.elapsed().as_secs() {
            *told.borrow_mut() = start.elapsed();
            tell(progress(&explored.borrow(), shrinks));
        }
        if failed { Err(TestCaseError::fail("the program fails")) } else { Ok(()) }
    };
    // The result is in `smallest`.
    let _ = TestRunner::new(budget.config()).run(&Programs::of(&structure.programs.parts()), test);
    let mut explored = explored.into_inner();
    let all = &mut explored.report;
    all.elapsed = start.elapsed();
    if let Some((program, report)) = smallest.into_inner() {
        all.verdict = drawing.tell(&program, report.verdict, report.engine);
        (all.engine, explored.failing) = (report.engine, Some(program));
    } else if explored.programs == 0 {
        all.verdict = Verdict::Cut { limit: "time, before a program was drawn".to_owned() };
    } else if !matches!(all.verdict, Verdict::Vacuous { .. } | Verdict::Unsupported { .. }) {
        // The programs were sampled, even if each was exhausted.
        all.verdict = Verdict::Sampled;
    }
    all.seed = Some(budget.seed);
    structure.row(cell, explored)
}

fn progress(explored: &Explored<String>, shrinks: bool) -> String {
    let Explored { programs, exhausted, report, .. } = explored;
    let doing = if shrinks { "the last fails, and is shrunk" } else { "none fails" };
    format!("{programs} programs, {exhausted} exhausted, {} schedules; {doing}", report.executions)
}

/// One drawing.
struct Drawing<'a> {
    structure: &'a Structure,
    engine: Engine,
    budget: &'a Budget,
    start: Instant,
}

impl Drawing<'_> {
    /// Explores a program: all of it, or samples.
    fn explore(&self, program: &Program<String>) -> Report {
        let effort = self.budget.effort;
        let whole = self.run(program, self.explorer(self.engine).limit(effort.limit()));
        if !matches!(whole.verdict, Verdict::Cut { .. }) {
            return whole;
        }
        let part = match self.engine {
            Engine::Dpor => self.explorer(Engine::Pos),
            Engine::Loom => self.explorer(Engine::Loom).limit(effort.limit()).bound(Some(PREEMPTIONS)),
            _ => return whole,
        };
        let part = self.run(program, part);
        let (executions, blocked) = (whole.executions + part.executions, whole.blocked + part.blocked);
        let behaviours = Behaviours::union(whole.behaviours, part.behaviours);
        Report { executions, blocked, behaviours, ..part }
    }

    fn explorer(&self, engine: Engine) -> Explorer {
        // A program that failed is shrunk with time of its own.
        let left = self.budget.time_limit.saturating_sub(self.start.elapsed()).max(Duration::from_secs(1));
        let samples = self.budget.effort.samples();
        Explorer::new(engine).executions(samples).seed(self.budget.seed).time_limit(left).simplify(false)
    }

    fn run(&self, program: &Program<String>, explorer: Explorer) -> Report {
        let explorer = if self.budget.behaviours { explorer.behaviours(number(program)) } else { explorer };
        self.structure.programs.run(program, &explorer).expect("it is made of these operations")
    }

    /// The failure with the simplest schedule that leads to it, if the story is wanted.
    fn tell(&self, program: &Program<String>, met: Verdict, engine: Engine) -> Verdict {
        if self.structure.is_twin && !self.budget.tell {
            return met;
        }
        match self.run(program, self.explorer(engine).time_limit(TELL_TIME).simplify(true)).verdict {
            verdict @ Verdict::Failed(_) => verdict,
            // Real threads may not fail a second time; the first failure counts.
            _ => met,
        }
    }
}

/// A number for a program, the same on every machine: FNV-1a over its words.
fn number(program: &Program<String>) -> u64 {
    let words = format!("{program:?}");
    words.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
