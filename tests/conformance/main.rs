//! The facade behaves the same in every build: one body, every engine, crossbeam and parking_lot
//! being the reference.
//!
//! A case either holds in every execution ([`always`]), or lists its [`outcomes`]: nothing else may
//! occur under any engine, and each has to occur under loom, which is exhaustive, and in Shuttle's
//! random walk from the default seed.

#![allow(clippy::disallowed_types, reason = "outcomes are gathered outside of the executions")]

mod channels;
mod contexts;
mod faults;
mod locks;
mod references;
mod semaphores;

use std::collections::BTreeSet;
use std::sync::{Arc as Shared, Mutex as Plain};
use std::time::Duration;

use selvedge::check::{Engine, Explorer, Report, Verdict};

const TICK: Duration = Duration::from_millis(10);

/// Explores `check` and compares the set of values that it returns.
#[track_caller]
fn outcomes<T>(expected: &[T], check: impl Fn() -> T + Send + Sync + Clone + 'static)
where
    T: Ord + Clone + std::fmt::Debug + Send + 'static,
{
    outcomes_of(Explorer::new, expected, check);
}

/// The same for what loom takes minutes for.
#[track_caller]
fn outcomes_within_bounds<T>(expected: &[T], check: impl Fn() -> T + Send + Sync + Clone + 'static)
where
    T: Ord + Clone + std::fmt::Debug + Send + 'static,
{
    outcomes_of(within_bounds, expected, check);
}

#[track_caller]
fn outcomes_of<T>(
    explorer: fn(Engine) -> Explorer,
    expected: &[T],
    check: impl Fn() -> T + Send + Sync + Clone + 'static,
) where
    T: Ord + Clone + std::fmt::Debug + Send + 'static,
{
    let expected: BTreeSet<T> = expected.iter().cloned().collect();
    for engine in Engine::available() {
        let seen = Shared::new(Plain::new(BTreeSet::new()));
        let (sink, check) = (Shared::clone(&seen), check.clone());
        let report = explorer(engine).run(move || {
            let outcome = check();
            sink.lock().unwrap().insert(outcome);
        });
        assert_held(&report);
        let seen = seen.lock().unwrap().clone();
        assert!(seen.is_subset(&expected), "under {}: {seen:?}, expected {expected:?}", engine.name());
        if matches!(engine, Engine::Loom | Engine::Shuttle) {
            assert_eq!(seen, expected, "under {}", engine.name());
        }
    }
}

/// Explores `check`, which asserts what holds in every execution.
#[track_caller]
fn always(check: impl Fn() + Send + Sync + Clone + 'static) {
    for engine in Engine::available() {
        assert_held(&Explorer::new(engine).run(check.clone()));
    }
}

/// The same for what loom takes minutes for.
#[track_caller]
fn always_within_bounds(check: impl Fn() + Send + Sync + Clone + 'static) {
    for engine in Engine::available() {
        assert_held(&within_bounds(engine).run(check.clone()));
    }
}

/// At most three preemptions under loom.
fn within_bounds(engine: Engine) -> Explorer {
    Explorer::new(engine).bound((engine == Engine::Loom).then_some(3))
}

/// A case may leave an engine no choice: then its only schedule has been checked.
#[track_caller]
fn assert_held(report: &Report) {
    let held = report.verdict.holds() || matches!(report.verdict, Verdict::Vacuous { .. });
    assert!(held, "under {}: {report}", report.engine.name());
}
