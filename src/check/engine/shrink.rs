//! The simplest schedule that fails: the one with the fewest preemptions.
//!
//! Bound by bound from 0, every schedule with at most so many preemptions is run, with nothing pruned
//! (Musuvathi and Qadeer, PLDI 2007). The first that fails takes the place of the one that was found. Where
//! all smaller bounds came to their end, that it needs so many preemptions is proven. loom prunes under a
//! bound too, and counts preemptions at points of its own, so it proves nothing of the kind.

use std::time::Duration;

use super::{Check, imp};
use crate::check::explorer::Explorer;
use crate::check::verdict::{Engine, Report, Verdict};

/// How much a bound may cost: a report is waited for.
const EXECUTIONS: u64 = 20_000;
const TIME: Duration = Duration::from_secs(2);

/// Puts the simplest failure that is found in the place of the one in the report.
pub(super) fn simplify(explorer: &Explorer, check: &Check, report: &mut Report) {
    let Verdict::Failed(failure) = &mut report.verdict else { return };
    let Some(had) = failure.story.as_ref().map(|story| story.preemptions()) else { return };
    let exhaustive = Engine::available().last().expect("every build has an engine");
    let explorer = Explorer {
        engine: exhaustive,
        jobs: 1,
        shard: (0, 1),
        seed: 0,
        resume: None,
        listener: None,
        ..explorer.clone()
    };
    let explorer = explorer.time_limit(TIME).limit(EXECUTIONS);
    let (mut simpler, mut bound_of_it) = (Some(0), explorer.preemption_bound);
    for bound in 0..had {
        let bounded = imp::explore(&explorer.clone().preemption_bound(Some(bound)), check.clone());
        match bounded.verdict {
            Verdict::Failed(found) => {
                (*failure, bound_of_it) = (found, Some(bound));
                break;
            }
            Verdict::Cut { .. } => simpler = None,
            _ => simpler = simpler.map(|_| bounded.executions + bounded.blocked),
        }
    }
    if let Some(story) = &mut failure.story {
        story.simpler = simpler.filter(|_| exhaustive == Engine::Dpor);
        story.bound = bound_of_it;
    }
}
