//! Programs over each structure: only the operations are declared, once for each structure, with their arguments and
//! weights; no check is written.
//!
//! Every program of two threads with at most two operations each is explored, and larger ones are [`drawn`]. The
//! patterns have to pass all of them. The broken twins that are such structures have to fail one, and the row says
//! after how many programs; so a twin is found by its specification, and not by a check whose author knew what to look
//! for. The same holds for the [published](crate::published) bugs, whose repaired forms are structures that have to
//! pass.

use selvedge::check::programs::{AnyPrograms, Explored, Program};
use selvedge::check::protocol::{Cell, Listing, Row};
use selvedge::check::story::{Divergence, Story};
use selvedge::check::{Engine, Expected, Explorer, Report};

use crate::check::Budget;

/// Threads of an enumerated program, at the most.
pub const THREADS: usize = 2;
/// Operations of a thread of an enumerated program, at the most, unless the structure's name says otherwise.
pub const OPERATIONS: usize = 2;

/// The size of the programs that `cargo verify --draw` draws. Beyond what is enumerated there are too many, and they are
/// drawn at random: `proptests` does it, and shrinks those that fail.
pub mod drawn {
    use selvedge::check::Engine;

    /// Threads of a drawn program, at the most.
    pub const THREADS: usize = 3;
    /// Operations of a thread of a drawn program, at the most.
    pub const OPERATIONS: usize = 4;
    /// Operations that are drawn before the threads and after them, at the most.
    pub const ALONE: usize = 2;

    /// The engines under which programs are drawn: a cell is that of one of them.
    pub const ENGINES: [Engine; 3] = [Engine::Threads, Engine::Loom, Engine::Dpor];
}

/// What is claimed of one program.
const SINGLE: &str = "the program does not fail";

/// What orderings weaker than SeqCst can do to a structure: of the engines here only loom explores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orderings {
    /// It has none.
    None,
    /// Nothing: it is sequentially consistent anyway, and its programs are drawn under loom too.
    Hidden,
    /// It is linearizable only under sequential consistency, by contract.
    Visible,
}

/// A structure whose programs are explored, or a broken twin of it.
#[derive(Debug)]
pub struct Structure {
    /// The name of the structure.
    pub name: &'static str,
    /// The type that is checked.
    pub subject: &'static str,
    /// Whether it is a twin, which has to fail.
    pub is_twin: bool,
    /// What orderings that are weaker than SeqCst can do to it.
    pub orderings: Orderings,
    /// Whether the claim is that operations are lock-free.
    is_about_progress: bool,
    /// Whether larger programs are drawn, beside those that are enumerated.
    pub is_drawn: bool,
    /// Operations of a thread, at the most, of the programs that are enumerated.
    pub operations: usize,
    /// Its programs.
    pub programs: Box<dyn AnyPrograms>,
}

impl Structure {
    /// A structure that has to pass.
    pub(crate) fn new(name: &'static str, subject: &'static str, programs: impl AnyPrograms + 'static) -> Self {
        Structure {
            name,
            subject,
            is_twin: false,
            orderings: Orderings::None,
            is_about_progress: false,
            is_drawn: true,
            operations: OPERATIONS,
            programs: Box::new(programs),
        }
    }

    /// A broken twin of it.
    pub(crate) fn twin(name: &'static str, subject: &'static str, programs: impl AnyPrograms + 'static) -> Self {
        Structure { is_twin: true, ..Structure::new(name, subject, programs) }
    }

    /// The same structure, with orderings weaker than SeqCst.
    pub(crate) fn with_orderings(self, orderings: Orderings) -> Self {
        Structure { orderings, ..self }
    }

    /// A structure some operations of which have to be lock-free, as its programs say. One operation at a time is
    /// checked, so nothing is drawn.
    pub(crate) fn lock_free(name: &'static str, subject: &'static str, programs: impl AnyPrograms + 'static) -> Self {
        Structure { is_about_progress: true, is_drawn: false, ..Structure::new(name, subject, programs) }
    }

    /// It only has room for the programs that are enumerated, so none are drawn.
    pub(crate) fn for_small_programs(self) -> Self {
        Structure { is_drawn: false, ..self }
    }

    /// Enumerates so many operations for each thread, since fewer show nothing.
    pub(crate) fn in_operations(self, operations: usize) -> Self {
        Structure { operations, ..self }
    }

    pub(crate) fn defect(&self) -> Option<&'static str> {
        self.is_twin.then_some(self.subject)
    }

    /// The cell of the enumeration.
    pub fn cell(&self) -> Cell {
        let property = match self.is_about_progress {
            false => format!("no program of {THREADS} threads × {} operations fails", self.operations),
            true => "each operation returns wherever everybody else is stopped".to_owned(),
        };
        self.cell_of(Engine::Dpor, property)
    }

    /// The cells of the drawn programs: a twin has one, of the engine that has to find it; loom has those structures
    /// whose weak orderings must not show.
    pub fn drawn_cells(&self) -> Vec<Cell> {
        let property =
            format!("no program drawn of up to {} threads × {} operations fails", drawn::THREADS, drawn::OPERATIONS);
        let wanted = |engine: &Engine| match engine {
            _ if !self.is_drawn => false,
            Engine::Dpor => true,
            Engine::Loom => self.orderings == Orderings::Hidden && !self.is_twin,
            _ => !self.is_twin,
        };
        drawn::ENGINES.into_iter().filter(wanted).map(|engine| self.cell_of(engine, property.clone())).collect()
    }

    fn cell_of(&self, engine: Engine, property: String) -> Cell {
        Cell {
            check: format!("{}{}", Listing::PROGRAMS, self.name),
            pattern: self.name.to_owned(),
            subject: self.subject.to_owned(),
            defect: self.defect().map(str::to_owned),
            property,
            engine,
            expected: if self.is_twin { Expected::Caught } else { Expected::Holds },
            test: None,
        }
    }

    /// Explores all programs under an engine of this build, up to the first that fails.
    pub fn run(&self, engine: Engine, budget: Budget) -> Row {
        let explorer = Explorer::new(engine).time_limit(budget.time_limit).simplify(!self.is_twin || budget.tell);
        self.row(self.cell(), self.programs.explore(THREADS, self.operations, &explorer))
    }

    /// Explores one program under an engine of this build.
    ///
    /// # Errors
    ///
    /// If it has an operation that the structure does not have.
    pub fn run_program(&self, program: &Program<String>, engine: Engine, budget: Budget) -> Result<Row, String> {
        let explorer = Explorer::new(engine).seed(budget.seed).time_limit(budget.time_limit);
        let report = self.programs.run(program, &explorer)?;
        Ok(self.row(self.cell_of(engine, SINGLE.to_owned()), explored(program, report, &explorer)))
    }

    /// Runs the schedule of a program's failure again, and says where that went another way.
    ///
    /// # Errors
    ///
    /// If the program has an operation that the structure does not have.
    pub fn replay(
        &self,
        program: &Program<String>,
        story: &Story,
        explorer: &Explorer,
    ) -> Result<(Row, Option<Divergence>), String> {
        let (report, diverged) = self.programs.replay(program, story, explorer)?;
        let row = self.row(self.cell_of(report.engine, SINGLE.to_owned()), explored(program, report, explorer));
        // The number of programs belongs to the search that saved it.
        Ok((Row { programs: None, exhausted: None, ..row }, diverged))
    }

    /// The result of a cell.
    pub fn row(&self, cell: Cell, explored: Explored<String>) -> Row {
        let cell = Cell { engine: explored.report.engine, ..cell };
        Row { preemption_bound: None, ..Row::of_programs(&cell, explored) }
    }
}

/// The result of one program.
fn explored(program: &Program<String>, report: Report, explorer: &Explorer) -> Explored<String> {
    let mut explored = Explored::none(explorer);
    explored.add(program.clone(), report);
    explored
}
