//! What all shards together have done: a row for each cell and for each shard, for JSON, JUnit and the page; and the
//! text.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use selvedge::check::protocol::{Cell, Column, Row, Saved, thousands};
use selvedge::check::{Behaviours, Engine, Expected, Status};

use super::cause::{self, Cause};
use super::history::{Entry, History};
use super::shards::{Found, Shards};
use crate::night::items::{Item, Items, Kind, Nights};
use crate::night::shard::Shard;
use crate::night::state::Progress;
use crate::night::view::round;
use crate::table::Table;
use crate::{cell, table};

/// Nights of the trend.
const TREND: usize = 10;

/// A failure of a shard.
type Failure<'a> = (&'a Found, &'a Row);

/// One report of a night.
#[derive(Debug)]
pub struct Report<'a, N> {
    nights: &'a N,
    shards: &'a Shards,
    items: &'a Items,
    /// A row for each shard, and then one for each cell that was run.
    pub rows: Vec<Row>,
    /// The behaviours of each check that were met.
    behaviours: BTreeMap<String, Behaviours>,
    /// Cells that were to be run, and were not.
    not_run: Vec<String>,
    /// The causes of failures, each with the shards' rows that have it.
    causes: Vec<(Cause, Vec<(&'a Found, &'a Row)>)>,
    seeds: usize,
    /// The entry in the history, for later nights.
    pub entry: Entry,
}

impl<'a, N: Nights> Report<'a, N> {
    /// That of some shards, which have used so many `seeds`.
    pub fn new(nights: &'a N, shards: &'a Shards, items: &'a Items, seeds: usize) -> Self {
        let mut behaviours = BTreeMap::<String, Behaviours>::new();
        for (check, met) in shards.found().flat_map(|shard| &shard.state.behaviours) {
            behaviours.entry(check.clone()).or_default().merge(met);
        }
        let filter = shards.night.filter.as_deref();
        let mut rows: Vec<Row> = (0..shards.all.len()).map(|part| shard_row(shards, part)).collect();
        let (mut not_run, mut exhausted) = (Vec::new(), 0);
        for item in &items.wanted(filter) {
            let traces = behaviours.get(&item.cell.check).map(|met| met.traces.count());
            match cell_row(shards, item, traces) {
                Some(row) => {
                    exhausted += usize::from(row.verdict == Status::Exhausted);
                    rows.push(row);
                }
                None => not_run.push(item.name()),
            }
        }
        let failures = shards.found().flat_map(|shard| shard.state.failures().map(move |(_, row)| (shard, row)));
        let causes = cause::group(failures);
        let began = shards.found().map(|shard| shard.state.began).min().unwrap_or_default();
        let worked: Duration = shards.found().map(|shard| shard.state.worked).sum();
        let entry = Entry {
            shards: shards.all.len(),
            finished: shards.found().filter(|shard| shard.state.finished).count(),
            worked: worked.as_secs(),
            schedules: shards.found().map(|shard| shard.state.executions()).sum(),
            traces: behaviours.values().map(|met| met.traces.count()).sum(),
            exhausted,
            failures: causes.iter().map(|(cause, _)| cause.clone()).collect(),
            ..Entry::new(shards.night.name.clone(), began)
        };
        Report { nights, shards, items, rows, behaviours, not_run, causes, seeds, entry }
    }

    /// Whether every shard has finished, and nothing broke.
    pub fn is_good(&self) -> bool {
        self.rows.iter().all(|row| row.ok)
    }

    /// The report as text, compared with earlier nights, for a terminal of so many columns if there is one.
    pub fn text(&self, history: &History, columns: Option<u16>) -> String {
        let fitted = |table: Table| table::fitted(&table, columns);
        let [shards, cells] = [self.shard_table(), self.cell_table()].map(fitted);
        let mut text = format!("{}\n\n{shards}\n\n{cells}\n\n", self.headline());
        text += &self.coverage();
        for (number, (cause, failures)) in self.causes.iter().enumerate() {
            text += &format!("\n\n{}", self.failure(number + 1, cause, failures, history));
        }
        if !history.nights().is_empty() {
            text += &format!("\n\n{}", fitted(self.trend(history)));
        }
        let wrong = |row: &&Row| row.engine == Column::Shards && !row.ok;
        for row in self.rows.iter().filter(wrong) {
            text += &format!("\n\nshard {}: {}", row.subject, row.failure.as_deref().unwrap_or_default());
        }
        text
    }

    fn headline(&self) -> String {
        let Entry { shards, finished, schedules, traces, failures, .. } = &self.entry;
        let night = &self.shards.night;
        let filter = night.filter.as_ref().map(|filter| format!(" of `{filter}`")).unwrap_or_default();
        format!(
            "night {}{filter}: {finished} of {shards} shards finished, {} schedules, {} traces, {} seeds and none twice, \
             {} failures",
            night.name,
            thousands(*schedules),
            thousands(*traces),
            thousands(self.seeds as u64),
            failures.len(),
        )
    }

    fn shard_table(&self) -> Table {
        let mut table = table::empty();
        table.set_header(["shard", "state", "worked", "of", "slices", "schedules", "traces", "failures"]);
        for (found, row) in self.shards.all.iter().zip(&self.rows) {
            let state = if row.ok { row.verdict.to_string() } else { row.verdict.name().to_uppercase() };
            let budget = round(self.shards.night.budget).to_string();
            let mut cells = vec![row.subject.clone(), state];
            match found {
                None => cells.extend(["-", budget.as_str(), "-", "-", "-", "-"].map(str::to_owned)),
                Some(Found { state, .. }) => cells.extend([
                    round(state.worked).to_string(),
                    budget,
                    thousands(state.slices),
                    thousands(state.executions()),
                    thousands(state.traces()),
                    state.failures().count().to_string(),
                ]),
            }
            table.add_row(cells);
        }
        table
    }

    /// One row for each check, one column for each engine, and the behaviours met under all engines.
    fn cell_table(&self) -> Table {
        let cells: Vec<Row> = self.rows.iter().filter(|row| row.engine != Column::Shards).cloned().collect();
        let columns = table::used(&cells);
        let mut table = table::empty();
        let counts = ["traces", "outcomes", "lock orders", "seconds"];
        table.set_header(std::iter::once("check").chain(columns.iter().map(|column| column.name())).chain(counts));
        let mut seen = BTreeSet::new();
        for check in cells.iter().map(|row| &row.check).filter(|&check| seen.insert(check)) {
            let of_it = || cells.iter().filter(|row| row.check == *check);
            let cell = |column: &Column| of_it().find(|row| row.engine == *column).map_or("-".to_owned(), marked);
            let met = self.behaviours.get(check);
            let count = |of: fn(&Behaviours) -> u64| met.map_or("-".to_owned(), |met| thousands(of(met)));
            let mut line = vec![check.clone()];
            line.extend(columns.iter().map(cell));
            line.push(count(|met| met.traces.count()));
            line.push(count(|met| met.outcomes.count()));
            line.push(count(|met| met.lock_orders.count()));
            line.push(format!("{:.0}", of_it().map(|row| row.seconds).sum::<f64>()));
            table.add_row(line);
        }
        table
    }

    /// How much of the catalogue was run.
    fn coverage(&self) -> String {
        let run = self.rows.iter().filter(|row| row.engine != Column::Shards);
        let searched = run.clone().filter(|row| row.engine == Engine::Dpor && row.programs.is_none()).count();
        let count = run.count();
        let all = self.items.count();
        let wanted = count + self.not_run.len();
        let mut text = format!(
            "{} of {} cells of the night were run; dpor has exhausted {} of {} checks",
            thousands(count as u64),
            thousands(wanted as u64),
            self.entry.exhausted,
            searched,
        );
        if wanted < all {
            text += &format!("; --filter leaves out {}", thousands((all - wanted) as u64));
        }
        text += &format!("; what threads and loom explore is `{}`'s", self.nights.command());
        for name in &self.not_run {
            text += &format!("\nnot run: {name}");
        }
        text
    }

    fn failure(&self, number: usize, cause: &Cause, failures: &[Failure<'_>], history: &History) -> String {
        let (_, row) = failures[0];
        let since = match history.first(cause) {
            Some(night) => format!("known since night {night}"),
            None => "new".to_owned(),
        };
        let met = |(shard, row): &Failure<'_>| format!("{} in shard {}", row.engine, shard.state.night.shard);
        let met: Vec<String> = failures.iter().map(met).collect();
        let lines = if cause.lines.is_empty() { String::new() } else { format!(" at {}", cause.lines.join(" and ")) };
        let saved = |(shard, row): &Failure<'_>| {
            let path = shard.folder.join("failures").join(Saved::of(row)?.file_name());
            path.exists().then(|| self.nights.how_to(&path))
        };
        let again = failures.iter().find_map(saved).map(|again| format!("\n{again}")).unwrap_or_default();
        format!(
            "failure {number}, {since}: {}{lines}, met by {}\n{}{again}",
            cause.check,
            met.join(", "),
            table::failure(row)
        )
    }

    fn trend(&self, history: &History) -> Table {
        let mut table = table::empty();
        table.set_header(["night", "shards", "worked", "schedules", "traces", "exhausted", "failures", "new"]);
        let nights = history.nights();
        let all: Vec<&Entry> = nights.iter().chain([&self.entry]).collect();
        for (at, night) in all.iter().enumerate().skip(all.len().saturating_sub(TREND + 1)) {
            let before = History::of(nights[..at.min(nights.len())].to_vec(), night);
            let new = night.failures.iter().filter(|&cause| before.first(cause).is_none()).count();
            table.add_row([
                night.night.clone(),
                format!("{}/{}", night.finished, night.shards),
                round(Duration::from_secs(night.worked)).to_string(),
                thousands(night.schedules),
                thousands(night.traces),
                night.exhausted.to_string(),
                night.failures.len().to_string(),
                new.to_string(),
            ]);
        }
        table
    }
}

/// A cell of the table; one that is not as it should be is marked.
fn marked(row: &Row) -> String {
    format!("{}{}", if row.ok { "" } else { "! " }, row.cell())
}

/// A shard as a row: one that is lost, or has not finished, has failed.
fn shard_row(shards: &Shards, part: usize) -> Row {
    let shard = Shard { part, of: shards.all.len() };
    let cell = Cell {
        check: format!("night/shard {shard}"),
        pattern: "night".to_owned(),
        subject: shard.to_string(),
        defect: None,
        property: "the shard is there, and has come to its end".to_owned(),
        engine: Engine::Dpor,
        expected: Expected::Holds,
        test: None,
    };
    let (verdict, failure, worked, executions) = match &shards.all[part] {
        None => (Status::Missing, Some("it is missing: what it was to do was not done".to_owned()), Duration::ZERO, 0),
        Some(Found { state, .. }) => {
            let (worked, budget) = (round(state.worked), round(state.night.budget));
            let unfinished = || format!("it is unfinished: it has worked {worked} of {budget}");
            let failure = (!state.finished).then(unfinished);
            let verdict = if state.finished { Status::Finished } else { Status::Unfinished };
            (verdict, failure, state.worked, state.executions())
        }
    };
    let row = cell::row(&cell, verdict, failure, worked);
    Row { engine: Column::Shards, memory_model: String::new(), executions, ..row }
}

/// What all shards have done for an item; `None` if no shard has run it.
fn cell_row(shards: &Shards, item: &Item, traces: Option<u64>) -> Option<Row> {
    let of = |shard: &'_ Option<Found>| shard.as_ref().and_then(|found| found.state.of(item)).cloned();
    let all: Vec<Option<Progress>> = shards.all.iter().map(of).collect();
    let run: Vec<&Progress> = all.iter().flatten().collect();
    if run.is_empty() {
        return None;
    }
    let executions = run.iter().map(|progress| progress.executions).sum();
    let seconds = run.iter().map(|progress| progress.seconds).sum();
    let programs = (item.kind == Kind::Programs).then(|| run.iter().map(|progress| progress.programs).sum());
    let engine = item.column();
    if let Some(failure) = run.iter().find_map(|progress| progress.failure.clone()) {
        return Some(Row { engine, executions, seconds, programs, traces, ..failure });
    }
    // If a shard has not finished its part of the search, or is lost, the search is not exhausted.
    let exhausted = all.iter().all(|part| part.as_ref().is_some_and(|progress| progress.exhausted));
    let verdict = match item.kind {
        Kind::Search if exhausted => Status::Exhausted,
        Kind::Search => Status::Cut,
        _ => Status::Sampled,
    };
    let weak = run.iter().any(|progress| progress.sc_suffices == Some(false));
    let sc_suffices = (item.kind == Kind::Search).then_some(!weak);
    let row = cell::row(&item.cell, verdict, None, Duration::from_secs_f64(seconds));
    Some(Row { engine, executions, programs, traces, sc_suffices, ..row })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::tests::{broken, items, search, shard, slice};
    use crate::package::Package;

    fn report(found: Vec<Found>) -> (String, bool) {
        let shards = Shards::of(found, None).unwrap();
        let (package, items) = (Package::default(), items());
        let report = Report::new(&package, &shards, &items, shards.check_seeds().unwrap());
        let good = report.is_good();
        (report.text(&History::default(), None), good)
    }

    #[test]
    fn what_shards_have_met_is_counted_once() {
        let (mut one, mut other) = (shard(0, 2), shard(1, 2));
        slice(&mut one, 1, &[1, 2, 3]);
        slice(&mut other, 2, &[3, 4]);
        (one.state.finished, other.state.finished) = (true, true);
        let (text, good) = report(vec![one, other]);
        assert!(
            text.starts_with(
                "night test: 2 of 2 shards finished, 20 schedules, 4 traces, 2 seeds and none twice, 0 failures"
            ),
            "{text}"
        );
        assert!(good, "{text}");
    }

    #[test]
    fn a_shard_that_is_lost_or_unfinished_has_not_passed() {
        let (mut one, other) = (shard(0, 3), shard(1, 3));
        one.state.finished = true;
        let (text, good) = report(vec![one, other]);
        assert!(!good);
        assert!(text.contains("shard 2/3: it is unfinished: it has worked 0s of 10m"), "{text}");
        assert!(text.contains("shard 3/3: it is missing"), "{text}");
    }

    #[test]
    fn a_search_is_exhausted_where_every_part_is() {
        let rows = |found: Vec<Found>| {
            let shards = Shards::of(found, None).unwrap();
            let rows = Report::new(&Package::default(), &shards, &items(), 0).rows;
            rows.into_iter().find(|row| row.engine == Engine::Dpor).map(|row| row.cell())
        };
        let part = |part, exhausted| {
            let mut found = shard(part, 2);
            search(&mut found, exhausted);
            found
        };
        assert_eq!(rows(vec![part(0, true), part(1, true)]).unwrap(), "EXHAUSTED 10");
        assert_eq!(rows(vec![part(0, true), part(1, false)]).unwrap(), "CUT 10");
        assert_eq!(rows(vec![part(0, true)]).unwrap(), "CUT 5");
        assert_eq!(rows(vec![shard(0, 2)]), None);
    }

    #[test]
    fn a_failure_that_two_shards_meet_is_told_once() {
        let (mut one, mut other) = (shard(0, 2), shard(1, 2));
        broken(&mut one);
        broken(&mut other);
        (one.state.finished, other.state.finished) = (true, true);
        let (text, good) = report(vec![one, other]);
        assert!(!good);
        assert!(text.contains("1 failures"), "{text}");
        assert!(text.contains("failure 1, new: ") && !text.contains("failure 2"), "{text}");
        assert!(text.contains("in shard 1/2, dpor in shard 2/2"), "{text}");
    }
}
