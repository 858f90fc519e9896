//! The second bug of Snark, which takes three threads, and its repair.

use std::time::Duration;

use models::published::programs::popped_at_both_ends;
use models::published::{REPAIRED, REPAIRED_TWICE};
use selvedge::check::{Engine, Explorer, Verdict};

fn dpor() -> Option<Explorer> {
    let dpor = || Explorer::new(Engine::Dpor).time_limit(Duration::from_secs(600)).simplify(false);
    Engine::Dpor.is_built().then(dpor)
}

#[test]
fn the_second_bug_of_snark_takes_three_threads() {
    if let Some(report) = dpor().map(|explorer| popped_at_both_ends::<REPAIRED>(&explorer)) {
        let Verdict::Failed(failure) = report.verdict else { panic!("no value is popped twice: {report}") };
        assert!(failure.headline.starts_with("not linearizable: Pop(Right) = Some(2)"), "{}", failure.headline);
    }
}

#[test]
#[ignore = "takes a minute: 1,383,760 schedules"]
fn the_second_repair_of_snark_holds() {
    if let Some(report) = dpor().map(|explorer| popped_at_both_ends::<REPAIRED_TWICE>(&explorer)) {
        assert_eq!(report.verdict, Verdict::Exhausted, "{report}");
    }
}
