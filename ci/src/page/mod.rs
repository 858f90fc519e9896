//! The page that `--html` writes: the verdicts, the detection matrix, the litmus programs, and a player for every
//! failure that has a story.
//!
//! It is one file that needs no other and no network. The tables are plain HTML. The stories are data, as JSON in
//! an element that no browser runs; `player.js` shows them, with the lanes of `lanes.js` and the listings of `code.js`.
//! The source is read when the page is made, so that a page stays right after the source has changed.

pub mod about;
mod compare;
mod litmus;
mod player;
pub(crate) mod source;

use std::borrow::Cow;
use std::collections::BTreeSet;

use minijinja::Environment;
use minijinja::value::{Serde, Value};
use selvedge::check::protocol::{Column, Listing, Row, thousands};
use serde::Serialize;

use self::about::{About, Legend};
use crate::table;

/// The data of `page.html`.
#[derive(Debug, Serialize)]
struct Page<'a> {
    style: [&'static str; 1],
    scripts: [&'static str; 3],
    summary: String,
    about: &'a About,
    wrong: Vec<Wrong<'a>>,
    checks: Table,
    twins: Table,
    litmus: Vec<litmus::Program>,
    verdicts: Legend,
    columns: Legend,
    data: player::Data,
}

/// A cell that is not as it should be; it is listed above everything else.
#[derive(Debug, Serialize)]
struct Wrong<'a> {
    name: String,
    engine: &'a str,
    expected: &'a str,
    why: Cow<'a, str>,
    link: Option<String>,
}

/// A table of verdicts, by pattern.
#[derive(Debug, Serialize)]
struct Table {
    engines: Vec<Column>,
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    pattern: String,
    lines: Vec<Line>,
}

/// A check or a defect.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    /// The property in a sentence.
    claim: String,
    /// One for each engine of the table; `None` if it was not run.
    cells: Vec<Option<Cell>>,
}

#[derive(Debug, Serialize)]
struct Cell {
    text: String,
    ok: bool,
    /// The colour: `holds`, `caught`, `blind`, `rare`, or `wrong`.
    kind: &'static str,
    /// Why it is not as it should be, if it is not, and how long it took.
    title: String,
    /// Opens the player at the story of this cell.
    link: Option<String>,
}

/// The page, with litmus programs if they were run. `listing` is that of the program with these rows.
pub fn render(
    rows: &[Row],
    litmus: &[selvedge::check::protocol::litmus::Table],
    listing: &Listing,
    about: &About,
) -> anyhow::Result<String> {
    let (twins, checks): (Vec<Row>, Vec<Row>) = rows.iter().cloned().partition(|row| row.defect.is_some());
    let page = Page {
        style: [include_str!("page.css")],
        scripts: [include_str!("code.js"), include_str!("lanes.js"), include_str!("player.js")],
        summary: table::summary(rows),
        about,
        wrong: rows.iter().filter(|row| !row.ok).map(wrong).chain(litmus::wrong(litmus)).collect(),
        checks: tabulate(&checks),
        twins: tabulate(&twins),
        litmus: litmus::programs(litmus),
        verdicts: about::verdicts(),
        columns: about::columns(&table::used(rows)),
        data: player::data(rows, listing),
    };
    fill(include_str!("page.html"), &page)
}

/// Fills a template that extends `base.html`, which wants a `summary` and a list of parts that make up the `style`.
pub fn fill(template: &str, page: &impl Serialize) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.add_template("base.html", include_str!("base.html"))?;
    environment.add_template("scripts.html", include_str!("scripts.html"))?;
    environment.add_template("page.html", template)?;
    Ok(environment.get_template("page.html")?.render(Value::from(Serde(page)))?)
}

/// What was checked, as in addresses of the page: one defect may belong to several checks.
fn key(row: &Row) -> String {
    row.defect.as_ref().map_or(row.check.clone(), |defect| format!("{}[{defect}]", row.check))
}

/// The label for people: as short as is unambiguous.
fn label(row: &Row, rows: &[Row]) -> String {
    let short = |row: &Row| row.defect.clone().unwrap_or_else(|| property(row).to_owned());
    let same = |other: &Row| (short(other), &other.pattern) == (short(row), &row.pattern) && other.check != row.check;
    if rows.iter().any(same) { format!("{} in {}", short(row), row.check) } else { short(row) }
}

/// Where the player shows the story of a row: at its first step that matters.
fn link(row: &Row) -> Option<String> {
    row.story.as_ref().map(|story| format!("#{}/{}/{}", key(row), row.engine, player::first(story)))
}

fn cell(row: &Row) -> Cell {
    let kind = if row.ok { row.expected.name() } else { "wrong" };
    let why = row.failure.as_deref().and_then(|failure| failure.lines().next());
    let traces = row.traces.map(|traces| format!(", {} traces of the check", thousands(traces))).unwrap_or_default();
    let weak = row.weak.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let weak = if weak.is_empty() { weak } else { format!("; weaker than SeqCst: {weak}") };
    let took = format!("{} executions in {:.2} s{traces}{weak}", thousands(row.executions), row.seconds);
    Cell {
        text: row.cell(),
        ok: row.ok,
        kind,
        title: why.map_or(took.clone(), |why| format!("{why}; {took}")),
        link: link(row),
    }
}

fn wrong(row: &Row) -> Wrong<'_> {
    let why = row.failure.as_deref().unwrap_or("no reason was given");
    Wrong { name: key(row), engine: row.engine.name(), expected: row.expected.name(), why: why.into(), link: link(row) }
}

fn tabulate(rows: &[Row]) -> Table {
    let engines = table::used(rows);
    let line = |row: &Row| {
        let same = |other: &&Row| key(other) == key(row);
        let of = |engine: Column| rows.iter().filter(same).find(|row| row.engine == engine).map(cell);
        Line {
            name: label(row, rows),
            claim: row.claim.clone(),
            cells: engines.iter().map(|&engine| of(engine)).collect(),
        }
    };
    let group = |row: &Row| {
        let theirs = rows.iter().filter(|other| other.pattern == row.pattern);
        let lines = firsts(theirs, key).map(line).collect();
        Group { pattern: row.pattern.clone(), lines }
    };
    let groups = firsts(rows.iter(), |row| &row.pattern).map(group).collect();
    Table { engines, groups }
}

/// The first of each group with the same `key`.
fn firsts<'a, K: Ord>(
    rows: impl Iterator<Item = &'a Row>,
    key: impl Fn(&'a Row) -> K,
) -> impl Iterator<Item = &'a Row> {
    let mut seen = BTreeSet::new();
    rows.filter(move |row| seen.insert(key(row)))
}

/// The name of a check without that of its pattern.
fn property(row: &Row) -> &str {
    row.check.split_once('/').map_or(&row.check, |(_, property)| property)
}

#[cfg(test)]
mod tests {
    use models::catalogue;
    use selvedge::check::Engine;

    use super::*;
    use crate::fixture;

    fn rendered(rows: &[Row], litmus: &[selvedge::check::protocol::litmus::Table]) -> String {
        render(rows, litmus, &catalogue::listing(), &fixture::about()).expect("the template is valid")
    }

    #[test]
    fn a_page_needs_nothing_but_itself() {
        let page = rendered(&fixture::rows(), &fixture::litmus());
        for outside in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn what_is_found_cannot_leave_its_place() {
        let attack = "</script><script>alert(1)</script>&\"'<!--";
        let mut row = Row { failure: Some(attack.to_owned()), ok: false, ..fixture::lost_write() };
        if let Some(story) = &mut row.story {
            story.threads[0].name = attack.to_owned();
            story.objects[0].name = attack.to_owned();
        }
        let page = rendered(&[row], &[]);
        assert!(!page.contains("alert(1)</script>"));
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("<!--"));
    }

    #[test]
    fn an_outcome_that_is_forbidden_and_seen_is_above_everything_else() {
        let page = rendered(&[], &fixture::forbidden(fixture::litmus()));
        let (wrong, tables) = page.split_once("id=\"litmus\"").expect("they are there");
        assert!(wrong.contains("r0 = 1, r1 = 0: forbidden by C11, and seen 3 times"), "{page}");
        assert!(tables.contains("<strong>!</strong> FORBIDDEN, SEEN"), "{page}");
        let page = rendered(&fixture::rows(), &[]);
        assert!(!page.contains("id=\"litmus\""));
    }

    /// A defect that several checks find has a row for each, and each failure has an address.
    #[test]
    fn every_failure_has_an_address_and_a_name_of_its_own() {
        let found = fixture::lost_write();
        let row =
            |check: &str, engine| Row { check: check.to_owned(), engine: Column::Engine(engine), ..found.clone() };
        let rows = [
            row("ttl_cache/fresh_write_survives_get", Engine::Dpor),
            row("ttl_cache/fresh_write_survives_get", Engine::Pos),
            row("programs/ttl_cache", Engine::Dpor),
        ];
        let (links, names): (BTreeSet<_>, BTreeSet<_>) = rows.iter().map(|row| (link(row), label(row, &rows))).unzip();
        assert_eq!((links.len(), names.len()), (3, 2), "{links:?}, {names:?}");
        let table = tabulate(&rows);
        assert_eq!(table.groups[0].lines.len(), 2);
        let data = player::data(&rows, &catalogue::listing());
        let (page, data) = (rendered(&rows, &[]), serde_json::to_value(&data).unwrap());
        for (row, failure) in rows.iter().zip(data["failures"].as_array().unwrap()) {
            assert_eq!(
                (key(row).as_str(), row.engine.name()),
                (failure["name"].as_str().unwrap(), failure["engine"].as_str().unwrap())
            );
            assert!(page.contains(&format!("href=\"{}\"", link(row).unwrap().replace('/', "&#x2f;"))), "{page}");
        }
    }

    #[test]
    fn a_page_says_what_it_is_of_and_what_its_words_mean() {
        let page = rendered(&fixture::rows(), &[]);
        let about = fixture::about();
        for fact in [about.commit, about.date, about.machine, about.seed, about.command] {
            assert!(page.contains(&fact), "{fact}");
        }
        assert!(page.contains("one of each Mazurkiewicz trace") && page.contains("there was nothing to explore"));
    }
}
