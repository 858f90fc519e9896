//! The programs of any structure: operations are identified by their words, so that a program can be drawn, kept in a
//! file and run again without knowing their type.

use std::fmt::Debug;

use super::{Explored, Parts, Program, Programs};
use crate::check::explorer::Explorer;
use crate::check::linearizability::Specification;
use crate::check::story::{Divergence, Story};
use crate::check::verdict::Report;

/// [`Programs`] over any kind of object.
pub trait AnyPrograms: Debug + Send + Sync {
    /// What programs are made of.
    fn parts(&self) -> Parts<String>;

    /// Explores all programs up to a size, until one fails.
    fn explore(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<String>;

    /// Draws programs, and runs each once, until one fails.
    fn stress(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<String>;

    /// Explores one program.
    ///
    /// # Errors
    ///
    /// If it has an operation that is none of these.
    fn run(&self, program: &Program<String>, explorer: &Explorer) -> Result<Report, String>;

    /// Runs the schedule of a program's failure again.
    ///
    /// # Errors
    ///
    /// If it has an operation that is none of these.
    fn replay(
        &self,
        program: &Program<String>,
        story: &Story,
        explorer: &Explorer,
    ) -> Result<(Report, Option<Divergence>), String>;
}

impl<S, O> AnyPrograms for Programs<S, O>
where
    S: Specification + Send + Sync + 'static,
    S::Op: Clone + Debug + Send + Sync + 'static,
    S::Ret: Debug + Send + 'static,
    O: Sync + 'static,
{
    fn parts(&self) -> Parts<String> {
        self.untyped().words()
    }

    fn explore(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<String> {
        let untyped = self.untyped();
        untyped.in_words(untyped.explore(threads, operations, &explorer.config))
    }

    fn stress(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<String> {
        let untyped = self.untyped();
        untyped.in_words(untyped.stress(threads, operations, &explorer.config))
    }

    fn run(&self, program: &Program<String>, explorer: &Explorer) -> Result<Report, String> {
        self.untyped().run_words(program, &explorer.config)
    }

    fn replay(
        &self,
        program: &Program<String>,
        story: &Story,
        explorer: &Explorer,
    ) -> Result<(Report, Option<Divergence>), String> {
        self.untyped().replay_words(program, story, &explorer.config)
    }
}
