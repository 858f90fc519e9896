//! What `cargo verify` prints: the verdicts, the detection matrix, the failures.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{ContentArrangement, Table, presets};
use models::row::Row;
use selvedge::check::Engine;

fn empty() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// A row a check or defect, a column an engine.
fn grid(rows: &[Row], engines: &[Engine], first: &str, name: impl Fn(&Row) -> String) -> Table {
    let mut table = empty();
    table.set_header(std::iter::once(first).chain(engines.iter().map(|engine| engine.name())));
    let mut names: Vec<String> = rows.iter().map(&name).collect();
    names.dedup();
    for line in names {
        let cell = |engine: &Engine| {
            let row = rows.iter().find(|row| name(row) == line && row.engine == engine.name());
            row.map_or_else(
                || "-".to_owned(),
                |row| format!("{}{} in {:.2} s", if row.ok { "" } else { "! " }, row.cell(), row.seconds),
            )
        };
        let cells: Vec<String> = std::iter::once(line.clone()).chain(engines.iter().map(cell)).collect();
        table.add_row(cells);
    }
    table
}

/// The tables and the failures, as text.
pub fn report(rows: &[Row]) -> String {
    let (twins, checks): (Vec<Row>, Vec<Row>) = rows.iter().cloned().partition(|row| row.defect.is_some());
    let used = |rows: &[Row]| -> Vec<Engine> {
        Engine::ALL.into_iter().filter(|engine| rows.iter().any(|row| row.engine == engine.name())).collect()
    };
    let mut text = String::new();
    if !checks.is_empty() {
        text += &format!("{}\n\n", grid(&checks, &used(&checks), "check", |row| row.check.clone()));
    }
    if !twins.is_empty() {
        let name = |row: &Row| format!("{} [{}]", row.defect.as_deref().unwrap_or_default(), row.pattern);
        text += &format!("{}\n\n", grid(&twins, &used(&twins), "defect", name));
    }
    for (reason, engines) in blind(rows) {
        text += &format!("blind under {}: {reason}\n\n", engines.into_iter().collect::<Vec<_>>().join(" and "));
    }
    for row in rows.iter().filter(|row| !row.ok) {
        let subject = row.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
        let why = row.failure.as_deref().unwrap_or("no reason was given");
        text += &format!("{}{subject} under {}, expected {}:\n  {why}\n\n", row.check, row.engine, row.expected);
    }
    text + &summary(rows)
}

/// The reasons why engines are blind to defects, and which engines those are.
fn blind(rows: &[Row]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut reasons = BTreeMap::<_, BTreeSet<_>>::new();
    for row in rows.iter().filter(|row| row.ok && row.expected == "blind") {
        reasons.entry(row.failure.as_deref().unwrap_or_default()).or_default().insert(row.engine.as_str());
    }
    reasons
}

fn summary(rows: &[Row]) -> String {
    let holds = rows.iter().filter(|row| row.defect.is_none());
    let (good, all) = (holds.clone().filter(|row| row.ok).count(), holds.count());
    let twins = rows.iter().filter(|row| row.expected == "caught");
    let (caught, expected) = (twins.clone().filter(|row| row.ok).count(), twins.count());
    let failed = rows.iter().filter(|row| !row.ok).count();
    format!("{good} of {all} cells hold, {caught} of {expected} cells catch their defect, {failed} failed")
}

/// What would run.
pub fn list(cells: &[models::catalogue::Cell]) -> String {
    let mut table = empty();
    table.set_header(["check", "defect", "engines", "property"]);
    let key = |cell: &models::catalogue::Cell| (cell.check.clone(), cell.defect.clone());
    let mut keys: Vec<_> = cells.iter().map(key).collect();
    keys.dedup();
    for (check, defect) in keys {
        let same = cells.iter().filter(|cell| cell.check == check && cell.defect == defect);
        let engines: Vec<&str> = same.clone().map(|cell| cell.engine.name()).collect();
        let property = same.map(|cell| cell.property.clone()).next().unwrap_or_default();
        table.add_row([check, defect.unwrap_or_default(), engines.join(" "), property]);
    }
    table.to_string()
}
