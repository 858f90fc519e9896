//! The programs of any structure: its operations go by their words, so that a program can be drawn, kept in a file
//! and run again by who does not know their type.

use std::fmt::Debug;

use selvedge::check::linearizability::Specification;
use selvedge::check::programs::{Explored, Parts, Program, Programs};
use selvedge::check::story::{Divergence, Story};
use selvedge::check::{Explorer, Report};

/// [`Programs`] over whatever it is.
pub trait AnyPrograms: Debug + Send + Sync {
    /// What programs are made of.
    fn parts(&self) -> Parts<String>;

    /// Explores all programs up to a size, until one fails.
    fn explore(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<String>;

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
        self.parts().words()
    }

    fn explore(&self, threads: usize, operations: usize, explorer: &Explorer) -> Explored<String> {
        let Explored { programs, exhausted, report, failing } = self.explore(threads, operations, explorer);
        Explored { programs, exhausted, report, failing: failing.map(|program| program.words()) }
    }

    fn run(&self, program: &Program<String>, explorer: &Explorer) -> Result<Report, String> {
        Ok(self.run(&self.parts().read(program)?, explorer))
    }

    fn replay(
        &self,
        program: &Program<String>,
        story: &Story,
        explorer: &Explorer,
    ) -> Result<(Report, Option<Divergence>), String> {
        Ok(self.replay(&self.parts().read(program)?, story, explorer))
    }
}
