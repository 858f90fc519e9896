//! Every program over every structure, under the engine that exhausts it; and that the other engines take them too.

use std::time::Duration;

use models::catalogue;
use models::check::Budget;
use models::saved;
use models::structure::Orderings;
use selvedge::check::Engine;
use selvedge::check::protocol::{Listing, Saved};

#[test]
fn no_program_over_a_pattern_fails_and_one_over_each_twin_does() {
    if !Engine::Dpor.is_built() {
        return;
    }
    for structure in catalogue::structures() {
        // A limit for what hangs: a machine that is busy with other things takes minutes for the maps.
        let row = structure.run(Engine::Dpor, Budget { time_limit: Duration::from_secs(900), ..Budget::QUICK });
        assert!(row.ok, "{} {}: {}", structure.name, structure.subject, row.report());
        // `dpor` sees which atomics are not SeqCst, and so what is to run under loom. Those inside of a context are the
        // facade's own, and do not count.
        let inside_a_context = ["context", "step_runner"].iter().any(|name| structure.name.starts_with(name));
        let weak = row.sc_suffices == Some(false) || inside_a_context;
        let declared = structure.orderings != Orderings::None;
        assert!(
            structure.is_twin || !structure.is_drawn || declared == weak,
            "{} has weak orderings: {weak}",
            structure.name
        );
    }
}

#[test]
fn a_failing_program_is_saved_and_fails_again() {
    if !Engine::Dpor.is_built() {
        return;
    }
    for structure in catalogue::structures().into_iter().filter(|structure| structure.is_twin) {
        let row = structure.run(Engine::Dpor, Budget::QUICK);
        let saved = serde_json::to_string(&Saved::of(&row).expect("it failed")).expect("it can be written");
        let again = Saved::parse(&saved).and_then(|saved| saved::replay(&saved, Duration::from_secs(60)));
        let again = again.unwrap_or_else(|error| panic!("{}: {error}", structure.subject));
        assert!(again.ok && again.program == row.program, "{}", again.report());
    }
}

/// All twins report in a screen.
#[test]
fn a_failure_fits_on_a_screen() {
    if !Engine::Dpor.is_built() {
        return;
    }
    for structure in catalogue::structures().into_iter().filter(|structure| structure.is_twin) {
        let row = structure.run(Engine::Dpor, Budget { tell: true, ..Budget::QUICK });
        let report = row.report();
        assert!(report.contains("\nfound by program "), "{report}");
        assert!(report.lines().count() <= 40, "{report}");
    }
}

#[test]
fn names_are_unique_and_found_again() {
    for structure in catalogue::structures() {
        let cell = structure.cell();
        let found = catalogue::find_structure(&cell.check, cell.defect.as_deref()).expect("it is there");
        assert_eq!((found.name, found.subject), (structure.name, structure.subject));
        assert!(cell.check.starts_with(Listing::PROGRAMS));
    }
}
