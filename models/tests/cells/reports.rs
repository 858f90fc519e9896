//! What a person is shown of each defect, under the engine that finds it first: `dpor`, or where sequential
//! consistency hides it, loom. The expected texts stand in `reports/`.
//!
//! `cargo insta review` (or INSTA_UPDATE=always) takes over texts that have changed; read them before.

use libtest_mimic::{Failed, Trial};
use models::catalogue;
use models::check::{Budget, Check, Expectation};
use models::structure::Structure;
use selvedge::check::Engine;
use selvedge::check::protocol::Row;

/// Lines that a person takes in at a glance.
const LINES: usize = 40;

/// One that is told.
const TOLD: Budget = Budget { tell: true, ..Budget::QUICK };

fn finder(check: &Check) -> Engine {
    match check.expectation(Engine::Shuttle) {
        Expectation::Blind(_) => Engine::Loom,
        _ => Engine::Dpor,
    }
}

/// What is shown, and that it is what was shown before.
fn report(row: &Row, defect: &str, engine: Engine) -> Result<(), Failed> {
    let text = format!("{} under {}: {}\n", row.cell(), engine.name(), row.report());
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("../reports");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(&row.claim);
    settings.bind(|| insta::assert_snapshot!(defect, text));
    if text.lines().count() > LINES {
        return Err(format!("the report has more than {LINES} lines:\n{text}").into());
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    let checks = catalogue::checks();
    let trial = |check: Check| {
        let (defect, engine) = (check.defect?, finder(&check));
        let run = move || report(&check.run(engine, TOLD), defect, engine);
        engine.is_built().then(|| Trial::test(format!("reports/{defect}"), run))
    };
    // Twins that no check has, but that programs find.
    let is_alone = |twin: &Structure| twin.is_twin && checks.iter().all(|check| check.defect != Some(twin.subject));
    let structures = catalogue::structures().into_iter().filter(|twin| is_alone(twin) && Engine::Dpor.is_built());
    let alone = structures.map(|twin| {
        let (check, defect) = (twin.cell().check, twin.subject);
        let run = move || {
            let twin = catalogue::find_structure(&check, Some(defect)).expect("it was there");
            report(&twin.run(Engine::Dpor, TOLD), defect, Engine::Dpor)
        };
        Trial::test(format!("reports/{defect}"), run)
    });
    let alone: Vec<Trial> = alone.collect();
    checks.into_iter().filter_map(trial).chain(alone).collect()
}
