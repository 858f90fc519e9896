//! No engine of this build knows weaker orderings.

use crate::check::config::{Check, Config};
use crate::check::engines::Engine;
use crate::check::orderings::Weakening;

/// Only Shuttle's build has the engine that is asked.
#[track_caller]
pub(in crate::check) fn weaken(config: &Config, _: &Check) -> Weakening {
    Config { engine: Engine::Rc11, ..config.clone() }.assert_available();
    unreachable!("only rc11 is asked")
}
