//! A check as a test: its name, the engines under which it is explored, and the verdicts that it accepts.
//!
//! 1. It passes only if every engine gives an expected verdict.
//! 2. No two checks of a test have the same name, so that a name identifies a check: `queue/keeps order` is a check of
//!    `tests/queue.rs`, or of the crate `queue`. The runner refuses two tests whose checks have the same name.
//! 3. What it tells the runner, and what it saves, is in [`told`].

use std::time::Duration;

use self::body::Body;
use self::names::Names;
use super::config::{Check, Config};
use super::engine;
use super::engines::Engine;
use super::environment::Environment;
use super::explorer::Test;
use super::status::{Expected, Least};
use super::verdict::{Report, Verdict};

pub(super) mod body;
mod names;
#[cfg(feature = "serde")]
mod told;
#[cfg(not(feature = "serde"))]
#[path = "test/untold.rs"]
mod told;

impl Test {
    /// The test of a check with this name, or with that of its test.
    pub(super) fn new(name: Option<String>) -> Self {
        Test { name, least: Least::default(), defect: None }
    }

    /// Explores under every engine of this build, or under the one that the environment names.
    #[track_caller]
    pub(super) fn run(&self, config: &Config, body: Body<'_>) -> Report {
        let environment = Environment::read().unwrap_or_else(|error| panic!("{error}"));
        let names = self.names(config.check);
        let nothing = |limit: &str| config.report(Verdict::Cut { limit: limit.to_owned() }, 0, Duration::ZERO);
        if let Some(file) = &environment.list {
            told::list(self, &names, body, file);
            return nothing("the question which checks there are");
        }
        // A twin may have the name of what it is a twin of.
        if environment.check.as_ref().is_some_and(|asked| (asked, &environment.defect) != (&names.check, &self.defect))
        {
            return nothing("the choice of another check");
        }
        if let Some(file) = &environment.replay {
            let replayed = told::replay(self, &names, config, body, &environment, file);
            return replayed.unwrap_or_else(|| nothing("the choice of another check"));
        }
        if environment.weaken == Some(true) {
            return match body {
                Body::Closure(check) => self.weaken(&names, config, check, &environment),
                Body::Programs { .. } => nothing("the question about orderings, which is for a closure"),
            };
        }
        let engines: Vec<Engine> = match (environment.engine, body) {
            (Some(engine), Body::Closure(_)) => vec![engine],
            (asked, _) => body.engines().filter(|&engine| asked.is_none_or(|asked| asked == engine)).collect(),
        };
        let mut last = nothing("the build, or the environment: it has nothing to do there");
        for engine in engines {
            let config = Config { engine, ..config.clone() };
            let explored = body.explore(told::prepare(config, &environment));
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
    fn weaken(&self, names: &Names, config: &Config, check: &Check, environment: &Environment) -> Report {
        assert!(
            environment.engine.is_none_or(|engine| engine == Engine::Rc11),
            "only rc11 knows weaker orderings: SELVEDGE_WEAKEN goes with SELVEDGE_ENGINE=rc11, or with none"
        );
        if self.defect.is_some() {
            return config.report(Verdict::Cut { limit: "the defect that it has".to_owned() }, 0, Duration::ZERO);
        }
        let weakening = engine::weaken(config, check);
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
            _ if self.least.is_met_by(report.verdict.status()) => Ok(()),
            _ if report.verdict.holds() => Err(format!("{:?} is the least that is accepted: {report}", self.least)),
            _ => Err(report.to_string()),
        }
    }
}
