//! The minimal pairs: they differ in one line, which is the one that matters.

use models::catalogue;
use models::pairs::{self, Pair};
use selvedge::check::{Engine, Explorer, Verdict};

#[test]
fn the_programs_differ_in_one_line() {
    for pair in pairs::ALL {
        let differences: Vec<_> = pair.differences().collect();
        assert_eq!(differences.len(), 1, "{}: {differences:?}", pair.name);
        assert_eq!(pair.correct.text.lines().count(), pair.broken.text.lines().count(), "{}", pair.name);
    }
}

#[test]
fn the_defects_of_a_pair_are_in_the_gallery() {
    for defect in pairs::ALL.iter().flat_map(|pair| pair.defects) {
        assert!(catalogue::checks().iter().any(|check| check.defect == Some(defect)), "{defect}");
    }
}

#[test]
fn the_correct_program_holds() {
    for pair in pairs::ALL {
        for engine in Engine::available() {
            let report = Explorer::new(engine).run(pair.correct.run);
            assert!(report.verdict.holds(), "{} under {}: {report}", pair.name, engine.name());
            let all = engine != Engine::Loom || matches!(report.verdict, Verdict::Exhausted);
            assert!(all, "{} under {}: {report}", pair.name, engine.name());
        }
    }
}

/// Real threads may miss anything.
#[test]
fn the_broken_program_is_caught() {
    for engine in Engine::available().filter(|&engine| engine != Engine::Threads) {
        let blind = |pair: &Pair| pair.weak_memory_only && engine.memory_model() == "SC";
        for pair in pairs::ALL {
            let report = Explorer::new(engine).run(pair.broken.run);
            let caught = matches!(report.verdict, Verdict::Failed(_));
            assert_eq!(caught, !blind(pair), "{} under {}: {report}", pair.name, engine.name());
        }
    }
}
