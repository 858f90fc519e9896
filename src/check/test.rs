//! A check as a test: its name, the engines under which it is explored, and the verdicts that it accepts.
//!
//! 1. It passes only if every engine gives an expected verdict.
//! 2. No two checks of a test have the same name, so that a name identifies a check: `queue/keeps order` is a check of
//!    `tests/queue.rs`, or of the crate `queue`. The runner refuses two tests whose checks have the same name.
//! 3. What it tells the runner, and what it saves, is in [`told`].

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use parking_lot::Mutex;

use super::engine::Check;
use super::environment::Environment;
use super::explorer::Explorer;
use super::programs::{AnyPrograms, Explored};
use super::status::Expected;
use super::verdict::{Engine, Report, Verdict};

#[cfg(feature = "serde")]
mod told;
#[cfg(not(feature = "serde"))]
#[path = "test/untold.rs"]
mod told;

/// The least verdict that a test accepts. A sampler exhausts nothing: it passes with `SAMPLED` even if more than
/// [`Cut`](Self::Cut) is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Least {
    /// As many executions as there was time for.
    Cut,
    /// Every execution within the bounds that were set or met.
    #[default]
    Bounded,
    /// Every execution.
    Exhausted,
}

impl Least {
    fn is_met_by(self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Exhausted | Verdict::Sampled => true,
            Verdict::Bounded { .. } => self <= Least::Bounded,
            Verdict::Cut { .. } => self == Least::Cut,
            Verdict::Failed(_) | Verdict::Vacuous { .. } | Verdict::Unsupported { .. } => false,
        }
    }
}

/// What the test of a check says about it.
#[derive(Clone, Debug)]
pub(super) struct Test {
    name: Option<String>,
    pub(super) least: Least,
    pub(super) defect: Option<String>,
}

/// What is checked.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    /// A closure, under every engine of the build.
    Closure(&'a Check),
    /// Programs of up to so many threads, with up to so many operations each, under one: every one, or such as are drawn for
    /// real threads.
    Programs { programs: &'a dyn AnyPrograms, threads: usize, operations: usize, engine: Engine },
}

impl Body<'_> {
    /// Whether it can be explored under an engine of this build.
    fn is_for(self, engine: Engine) -> bool {
        match self {
            Body::Closure(_) => true,
            Body::Programs { engine: only, .. } => engine == only,
        }
    }

    /// The engines of this build that it is explored under unasked.
    fn engines(self) -> impl Iterator<Item = Engine> {
        Engine::available().filter(move |&engine| self.is_for(engine))
    }

    /// Explores it under the explorer's engine.
    #[track_caller]
    fn explore(self, explorer: Explorer) -> Explored<String> {
        match self {
            Body::Closure(check) => Explored { report: explorer.run_alone(check), ..Explored::none(&explorer) },
            Body::Programs { programs, threads, operations, engine: Engine::Threads } => {
                programs.stress(threads, operations, &explorer)
            }
            Body::Programs { programs, threads, operations, .. } => programs.explore(threads, operations, &explorer),
        }
    }
}

/// What a check is called.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "it is told nobody"))]
struct Names {
    /// The test program: that of a file in `tests/`, or of a crate.
    program: String,
    /// The test, as the test program lists it.
    test: String,
    /// `program/check`.
    check: String,
}

impl Test {
    /// The test of a check with this name, or with that of its test.
    pub(super) fn new(name: Option<String>) -> Self {
        Test { name, least: Least::default(), defect: None }
    }

    /// Explores under every engine of this build, or under the one that the environment names.
    #[track_caller]
    pub(super) fn run(&self, explorer: &Explorer, body: Body<'_>) -> Report {
        let environment = Environment::read().unwrap_or_else(|error| panic!("{error}"));
        let names = self.names(explorer.check);
        let nothing = |limit: &str| explorer.report(Verdict::Cut { limit: limit.to_owned() }, 0, Duration::ZERO);
        if let Some(file) = &environment.list {
            told::list(self, &names, body, file);
            return nothing("the question which checks there are");
        }
        // A twin may have the name of what it is a twin of.
        if environment.check.as_ref().is_some_and(|asked| (asked, &environment.defect) != (&names.check, &self.defect))
        {
            return nothing("the choice of another check");
        }
        let explorer = Explorer { test: None, ..explorer.clone() };
        if let Some(file) = &environment.replay {
            let replayed = told::replay(self, &names, &explorer, body, &environment, file);
            return replayed.unwrap_or_else(|| nothing("the choice of another check"));
        }
        if environment.weaken == Some(true) {
            return match body {
                Body::Closure(check) => self.weaken(&names, &explorer, check, &environment),
                Body::Programs { .. } => nothing("the question about orderings, which is for a closure"),
            };
        }
        let engines: Vec<Engine> = match (environment.engine, body) {
            (Some(engine), Body::Closure(_)) => vec![engine],
            (asked, _) => body.engines().filter(|&engine| asked.is_none_or(|asked| asked == engine)).collect(),
        };
        let mut last = nothing("the build, or the environment: it has nothing to do there");
        for engine in engines {
            let explorer = Explorer { engine, ..explorer.clone() };
            let explored = body.explore(told::prepare(explorer, &environment));
            let again = told::tell(self, &names, &explored, &environment);
            let Names { check: name, .. } = &names;
            match self.expected(engine, &explored.report) {
                Ok(()) => println!("{name} under {}: {}", engine.name(), explored.report),
                Err(why) => panic!("under {}: {why}{again}", engine.name()),
            }
            last = explored.report;
        }
        last
    }

    /// Lowers the orderings that the check meets, which has to hold as it is. Of what is broken there is nothing to ask.
    #[track_caller]
    fn weaken(&self, names: &Names, explorer: &Explorer, check: &Check, environment: &Environment) -> Report {
        assert!(
            environment.engine.is_none_or(|engine| engine == Engine::Rc11),
            "only rc11 knows weaker orderings: SELVEDGE_WEAKEN goes with SELVEDGE_ENGINE=rc11, or with none"
        );
        if self.defect.is_some() {
            return explorer.report(Verdict::Cut { limit: "the defect that it has".to_owned() }, 0, Duration::ZERO);
        }
        let weakening = explorer.weaken_check(explorer.check, Check::clone(check));
        told::tell_weakened(self, names, &weakening, environment);
        match self.expected(Engine::Rc11, &weakening.report) {
            Ok(()) => println!("{} under rc11: {weakening}", names.check),
            Err(why) => panic!("under rc11: {why}"),
        }
        weakening.report
    }

    /// How it must end under an engine.
    fn expectation(&self, engine: Engine) -> Expected {
        match (&self.defect, engine) {
            (None, _) => Expected::Holds,
            (Some(_), Engine::Threads) => Expected::Rare,
            (Some(_), _) => Expected::Caught,
        }
    }

    /// Says why a verdict is not an expected one.
    fn expected(&self, engine: Engine, report: &Report) -> Result<(), String> {
        let expected = self.expectation(engine);
        match &self.defect {
            Some(_) if expected.is_met_by(report.verdict.status()) => Ok(()),
            Some(defect) => Err(format!("the defect {defect} got through: {report}")),
            _ if self.least.is_met_by(&report.verdict) => Ok(()),
            _ if report.verdict.holds() => Err(format!("{:?} is the least that is accepted: {report}", self.least)),
            _ => Err(report.to_string()),
        }
    }

    /// The names of the check; `function` is the name of the closure's type.
    fn names(&self, function: &str) -> Names {
        // A closure's type is named by the function that it stands in, `crate::module::test::{{closure}}`.
        let function = function.split("::{{closure}}").next().unwrap_or(function);
        let thread = std::thread::current();
        let test = match thread.name() {
            Some(name) if name != "main" => name,
            _ => function.split_once("::").map_or(function, |(_, path)| path),
        };
        let own = self.name.as_deref().unwrap_or(test);
        // Only names of this test are compared: which other tests run depends on the command line.
        let key = [test, own, self.defect.as_deref().unwrap_or_default()].map(str::to_owned);
        static NAMED: Mutex<Vec<[String; 3]>> = Mutex::new(Vec::new());
        let mut named = NAMED.lock();
        let before = named.iter().filter(|named| **named == key).count();
        named.push(key);
        let number = if before > 0 { format!("-{}", before + 1) } else { String::new() };
        let program = program();
        Names { check: format!("{program}/{own}{number}"), test: test.to_owned(), program }
    }
}

/// The file of this program, without what cargo adds to its name.
fn program() -> String {
    let stem = env::current_exe().ok().and_then(|file| Some(file.file_stem()?.to_string_lossy().into_owned()));
    let stem = stem.unwrap_or_else(|| "test".to_owned());
    match stem.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => stem,
    }
}

/// cargo's target folder, if cargo has built this program for `cargo test`.
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "nothing is saved"))]
fn target() -> Option<PathBuf> {
    let file = env::current_exe().ok()?;
    let folder = file.parent().filter(|folder| folder.file_name() == Some(OsStr::new("deps")))?;
    Some(folder.parent()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_asked_of_who_can_do_more() {
        let met = |least: Least| {
            let bounded = Verdict::Bounded { preemptions: None, turns: Some(8) };
            let cut = Verdict::Cut { limit: String::new() };
            [Verdict::Exhausted, Verdict::Sampled, bounded, cut].map(|verdict| least.is_met_by(&verdict))
        };
        assert_eq!(met(Least::Exhausted), [true, true, false, false]);
        assert_eq!(met(Least::Bounded), [true, true, true, false]);
        assert_eq!(met(Least::Cut), [true, true, true, true]);
        assert!(!Least::Cut.is_met_by(&Verdict::Vacuous { reason: String::new() }));
    }

    #[test]
    fn a_name_is_given_once() {
        let name = |test: &Test| test.names("crate::module::test::{{closure}}").check;
        let test = Test::new(Some("given once".to_owned()));
        let twin = Test { defect: Some("Broken".to_owned()), ..test.clone() };
        let first = name(&test);
        assert!(first.ends_with("/given once"), "{first}");
        assert_eq!([name(&twin), name(&test)], [first.clone(), format!("{first}-2")]);
    }
}
