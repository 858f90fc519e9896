//! What is asked of an engine, whichever this build has.

#[cfg(shuttle)]
use super::trace;
#[cfg(any(loom, shuttle))]
use super::watch;
use super::{hook, imp};
#[cfg(any(loom, shuttle))]
use super::{shrink, stray};
use crate::check::config::{Check, Config};
use crate::check::moments::Found;
use crate::check::story::{Divergence, Story};
use crate::check::tallies::Tallies;
use crate::check::verdict::Report;

/// Runs the schedule of a story again, and says where it diverged.
#[track_caller]
pub(in crate::check) fn replay(config: &Config, story: &Story, check: Check) -> (Report, Option<Divergence>) {
    prepare(config);
    #[cfg(any(loom, shuttle))]
    let _running = stray::Running::new(config.check);
    let config = Config { spurious: config.spurious || story.is_spurious(), ..config.clone() };
    imp::replay(&config, story, check)
}

/// Ends the running execution if two of its accesses to cells race, where the engine does not see to that by itself.
pub(in crate::check) fn stop_at_a_race() {
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
#[track_caller]
pub(in crate::check) fn schedules(config: &Config, check: Check) -> (Report, Found) {
    prepare(config);
    let _running = stray::Running::new(config.check);
    imp::schedules(config, check)
}

/// No engine of this build has every schedule, and one of another build was not asked.
#[cfg(not(shuttle))]
#[track_caller]
pub(in crate::check) fn schedules(config: &Config, _: Check) -> (Report, Found) {
    config.assert_available();
    unreachable!("only engines with every schedule are asked")
}

/// Makes panics and signals of executions known.
#[track_caller]
fn prepare(config: &Config) {
    config.assert_available();
    hook::install();
    #[cfg(any(loom, shuttle))]
    watch::install();
}

/// Explores a check, and counts the values that it returns.
#[track_caller]
pub(in crate::check) fn explore(config: &Config, check: Check) -> (Report, Tallies) {
    prepare(config);
    #[cfg(any(loom, shuttle))]
    let _running = stray::Running::new(config.check);
    let mut tallies = Tallies::default();
    #[cfg_attr(not(any(loom, shuttle)), expect(unused_mut, reason = "real threads tell no story"))]
    let mut report = imp::explore(config, check.clone(), &mut tallies);
    #[cfg(any(loom, shuttle))]
    if config.simplify {
        config.tell_failure(&report);
        shrink::simplify(config, &check, &mut report);
    }
    (report, tallies)
}
