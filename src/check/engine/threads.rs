//! Real threads: the check as it is, again and again, with the schedules that the machine makes.
//!
//! A thread that does not end cannot be stopped; it is reported, and left behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::uncaught::Uncaught;
use crate::check::config::{Check, Config};
use crate::check::progress::{Listener, Progress};
use crate::check::story::{Divergence, Story};
use crate::check::tallies::Tallies;
use crate::check::verdict::{Failure, Kind, Report, Verdict};
use crate::sync::memory::leak;
use crate::sync::place::Place;
use crate::sync::plain::roster::{Catching, Panicked, Roster};

/// How often the listener is told.
const SECOND: Duration = Duration::from_secs(1);

/// After this time an execution, which normally takes microseconds, is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn explore(config: &Config, check: Check, tallies: &mut Tallies) -> Report {
    let start = Instant::now();
    let (mut executions, mut next_told) = (0, SECOND);
    let verdict = loop {
        if let Some(Listener(listener)) = config.listener.as_ref().filter(|_| start.elapsed() >= next_told) {
            let per_second = executions as f64 / start.elapsed().as_secs_f64();
            listener(Progress { executions, per_second, whole: Some(config.executions) });
            next_told += SECOND;
        }
        if let Some(ended) = config.enough(executions, start.elapsed()) {
            break ended;
        }
        executions += 1;
        match execute(&check, config.seed ^ executions) {
            Ok(given) => given.into_iter().for_each(|number| tallies.count_only(number)),
            Err(failure) => break Verdict::Failed(failure),
        }
    };
    config.report(verdict, executions, start.elapsed())
}

/// Real threads follow no schedule.
pub(super) fn replay(config: &Config, _: &Story, check: Check) -> (Report, Option<Divergence>) {
    let why = "real threads cannot be told whose turn it is".to_owned();
    (explore(config, check, &mut Tallies::default()), Some(Divergence { step: 0, why }))
}

/// One execution, whose choices are drawn from a seed. Its body has a thread of its own, so that a body that hangs is
/// reported too. Returns the value of the execution, if values are counted.
///
/// # Errors
///
/// Says how it fails.
fn execute(check: &Check, seed: u64) -> Result<Option<usize>, Box<Failure>> {
    let roster = Arc::new(Roster::new(seed));
    let body = {
        let (roster, check) = (Arc::clone(&roster), Arc::clone(check));
        let present = roster.enter("main".to_owned());
        // The roster has the panic, if there is one.
        move || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| present.supervise(|| check()))).ok().flatten()
    };
    let main = std::thread::spawn(body);
    let alive = roster.wait_for_all(PATIENCE);
    if let Some(Panicked { message, violation, location }) = roster.panicked() {
        return Err(Box::new(Failure::panicked(message, violation, location, "")));
    }
    if alive.is_empty() {
        // The roster knows that it has ended; the machine's thread is about to end.
        let given = main.join().ok().flatten();
        return match roster.leaked() {
            Some(made) => Err(Box::new(Failure::panicked(leak(made), true, Some(Place::of(made)), ""))),
            None => Ok(given),
        };
    }
    let seconds = PATIENCE.as_secs();
    let names = alive.join(", ");
    let (kind, headline) = if alive.iter().any(|name| name == "main") {
        (Kind::Deadlock, format!("deadlock or endless loop: after {seconds} s still running: {names}"))
    } else {
        (Kind::Leak, format!("leaked worker: {seconds} s after the check has ended still running: {names}"))
    };
    let details = vec!["run it under loom or Shuttle to see who waits for what".to_owned()];
    Err(Box::new(Failure { details, ..Failure::new(kind, Vec::new(), headline) }))
}

pub(super) fn before_hook() {}

pub(super) fn observe(uncaught: impl FnOnce() -> Uncaught) -> bool {
    let Some(roster) = Roster::current() else { return false };
    if !Catching::is_catching() {
        let Uncaught { message, violation, location } = uncaught();
        roster.record_panic(Panicked { message, violation, location });
    }
    true
}
