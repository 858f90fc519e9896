//! How schedules are explored: one module an engine, of which a build has one.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "an explorer stands outside of the executions: it measures real time and has real threads"
)]

use std::sync::Arc;

use super::explorer::Explorer;
use super::outcomes::Tallies;
use super::schedules::Found;
use super::story::{Divergence, Story};
use super::verdict::Report;

mod hook;

#[cfg(not(any(loom, shuttle)))]
#[path = "threads.rs"]
mod imp;

#[cfg(any(loom, shuttle))]
mod endless;
#[cfg(any(loom, shuttle))]
mod failure;
#[cfg(shuttle)]
mod loops;
#[cfg(any(loom, shuttle))]
mod meter;
#[cfg(any(loom, shuttle))]
mod outside;
#[cfg(any(loom, shuttle))]
mod run;
#[cfg(any(loom, shuttle))]
mod shrink;
#[cfg(any(loom, shuttle))]
mod source;
#[cfg(any(loom, shuttle))]
mod story;
#[cfg(all(any(loom, shuttle), target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod watch;
#[cfg(all(any(loom, shuttle), not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))))]
#[path = "watch_nothing.rs"]
mod watch;

#[cfg(shuttle)]
mod chart;
#[cfg(shuttle)]
mod dpor;
#[cfg(shuttle)]
mod driver;
#[cfg(shuttle)]
mod fingerprint;
#[cfg(shuttle)]
mod pct;
#[cfg(shuttle)]
mod pos;
#[cfg(shuttle)]
mod rc11;
#[cfg(shuttle)]
mod reduce;
#[cfg(shuttle)]
mod replay;
#[cfg(shuttle)]
mod resume;
#[cfg(shuttle)]
mod strategy;
#[cfg(shuttle)]
mod surw;
#[cfg(shuttle)]
mod suspect;
#[cfg(shuttle)]
mod trace;
#[cfg(shuttle)]
mod unpruned;
#[cfg(shuttle)]
mod walk;
#[cfg(shuttle)]
mod weak;
#[cfg(shuttle)]
mod weaken;

#[cfg(loom)]
#[path = "loom.rs"]
mod imp;
#[cfg(shuttle)]
#[path = "shuttle.rs"]
mod imp;

pub(super) use imp::CFG;
#[cfg(shuttle)]
pub(super) use weaken::weaken;

/// Only Shuttle's build has the engine that is asked.
#[cfg(not(shuttle))]
pub(super) fn weaken(_: &Explorer, _: &Check) -> super::orderings::Weakening {
    unreachable!("whoever asks has seen whether rc11 is in this build")
}

/// Runs the schedule of a story again, and says where it diverged.
pub(super) fn replay(explorer: &Explorer, story: &Story, check: Check) -> (Report, Option<Divergence>) {
    prepare();
    #[cfg(any(loom, shuttle))]
    let _running = hook::stray::Running::new(explorer.check);
    imp::replay(explorer, story, check)
}

/// Ends the running execution if two of its accesses to cells race, where the engine does not see to that by itself.
pub(super) fn stop_at_a_race() {
    #[cfg(shuttle)]
    if crate::sync::engine::world::active() {
        use crate::sync::engine::world::{self, Stop};

        if let Some(race) = world::with(|world| trace::race::find(world)) {
            world::stop(Stop::Race(race));
        }
    }
}

/// Runs every schedule of a check.
#[cfg(shuttle)]
pub(super) fn schedules(explorer: &Explorer, check: Check) -> (Report, Found) {
    prepare();
    let _running = hook::stray::Running::new(explorer.check);
    imp::schedules(explorer, check)
}

/// No engine of this build has every schedule, and one of another build was not asked.
#[cfg(not(shuttle))]
pub(super) fn schedules(_: &Explorer, _: Check) -> (Report, Found) {
    unreachable!("only engines with every schedule are asked")
}

/// Makes panics and signals of executions known.
fn prepare() {
    hook::install();
    #[cfg(any(loom, shuttle))]
    watch::install();
}

/// A check: called once an execution. Where values are counted it gives the number of its own.
pub(super) type Check = Arc<dyn Fn() -> Option<usize> + Send + Sync>;

/// Explores a check, and counts the values that it returns.
pub(super) fn explore(explorer: &Explorer, check: Check) -> (Report, Tallies) {
    prepare();
    #[cfg(any(loom, shuttle))]
    let _running = hook::stray::Running::new(explorer.check);
    let mut tallies = Tallies::default();
    #[cfg_attr(not(any(loom, shuttle)), expect(unused_mut, reason = "real threads tell no story"))]
    let mut report = imp::explore(explorer, check.clone(), &mut tallies);
    #[cfg(any(loom, shuttle))]
    if explorer.simplify {
        explorer.tell_failure(&report);
        shrink::simplify(explorer, &check, &mut report);
    }
    (report, tallies)
}
