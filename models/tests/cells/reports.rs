//! What a person is shown of each defect, under the engine that finds it first: `dpor`, or where sequential
//! consistency hides it, loom. The expected texts stand in `reports/`.
//!
//! `cargo insta review` (or INSTA_UPDATE=always) takes over texts that have changed; read them before.

use libtest_mimic::{Failed, Trial};
use models::catalogue;
use models::check::{Budget, Check, Expectation};
use selvedge::check::Engine;

/// Lines that a person takes in at a glance.
const LINES: usize = 40;

fn finder(check: &Check) -> Engine {
    match check.expectation(Engine::Shuttle) {
        Expectation::Blind(_) => Engine::Loom,
        _ => Engine::Dpor,
    }
}

fn report(check: &Check, defect: &str, engine: Engine) -> Result<(), Failed> {
    let row = check.run(engine, Budget { tell: true, ..Budget::QUICK });
    let text = format!("{} under {}: {}\n", row.cell(), engine.name(), row.report());
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("../reports");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(check.claim);
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
        engine.is_built().then(|| Trial::test(format!("reports/{defect}"), move || report(&check, defect, engine)))
    };
    checks.into_iter().filter_map(trial).collect()
}
