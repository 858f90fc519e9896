//! The facade has no holes: what compiles on real threads compiles in every build, and runs under every engine of it.
//!
//! One file a group. Each program is a few lines, as a user would write them, and takes part of a primitive in each form in
//! which it can be used; what it asserts holds in every execution.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a user may take what the project itself does not"
)]

mod arcs;
mod atomics;
mod barriers;
mod cells;
mod channels;
mod choices;
mod condvars;
mod futures;
mod locks;
mod memory;
mod once;
mod parking;
mod rwlocks;
mod selects;
mod shape;
mod statics;
mod table;
mod threads;
mod timers;

use selvedge::check::{Engine, Explorer, Verdict};

/// Runs a program under every engine of this build.
#[track_caller]
fn everywhere(program: impl Fn() + Send + Sync + Clone + 'static) {
    let weak = Some(Engine::Rc11).filter(|engine| engine.is_built());
    for engine in Engine::available().chain(weak) {
        // loom takes minutes for what dpor takes no time for.
        let bound = (engine == Engine::Loom).then_some(2);
        let report = Explorer::new(engine).bound(bound).executions(100).run(program.clone());
        let held = report.verdict.holds() || matches!(report.verdict, Verdict::Vacuous { .. } | Verdict::Cut { .. });
        assert!(held, "under {}: {report}", engine.name());
    }
}
