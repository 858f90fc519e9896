//! The simplest schedule that fails in the same way: the one with the fewest preemptions that is found.
//!
//! First the schedule that failed [loses what it does not need](reduce), if the engine can follow a given schedule.
//! Then, bound by bound from 0, every schedule with at most so many preemptions is run, with nothing pruned (Musuvathi
//! and Qadeer, PLDI 2007). Where the searches with all smaller bounds were complete, it is proven that the failure
//! needs so many preemptions. loom prunes under a bound too, and counts preemptions at points of its own, so it does
//! not prove that.
//!
//! A graph of `rc11` has no schedule: its steps were performed in some order, in which an operation may have found an older
//! state than the last. Where `dpor` meets the failure as well, it is told as `dpor` tells it, and made simpler; where it
//! does not, weak memory is a part of the failure, and so it is told as it is.
//!
//! A schedule that fails in another way is no simpler form of the failure, and never replaces it. Where the engine
//! cannot run the program, the failure stays as it was found. All of this has one budget, since somebody waits for the
//! report.

use std::time::{Duration, Instant};

use super::imp;
#[cfg(shuttle)]
use super::reduce;
use crate::check::config::{Check, Config};
use crate::check::engines::Engine;
use crate::check::tallies::Tallies;
use crate::check::verdict::{Failure, Kind, Report, Verdict};

/// How much it may cost in all.
const EXECUTIONS: u64 = 20_000;
const TIME: Duration = Duration::from_secs(2);

/// Puts the simplest form of the failure that is found in the place of the one in the report.
pub(super) fn simplify(config: &Config, check: &Check, report: &mut Report) {
    let Verdict::Failed(failure) = &mut report.verdict else { return };
    // Nondeterminism is not about a single schedule.
    if failure.kind == Kind::Nondeterminism || failure.story.is_none() {
        return;
    }
    let engine = Engine::available().last().expect("every build has an engine");
    let (start, bound, has_schedule) = (Instant::now(), config.preemption_bound, config.engine != Engine::Rc11);
    let config = Config { engine, jobs: 1, shard: (0, 1), seed: 0, resume: None, listener: None, ..config.clone() };
    if !has_schedule && !meets(&config, check, failure) {
        return;
    }
    #[cfg(shuttle)]
    reduce::reduce(failure, start + TIME / 2, |attempt| imp::attempt(&config, attempt, check));
    let (simpler, bound) = by_bounds(&config, check, failure, start + TIME).unwrap_or((None, bound));
    if let Some(story) = &mut failure.story {
        story.simpler = simpler.filter(|_| engine == Engine::Dpor);
        story.bound = bound;
    }
}

/// Whether the engine meets the failure too, which then is the one that it has met. Not a race: about that `rc11` says
/// which ordering is missing.
fn meets(config: &Config, check: &Check, failure: &mut Failure) -> bool {
    if failure.kind == Kind::Race {
        return false;
    }
    let config = Config { limit: Some(EXECUTIONS), time_limit: TIME / 2, ..config.clone() };
    match imp::explore(&config, check.clone(), &mut Tallies::default()).verdict {
        Verdict::Failed(found) if found.is_form_of(failure) => {
            *failure = *found;
            true
        }
        _ => false,
    }
}

/// Looks for the failure with fewer preemptions. Returns how many schedules have fewer preemptions than the failure has
/// then, if all of them were run and pass; and the bound under which it was met, which is the explorer's own where
/// nothing better was found.
fn by_bounds(
    config: &Config,
    check: &Check,
    failure: &mut Failure,
    deadline: Instant,
) -> Option<(Option<u64>, Option<usize>)> {
    let (mut simpler, mut left) = (0, EXECUTIONS);
    for bound in 0..failure.preemptions() {
        let time = deadline.saturating_duration_since(Instant::now());
        let bounded = Config { preemption_bound: Some(bound), limit: Some(left), time_limit: time, ..config.clone() };
        let report = imp::explore(&bounded, check.clone(), &mut Tallies::default());
        match report.verdict {
            Verdict::Failed(found) if found.is_form_of(failure) => {
                *failure = *found;
                return Some((Some(simpler), Some(bound)));
            }
            Verdict::Bounded { .. } | Verdict::Vacuous { .. } => simpler = report.executions + report.blocked,
            // Out of time, or the program fails in another way too, or the engine cannot run it.
            _ => return None,
        }
        left = left.saturating_sub(report.executions + report.blocked);
    }
    Some((Some(simpler), config.preemption_bound))
}
