//! What the runner prints: the verdicts, the detection matrix, the failures.

use std::collections::{BTreeMap, BTreeSet};

use anstyle::{AnsiColor, Style};
pub use comfy_table::Table;
use comfy_table::{ColumnConstraint, ContentArrangement, Width, presets};
use selvedge::check::protocol::{Cell, Column, Row, thousands};
use selvedge::check::story::lanes::{self, Role};
use selvedge::check::{Engine, Expected, Status};

/// A table without lines, with columns as wide as their content.
pub fn empty() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// The indentation of cells below the name of their row.
const INDENT: &str = "   ";

/// The table for a terminal of so many columns; unchanged if there is no terminal, or if it fits. If it does not fit,
/// the first cell of each row is put above the others; and if those do not fit either, each of them has its own line.
pub fn fitted(table: &Table, columns: Option<u16>) -> String {
    let Some(columns) = columns else { return table.to_string() };
    let fits = |text: &str, indent: usize| text.lines().all(|line| line.chars().count() + indent <= columns.into());
    let whole = table.trim_fmt();
    if fits(&whole, 0) {
        return whole;
    }
    let words = |row: &comfy_table::Row| -> Vec<String> { row.cell_iter().map(comfy_table::Cell::content).collect() };
    let header = table.header().map(words).unwrap_or_default();
    let rows: Vec<Vec<String>> = table.row_iter().map(words).collect();
    let mut others = empty();
    others.set_header(&header[1..]).add_rows(rows.iter().map(|row| &row[1..]));
    let others = others.trim_fmt();
    if fits(&others, INDENT.len()) {
        let names = header.iter().take(1).chain(rows.iter().map(|row| &row[0]));
        let lines = names.zip(others.lines()).map(|(name, others)| format!(" {name}\n{INDENT}{others}"));
        return lines.collect::<Vec<_>>().join("\n");
    }
    let width = header[1..].iter().map(|title| title.chars().count()).max().unwrap_or_default() as u16;
    let block = |row: &Vec<String>| {
        let cells = header[1..].iter().zip(&row[1..]).filter(|(_, cell)| !matches!(cell.as_str(), "" | "-"));
        let mut block = empty();
        block.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
        block.add_rows(cells.map(|(title, cell)| ["", title, cell]));
        if let Some(titles) = block.column_mut(1) {
            titles.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + 2)));
        }
        format!(" {}\n{}", row[0], block.trim_fmt())
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// One row for each check or defect, one column for each engine.
fn grid(rows: &[Row], engines: &[Column], first: &str, name: impl Fn(&Row) -> String) -> Table {
    let mut table = empty();
    table.set_header(std::iter::once(first).chain(engines.iter().map(|engine| engine.name())));
    let mut names: Vec<String> = rows.iter().map(&name).collect();
    names.dedup();
    for line in names {
        let cell = |engine: &Column| {
            let row = rows.iter().find(|row| name(row) == line && row.engine == *engine);
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

/// The columns: engines, and then what else there is.
pub fn used(rows: &[Row]) -> Vec<Column> {
    let mut used: Vec<Column> = rows.iter().map(|row| row.engine).collect();
    used.sort_by_key(|column| (column.engine().is_none(), column.engine(), *column));
    used.dedup();
    used
}

/// The tables and the failures as text, for a terminal of so many columns if there is one. `again` says how to run a
/// failure again, by the number of its row.
pub fn report(rows: &[Row], again: &BTreeMap<usize, String>, columns: Option<u16>) -> String {
    let (programs, others): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_of_programs());
    let (twins, checks): (Vec<Row>, Vec<Row>) = others.into_iter().cloned().partition(|row| row.defect.is_some());
    let mut text = String::new();
    if !checks.is_empty() {
        let grid = grid(&checks, &used(&checks), "check", |row| row.check.clone());
        text += &format!("{}\n\n", fitted(&grid, columns));
    }
    if !twins.is_empty() {
        let name = |row: &Row| format!("{} [{}]", row.defect.as_deref().unwrap_or_default(), row.pattern);
        let grid = grid(&twins, &used(&twins), "defect", name);
        text += &format!("{}\n\n", fitted(&grid, columns));
    }
    if !programs.is_empty() {
        text += &format!("{}\n\n", fitted(&explored(&programs), columns));
    }
    for (engine, ratio, slower) in against_shuttle(&twins) {
        let slower = if slower.is_empty() { "none".to_owned() } else { slower.join(", ") };
        text += &format!(
            "{} needs {ratio:.2} times the schedules of shuttle to the first failure (geometric mean); more for: {slower}\n\n",
            engine.name()
        );
    }
    for (reason, engines) in blind(rows) {
        text += &format!("blind under {}: {reason}\n\n", engines.into_iter().collect::<Vec<_>>().join(" and "));
    }
    for (number, row) in rows.iter().enumerate().filter(|(_, row)| !row.ok) {
        let subject = row.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
        text += &format!("{}{subject} under {}, expected {}:\n{}\n", row.check, row.engine, row.expected, failure(row));
        text.extend(again.get(&number).map(|again| format!("{again}\n")));
        text.push('\n');
    }
    text + &summary(rows)
}

/// The programs: one row for each structure and engine, and then one row for each twin.
fn explored(rows: &[&Row]) -> Table {
    let mut table = empty();
    // Only drawn programs have a seed.
    let title = match rows.iter().find_map(|row| row.seed) {
        None => "programs".to_owned(),
        Some(seed) => format!("programs that are drawn, seed {seed}"),
    };
    table.set_header([title.as_str(), "engine", "programs", "exhausted", "schedules", "verdict", "seconds"]);
    for row in rows {
        let structure = row.check.split('/').next_back().unwrap_or_default();
        let twin = row.defect.as_deref().map(|defect| format!("{defect} [{structure}]"));
        let verdict = match (row.verdict, row.defect.is_some()) {
            (Status::Exhausted | Status::Sampled, false) => "no program fails".to_owned(),
            (Status::Failed, true) => "caught".to_owned(),
            (Status::Exhausted | Status::Sampled, true) => "MISSED".to_owned(),
            (other, _) => other.name().to_uppercase(),
        };
        let verdict = format!("{}{verdict}", if row.ok { "" } else { "! " });
        let counts = [row.programs, row.exhausted, Some(row.executions)].map(|count| thousands(count.unwrap_or(0)));
        let [programs, exhausted, schedules] = counts;
        let seconds = format!("{:.2}", row.seconds);
        let title = twin.as_deref().unwrap_or(structure);
        table.add_row([title, row.engine.name(), &programs, &exhausted, &schedules, &verdict, &seconds]);
    }
    table
}

/// What broke, and how, in colours; the printer removes them for a terminal without colours.
pub fn failure(row: &Row) -> String {
    const LANES: [AnsiColor; 4] = [AnsiColor::Blue, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Cyan];
    let bold = Style::new().bold();
    let style = |role| match role {
        Role::Lane(thread) => LANES[thread % LANES.len()].on_default(),
        Role::Aside => Style::new().dimmed(),
        Role::Switch => AnsiColor::Yellow.on_default().bold(),
        Role::Broken => AnsiColor::Red.on_default().bold(),
    };
    let why = row.failure.as_deref().unwrap_or("no reason was given");
    let (headline, details) = why.split_once('\n').map_or((why, None), |(headline, details)| (headline, Some(details)));
    let mut text = format!("{bold}{headline}{bold:#}");
    text.extend(details.map(|details| format!("\n{details}")));
    text += &format!("\n{}", row.claimed());
    for line in row.story.iter().flat_map(lanes::draw) {
        text.push('\n');
        text.extend(line.0.iter().map(|(role, part)| format!("{0}{part}{0:#}", style(*role))));
    }
    text
}

/// For each sampler the geometric mean, over the defects that it and Shuttle's random walk catch, of the
/// ratio of schedules to the first failure; and the defects for which it needs more.
fn against_shuttle(twins: &[Row]) -> Vec<(Engine, f64, Vec<&str>)> {
    let caught = |engine: Engine| {
        twins.iter().filter(move |row| row.engine == engine && row.verdict == Status::Failed && row.seed.is_some())
    };
    let samplers = Engine::ALL.into_iter().filter(|engine| engine.samples_from_seed() && *engine != Engine::Shuttle);
    let compare = |engine| {
        let (mut logarithms, mut slower) = (Vec::new(), Vec::new());
        for row in caught(engine) {
            let Some(walk) = caught(Engine::Shuttle).find(|walk| walk.defect == row.defect) else { continue };
            logarithms.push((row.executions as f64 / walk.executions as f64).ln());
            if row.executions > walk.executions {
                slower.extend(row.defect.as_deref());
            }
        }
        let count = logarithms.len();
        (count > 0).then(|| (engine, (logarithms.into_iter().sum::<f64>() / count as f64).exp(), slower))
    };
    samplers.filter_map(compare).collect()
}

/// The reasons why engines are blind to defects or do not support a check, each with the engines.
fn blind(rows: &[Row]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut reasons = BTreeMap::<_, BTreeSet<_>>::new();
    for row in rows.iter().filter(|row| row.ok && matches!(row.expected, Expected::Blind | Expected::Unsupported)) {
        reasons.entry(row.failure.as_deref().unwrap_or_default()).or_default().insert(row.engine.name());
    }
    reasons
}

/// How many cells are what they should be, in a line.
pub fn summary(rows: &[Row]) -> String {
    let holds = rows.iter().filter(|row| row.defect.is_none());
    let (good, all) = (holds.clone().filter(|row| row.ok).count(), holds.count());
    let twins = rows.iter().filter(|row| row.expected == Expected::Caught);
    let (caught, expected) = (twins.clone().filter(|row| row.ok).count(), twins.count());
    let failed = rows.iter().filter(|row| !row.ok).count();
    // Real threads alone have to catch nothing.
    let caught =
        if expected > 0 { format!(", {caught} of {expected} cells catch their defect") } else { String::new() };
    format!("{good} of {all} cells hold{caught}, {failed} failed")
}

/// The cells that would run, for a terminal of so many columns if there is one.
pub fn list(cells: &[Cell], columns: Option<u16>) -> String {
    let mut table = empty();
    table.set_header(["check", "defect", "engines", "property"]);
    let key = |cell: &Cell| (cell.check.clone(), cell.defect.clone());
    let mut keys: Vec<_> = cells.iter().map(key).collect();
    keys.dedup();
    for (check, defect) in keys {
        let same = cells.iter().filter(|cell| cell.check == check && cell.defect == defect);
        let engines: Vec<&str> = same.clone().map(|cell| cell.engine.name()).collect();
        let property = same.map(|cell| cell.property.clone()).next().unwrap_or_default();
        table.add_row([check, defect.unwrap_or_default(), engines.join(" "), property]);
    }
    fitted(&table, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// As many rows as a run has, of all engines.
    fn rows() -> Vec<Row> {
        let engine =
            |engine: Engine| fixture::rows().into_iter().map(move |row| Row { engine: Column::Engine(engine), ..row });
        let mut rows: Vec<Row> = Engine::ALL.into_iter().flat_map(engine).collect();
        rows.sort_by_key(|row| (row.check.clone(), row.defect.clone()));
        rows
    }

    #[test]
    fn a_table_fits_the_terminal_and_says_the_same() {
        let cells = |text: &str| {
            let mut cells: Vec<String> =
                rows().iter().map(Row::cell).filter(|cell| text.contains(cell.as_str())).collect();
            cells.sort();
            cells
        };
        let files = BTreeMap::new();
        let rows: Vec<Row> = rows().into_iter().map(|row| Row { ok: true, ..row }).collect();
        let piped = report(&rows, &files, None);
        for columns in [80, 120, 160] {
            let text = report(&rows, &files, Some(columns));
            let tables = text.split("\n\n").take(2);
            let longest = tables.flat_map(str::lines).max_by_key(|line| line.chars().count()).unwrap();
            assert!(longest.chars().count() <= columns.into(), "{columns}: {longest}");
            assert_eq!(cells(&text), cells(&piped));
        }
        assert_eq!(report(&rows, &files, Some(1_000)).replace(' ', ""), piped.replace(' ', ""));
    }

    #[test]
    fn names_stand_above_what_does_not_fit_beside_them() {
        let mut table = empty();
        table.set_header(["check", "threads", "loom"]);
        table.add_row(["a/long_name", "SAMPLED 200", "-"]).add_row(["b", "CUT 7", "BOUNDED 3, p<=2"]);
        assert_eq!(
            fitted(&table, Some(60)),
            " check        threads      loom\n a/long_name  SAMPLED 200  -\n b            CUT 7        BOUNDED 3, p<=2"
        );
        assert_eq!(
            fitted(&table, Some(36)),
            " check\n    threads      loom\n a/long_name\n    SAMPLED 200  -\n b\n    CUT 7        BOUNDED 3, p<=2"
        );
        assert_eq!(
            fitted(&table, Some(26)),
            " a/long_name\n    threads  SAMPLED 200\n b\n    threads  CUT 7\n    loom     BOUNDED 3,\n             p<=2"
        );
    }
}
