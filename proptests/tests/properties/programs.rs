//! Drawn programs: they have the declared size, none fails over the patterns, and one fails over each broken twin,
//! which shrinks to a small program and is drawn again from its saved seed.

use std::fs;
use std::path::PathBuf;

use models::catalogue;
use models::structure::drawn::{ALONE, OPERATIONS, THREADS};
use models::structure::{Orderings, Structure};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use proptests::programs::{Budget, Programs, draw};
use selvedge::check::protocol::{Cell, Effort, Row};
use selvedge::check::{Engine, Status};

/// Programs of each pattern; `cargo verify --draw` draws more.
const PROGRAMS: u32 = 2;
/// A twin is found within so many programs.
const ENOUGH: u32 = 300;
/// Where drawing starts.
const SEED: u64 = 1;
/// Lines that a person takes in at a glance.
const LINES: usize = 40;

/// The cells whose engine this build has.
fn cells(structure: &Structure) -> impl Iterator<Item = Cell> + use<> {
    structure.drawn_cells().into_iter().filter(|cell| cell.engine.is_built())
}

/// The twins, each with the cell in which it has to be found: never on real threads, which may miss anything.
fn twins() -> impl Iterator<Item = (Structure, Cell)> {
    let twins = catalogue::structures().into_iter().filter(|structure| structure.is_twin);
    twins.filter_map(|twin| cells(&twin).next().map(|cell| (twin, cell)))
}

fn budget(structure: &Structure, programs: u32) -> Budget {
    Budget { programs, regressions: None, ..Budget::new(Effort::Quick, SEED, structure) }
}

fn drawn(structure: &Structure, cell: Cell, budget: &Budget) -> Row {
    draw(structure, cell, budget, |_| ())
}

#[test]
fn programs_have_the_size_that_is_said() {
    for structure in catalogue::structures() {
        let parts = structure.programs.parts();
        let strategy = Programs::of(&parts);
        let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(SEED), ..Config::default() });
        let programs = (0..500).map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current());
        let programs: Vec<_> = programs.collect();
        assert!(programs.iter().all(|program| (2..=THREADS).contains(&program.parallel.len())));
        let threads: Vec<_> = programs.iter().flat_map(|program| &program.parallel).collect();
        assert!(threads.iter().all(|ops| (1..=OPERATIONS).contains(&ops.len())));
        assert!(programs.iter().all(|program| parts.before.iter().any(|beginning| {
            program.before.starts_with(beginning) && program.before.len() <= beginning.len() + ALONE
        })));
        assert!(programs.iter().all(|program| program.after.ends_with(&parts.after)));
        // Each operation is drawn with each of its arguments.
        let all = parts.kinds.iter().flat_map(|kind| &kind.operations);
        let missing: Vec<_> = all.filter(|op| !threads.iter().any(|ops| ops.contains(op))).collect();
        assert!(missing.is_empty(), "{}: never drawn: {missing:?}", structure.name);
    }
}

#[test]
fn no_program_over_a_pattern_fails() {
    for structure in catalogue::structures().into_iter().filter(|structure| !structure.is_twin) {
        for cell in cells(&structure) {
            let row = drawn(&structure, cell, &budget(&structure, PROGRAMS));
            assert!(row.ok, "{} under {}: {}", structure.name, row.engine, row.report());
            assert_eq!(row.programs, Some(u64::from(PROGRAMS)));
        }
    }
}

#[test]
fn a_twin_is_found_and_its_program_shrinks() {
    for (twin, cell) in twins() {
        let row = drawn(&twin, cell, &Budget { tell: true, ..budget(&twin, ENOUGH) });
        let report = row.report();
        assert!(row.ok, "{}: {report}", twin.subject);
        let program = row.program.as_ref().expect("a program failed");
        let longest = program.parallel.iter().map(Vec::len).max().expect("there are threads");
        assert!(program.parallel.len() == 2 && longest <= twin.operations, "{}: {report}", twin.subject);
        assert!(report.contains("\nfound by program ") && report.lines().count() <= LINES, "{report}");
    }
}

/// Two threads that each add and then sum may each miss the other's addition, which sequential consistency forbids.
#[test]
fn what_orderings_let_see_is_found_under_loom() {
    if !Engine::Loom.is_built() {
        return;
    }
    let visible = |structure: &Structure| structure.orderings == Orderings::Visible;
    for structure in catalogue::structures().into_iter().filter(visible) {
        let cell = Cell { engine: Engine::Loom, ..structure.cell() };
        let row = drawn(&structure, cell, &budget(&structure, ENOUGH));
        assert_eq!(row.verdict, Status::Failed, "{}: {}", structure.name, row.report());
    }
}

#[test]
fn the_same_seed_draws_the_same() {
    if let Some((twin, cell)) = twins().next() {
        let [one, other] = [(); 2].map(|()| drawn(&twin, cell.clone(), &budget(&twin, ENOUGH)));
        assert_eq!((one.programs, one.program, one.executions), (other.programs, other.program, other.executions));
    }
}

#[test]
fn a_program_that_failed_is_drawn_first() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("drawn-first").with_extension("txt");
    if let Some((twin, cell)) = twins().next() {
        // There is no file at the first run.
        let _ = fs::remove_file(&file);
        let kept = Budget { regressions: Some(file.clone()), ..budget(&twin, ENOUGH) };
        let found = drawn(&twin, cell.clone(), &kept);
        assert!(fs::read_to_string(&file).expect("proptest writes it").contains("\ncc "));
        // The only program that is drawn is from the seed in the file.
        let again = drawn(&twin, cell, &Budget { programs: 0, ..kept });
        assert!(again.ok, "{}", again.report());
        assert_eq!((again.programs, again.program), (Some(1), found.program));
    }
}
