//! The facade, in the place and with the names of crossbeam-channel.

/// Its `select!` is a short way to this, which one of the tests takes by itself.
pub use selvedge::select as crossbeam_channel_internal;
pub use selvedge::sync::channel::*;
pub use selvedge::sync::select::{Select, SelectedOperation};
pub use selvedge::{select, select_biased};

/// What the originals take under an engine in the place of what they name.
#[cfg(shuttle)]
pub mod under {
    use selvedge::check::{Engine, Explorer, Verdict};

    /// How many schedules of each test.
    const SCHEDULES: u64 = 20;

    /// Runs a test under a few schedules, the same ones each time.
    pub fn explore(test: fn()) {
        let report = Explorer::new(Engine::Shuttle).executions(SCHEDULES).seed(1).run(test);
        // One thread has one schedule.
        let held = report.verdict.holds() || matches!(report.verdict, Verdict::Vacuous { .. });
        println!("{report}");
        assert!(held, "{report}");
    }

    /// `crossbeam_utils::thread`.
    pub mod thread {
        use selvedge::std::thread::{self, Result, ScopedJoinHandle};

        #[derive(Clone, Copy)]
        pub struct Scope<'scope, 'env: 'scope>(&'scope thread::Scope<'scope, 'env>);

        pub fn scope<'env, T>(f: impl for<'scope> FnOnce(&Scope<'scope, 'env>) -> T) -> Result<T> {
            Ok(thread::scope(|scope| f(&Scope(scope))))
        }

        impl<'scope, 'env> Scope<'scope, 'env> {
            #[track_caller]
            pub fn spawn<T: Send + 'scope>(
                &self,
                f: impl FnOnce(&Scope<'scope, 'env>) -> T + Send + 'scope,
            ) -> ScopedJoinHandle<'scope, T> {
                let scope = *self;
                self.0.spawn(move || f(&scope))
            }
        }
    }
}
