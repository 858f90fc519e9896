//! Properties of selvedge's patterns; they are in `tests/`.
//!
//! proptest draws sequences of the operations that a [structure](models::structure) declares, and every answer is compared with
//! that of its specification, a few lines of std. A sequence that fails is shrunk, and kept beside the test in a
//! `.regressions` file, from which it is run first.
//!
//! [`programs`] draws concurrent programs, and [`histories`] reads and judges logs of real systems; the binaries of the
//! same names run them.

#![forbid(unsafe_code)]

use proptest::test_runner::{Config, FileFailurePersistence};
use selvedge::check::Engine;

pub mod histories;
pub mod programs;

/// How sequences are drawn, and where failing ones are kept. Under an engine no sequences are run: its primitives only
/// work in its executions, and one thread needs no engine.
pub fn config() -> Config {
    let kept = FileFailurePersistence::WithSource("regressions");
    let config = Config { failure_persistence: Some(Box::new(kept)), ..Config::default() };
    let cases = if Engine::Threads.is_built() { config.cases } else { 0 };
    Config { cases, ..config }
}
