//! What a test checks: a closure, or programs.

use crate::check::config::{Check, Config};
use crate::check::engine;
use crate::check::engines::Engine;
use crate::check::explorer::Explorer;
use crate::check::programs::{AnyPrograms, Explored};

/// What is checked.
#[derive(Clone, Copy)]
pub(in crate::check) enum Body<'a> {
    /// A closure, under every engine of the build.
    Closure(&'a Check),
    /// Programs of up to so many threads, with up to so many operations each, under one: every one, or such as are drawn for
    /// real threads.
    Programs { programs: &'a dyn AnyPrograms, threads: usize, operations: usize, engine: Engine },
}

impl Body<'_> {
    /// Whether it can be explored under an engine of this build.
    pub(super) fn is_for(self, engine: Engine) -> bool {
        match self {
            Body::Closure(_) => true,
            Body::Programs { engine: only, .. } => engine == only,
        }
    }

    /// The engines of this build that it is explored under unasked.
    pub(super) fn engines(self) -> impl Iterator<Item = Engine> {
        Engine::available().filter(move |&engine| self.is_for(engine))
    }

    /// Explores it under the config's engine.
    #[track_caller]
    pub(super) fn explore(self, config: Config) -> Explored<String> {
        match self {
            Body::Closure(check) => {
                Explored { report: engine::explore(&config, Check::clone(check)).0, ..Explored::of(&config) }
            }
            Body::Programs { programs, threads, operations, engine: Engine::Threads } => {
                programs.stress(threads, operations, &Explorer { config, test: None })
            }
            Body::Programs { programs, threads, operations, .. } => {
                programs.explore(threads, operations, &Explorer { config, test: None })
            }
        }
    }
}
