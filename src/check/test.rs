//! A check as a test: what it is called, under which engines it is explored, and which verdicts it accepts.
//!
//! 1. It passes only if the verdict of every engine is what is expected.
//! 2. No two checks of a test have one name, so that a name finds a check again: `queue/keeps order` is that of
//!    `tests/queue.rs`, or of a test of the crate `queue`. The runner refuses two tests whose checks have one name.
//! 3. What the runner is told of it, and what is saved, is in [`told`].

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use parking_lot::Mutex;

use super::engine::Check;
use super::environment::Environment;
use super::explorer::Explorer;
use super::verdict::{Engine, Report, Verdict};

#[cfg(feature = "serde")]
mod told;
#[cfg(not(feature = "serde"))]
#[path = "test/untold.rs"]
mod told;

/// The least verdict that a test accepts. A sampler exhausts nothing, and passes with `SAMPLED` wherever more than
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

/// What is said of a check by its test.
#[derive(Clone, Debug)]
pub(super) struct Test {
    name: Option<String>,
    pub(super) least: Least,
    pub(super) defect: Option<String>,
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
    /// That of a check with a name, or with that of its test.
    pub(super) fn new(name: Option<String>) -> Self {
        Test { name, least: Least::default(), defect: None }
    }

    /// Explores under every engine of this build, or under the one that the environment names.
    #[track_caller]
    pub(super) fn run(&self, explorer: &Explorer, check: &Check) -> Report {
        let environment = Environment::read().unwrap_or_else(|error| panic!("{error}"));
        let names = self.names(explorer.check);
        let nothing = |limit: &str| explorer.report(Verdict::Cut { limit: limit.to_owned() }, 0, Duration::ZERO);
        if let Some(file) = &environment.list {
            told::list(self, &names, file);
            return nothing("the question which checks there are");
        }
        if environment.check.as_ref().is_some_and(|asked| *asked != names.check) {
            return nothing("the choice of another check");
        }
        let explorer = Explorer { test: None, ..explorer.clone() };
        if let Some(file) = &environment.replay {
            let replayed = told::replay(self, &names, &explorer, check, &environment, file);
            return replayed.unwrap_or_else(|| nothing("the choice of another check"));
        }
        if environment.weaken == Some(true) {
            return self.weaken(&names, &explorer, check, &environment);
        }
        let engines = match environment.engine {
            Some(engine) => vec![engine],
            None => Engine::available().collect(),
        };
        let mut last = None;
        for engine in engines {
            let explorer = Explorer { engine, ..explorer.clone() };
            let report = told::prepare(explorer, &environment).run_alone(check);
            let again = told::tell(self, &names, &report, &environment);
            let Names { check: name, .. } = &names;
            match self.expected(engine, &report) {
                Ok(()) => println!("{name} under {}: {report}", engine.name()),
                Err(why) => panic!("under {}: {why}{again}", engine.name()),
            }
            last = Some(report);
        }
        last.expect("every build has an engine")
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

    /// What every engine must come to: `holds`, or of what is broken `caught`, and on real threads `rare`.
    fn expectation(&self, engine: Engine) -> &'static str {
        match (&self.defect, engine) {
            (None, _) => "holds",
            (Some(_), Engine::Threads) => "rare",
            (Some(_), _) => "caught",
        }
    }

    /// Says why a verdict is not what is expected.
    fn expected(&self, engine: Engine, report: &Report) -> Result<(), String> {
        match (self.expectation(engine), &self.defect) {
            ("rare", _) => Ok(()),
            ("caught", _) if matches!(report.verdict, Verdict::Failed(_)) => Ok(()),
            ("caught", Some(defect)) => Err(format!("the defect {defect} got through: {report}")),
            _ if self.least.is_met_by(&report.verdict) => Ok(()),
            _ if report.verdict.holds() => Err(format!("{:?} is the least that is accepted: {report}", self.least)),
            _ => Err(report.to_string()),
        }
    }

    /// What it is called; `function` is the name of the closure's type.
    fn names(&self, function: &str) -> Names {
        // A closure's type is named by the function that it stands in, `crate::module::test::{{closure}}`.
        let function = function.split("::{{closure}}").next().unwrap_or(function);
        let thread = std::thread::current();
        let test = match thread.name() {
            Some(name) if name != "main" => name,
            _ => function.split_once("::").map_or(function, |(_, path)| path),
        };
        let own = self.name.as_deref().unwrap_or(test);
        // Of this test alone: which others run besides depends on the command line.
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

/// The folder that cargo builds in, where this program is one that it has built for `cargo test`.
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
