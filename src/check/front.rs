//! The front door: [`verify`], [`check`](check()), [`explore`], and the explorer's own runs.

use super::engine;
use super::engines::Engine;
use super::environment::Environment;
use super::explorer::{Explorer, Test};
use super::programs::AnyPrograms;
use super::test::body::Body;
use super::verdict::Report;

impl Explorer {
    /// Explores `check` until it fails, everything is explored, or the budget is used up.
    ///
    /// A failing execution is not unwound: its thread of the machine sleeps until the process ends,
    /// and keeps what the execution had allocated.
    ///
    /// The explorer of a [`check`] explores under one engine after the other, and returns the last report. If the
    /// environment asks for another check, or only for the list of checks, nothing is explored: the report is `CUT`,
    /// and says so.
    ///
    /// # Panics
    ///
    /// If the engine is not one of this build's. The explorer of a [`check`] also panics if a verdict is less than
    /// expected.
    #[track_caller]
    pub fn run<F: Fn() + Send + Sync + 'static>(&self, check: F) -> Report {
        let (config, check) = self.config.of(check);
        match &self.test {
            Some(test) => test.run(&config, Body::Closure(&check)),
            None => engine::explore(&config, check).0,
        }
    }

    /// Explores under `dpor` every program of up to so many threads, with up to so many operations each. It is a
    /// [`check`], and has nothing to do in another build than that of `dpor`.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run) does. If it is no check.
    #[track_caller]
    pub fn programs(&self, programs: &dyn AnyPrograms, threads: usize, operations: usize) -> Report {
        let body = Body::Programs { programs, threads, operations, engine: Engine::Dpor };
        self.test.as_ref().expect("only a `check` has programs").run(&self.config, body)
    }

    /// Runs [rounds](super::programs::Programs::stress) of so many real threads, with up to so many operations each, of which
    /// each has a history that is judged. It is a [`check`], and has nothing to do in another build than that of real threads.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run) does. If it is no check.
    #[track_caller]
    pub fn stress(&self, programs: &dyn AnyPrograms, threads: usize, operations: usize) -> Report {
        let body = Body::Programs { programs, threads, operations, engine: Engine::Threads };
        self.test.as_ref().expect("only a `check` has programs").run(&self.config, body)
    }
}

/// Explores `check` under the engine that `SELVEDGE_ENGINE` names, or else under the most thorough one
/// of this build: `dpor` with `--cfg shuttle`, `loom` with `--cfg loom`, `threads` in a plain one.
///
/// # Panics
///
/// If there is no engine of that name in this build, or the environment asks for what cannot be.
///
/// ```
/// use selvedge::check::{Verdict, explore};
/// use selvedge::sync::{Arc, Mutex, thread};
///
/// let report = explore(|| {
///     let total = Arc::new(Mutex::new(0));
///     let theirs = Arc::clone(&total);
///     let worker = thread::spawn(move || *theirs.lock() += 1);
///     *total.lock() += 1;
///     worker.join().unwrap();
/// });
/// assert!(report.verdict.holds(), "{report}");
/// ```
pub fn explore(check: impl Fn() + Send + Sync + 'static) -> Report {
    let asked = Environment::read().unwrap_or_else(|error| panic!("{error}")).engine;
    asked.map_or_else(any, Explorer::new).run(check)
}

/// A check as a test, by its name: [`run`](Explorer::run) explores it under every engine of this build, or under the one
/// that the environment names, and panics if a verdict is less than [expected](Explorer::expect).
///
/// A failure whose execution the engine can tell is saved under `target/selvedge/`, and the panic names the command
/// that runs it again. A pass prints its verdict, which `cargo test` shows with `--nocapture`. The rest is set by the
/// [environment](super::Environment).
///
/// ```
/// use selvedge::check::{Least, check};
/// use selvedge::sync::{channel, thread};
///
/// check("what is sent arrives").bound(3).limit(100_000).expect(Least::Bounded).run(|| {
///     let (sender, receiver) = channel::bounded(0);
///     let worker = thread::spawn(move || sender.send(42).unwrap());
///     assert_eq!(receiver.recv(), Ok(42));
///     worker.join().unwrap();
/// });
/// ```
///
/// # Panics
///
/// If the environment asks for what cannot be.
pub fn check(name: impl Into<String>) -> Explorer {
    Explorer { test: Some(Test::new(Some(name.into()))), ..any() }
}

/// [`check`](check())s `check` by the name of its test.
///
/// # Panics
///
/// If an execution breaks a property, if there was nothing to explore, or if the budget ran out;
/// with the [`Report`]. If the environment asks for what cannot be.
///
/// ```
/// use selvedge::sync::{channel, thread};
///
/// selvedge::check::verify(|| {
///     let (sender, receiver) = channel::bounded(0);
///     let worker = thread::spawn(move || sender.send(42).unwrap());
///     assert_eq!(receiver.recv(), Ok(42));
///     worker.join().unwrap();
/// });
/// ```
#[track_caller]
pub fn verify(check: impl Fn() + Send + Sync + 'static) {
    Explorer { test: Some(Test::new(None)), ..any() }.run(check);
}

/// An explorer with the most thorough engine of this build, until another is chosen.
fn any() -> Explorer {
    Explorer::new(Engine::available().last().expect("every build has an engine"))
}
