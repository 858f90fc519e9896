//! A night of this workspace: its checks, programs that are drawn, and workloads on real threads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use cli::{files, process};
use selvedge::check::protocol::{Cell, Effort, Listing, Row, Workload};
use selvedge::check::{Engine, Expected, Status};
use serde::Deserialize;

use super::{Models, Runner};
use crate::cell;
use crate::checks::{Asked, Cfg, Checks};
use crate::night::items::{Item, Items, Kind, Nights, of_checks};
use crate::view::View;

/// What a workload may take that has broken, and asks the engines for a schedule.
const ESCALATION: Duration = Duration::from_secs(15 * 60);

/// What runs programs that are drawn.
const DRAWN: Models = Models { draw: Some(Effort::Nightly) };

impl Nights for Models {
    fn night(&self) -> &'static str {
        "cargo ci nightly"
    }

    fn items(&self, view: &View) -> anyhow::Result<(Items, BTreeMap<Cfg, PathBuf>)> {
        let (listing, built) = self.list(&[Engine::Dpor], view)?;
        Ok((Items::new(all(&listing), listing)?, built))
    }

    fn build_item(&self, item: &Item, view: &View) -> anyhow::Result<PathBuf> {
        match item.kind {
            Kind::Workload { .. } => Runner::Stress.build(item.cfg(), view),
            Kind::Programs => DRAWN.build(item.cfg(), view),
            Kind::Search | Kind::Samples => self.build(item.cfg(), view),
        }
    }

    fn run_item(&self, item: &Item, asked: &Asked<'_>, program: &PathBuf, tell: &dyn Fn(&str)) -> Row {
        let start = Instant::now();
        match item.kind {
            Kind::Workload { .. } => workload(item, asked, program, tell).unwrap_or_else(|error| {
                cell::row(&item.cell, Status::Crashed, Some(format!("{error:#}")), start.elapsed())
            }),
            Kind::Programs => DRAWN.run(asked, program, tell),
            Kind::Search | Kind::Samples => self.run(asked, program, tell),
        }
    }
}

/// All items: the checks', and then what comes to no end.
fn all(listing: &Listing) -> Vec<(Cell, Kind)> {
    // Real threads have workloads, which are larger.
    let drawn = listing.drawn.iter().filter(|cell| cell.defect.is_none() && cell.engine != Engine::Threads);
    let drawn = drawn.map(|cell| (cell.clone(), Kind::Programs));
    let workloads = || listing.workloads.iter().filter(|workload| !workload.is_twin).map(cell_of);
    let stress = [false, true]
        .into_iter()
        .flat_map(move |perturbed| workloads().map(move |cell| (cell, Kind::Workload { perturbed })));
    of_checks(&listing.cells).into_iter().chain(drawn).chain(stress).collect()
}

fn cell_of(workload: &Workload) -> Cell {
    Cell {
        check: format!("stress/{}", workload.subject),
        pattern: workload.pattern.clone(),
        subject: workload.subject.clone(),
        defect: None,
        property: "operations on real threads break nothing, and their histories have an explanation".to_owned(),
        engine: Engine::Threads,
        expected: Expected::Holds,
        test: None,
    }
}

/// A workload tells what came of it in a file, and that something broke by how it ends, too.
fn workload(item: &Item, asked: &Asked<'_>, program: &Path, tell: &dyn Fn(&str)) -> anyhow::Result<Row> {
    #[derive(Deserialize)]
    struct Report {
        results: Vec<Outcome>,
    }
    #[derive(Deserialize)]
    struct Outcome {
        rounds: u64,
        failure: Option<serde_json::Value>,
    }
    let Asked { cell, arguments, limit, .. } = asked;
    let (running, failures) = (arguments.resume.as_ref(), arguments.save.as_ref());
    let start = Instant::now();
    let file = running.context("an item has a folder")?.join("report.json");
    let mut command = Command::new(program);
    let duration = format!("{}ms", limit.as_millis());
    command.args(["run", &cell.subject, "--duration", &duration, "--seed", &arguments.seed.to_string(), "--report"]);
    let end = process::run(command.arg(&file), *limit + ESCALATION, tell);
    let report = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str::<Report>(&text).ok());
    let row = |verdict, failure| Row {
        engine: item.column(),
        seed: Some(arguments.seed),
        ..cell::row(cell, verdict, failure, start.elapsed())
    };
    Ok(match report.and_then(|report| report.results.into_iter().next()) {
        None => row(Status::Crashed, Some(format!("ended without a result: {end:?}"))),
        Some(Outcome { rounds, failure: None }) => Row { executions: rounds, ..row(Status::Sampled, None) },
        Some(Outcome { rounds, failure: Some(failure) }) => {
            let what = failure["what"].as_str().unwrap_or("it does not say what").to_owned();
            let failures = failures.context("failures have a folder")?;
            fs::create_dir_all(failures)?;
            let path = failures.join(format!("{}-{}.json", item.column(), cell.subject));
            files::write(&path, &serde_json::to_string_pretty(&failure)?)?;
            let again = format!("{what}\nagain: cargo stress replay {}", path.display());
            Row { executions: rounds, ..row(Status::Failed, Some(again)) }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use models::catalogue;
    use selvedge::check::protocol::Column;

    use super::*;

    fn items() -> Vec<Item> {
        let listing = catalogue::listing();
        Items::new(all(&listing), listing.clone()).expect("they are not too many for seeds").wanted(None)
    }

    #[test]
    fn items_have_names_of_their_own() {
        let all = items();
        assert_eq!(all.iter().map(Item::name).collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn every_check_is_searched_and_sampled_and_every_pattern_runs_on_real_threads() {
        let all = items();
        for check in catalogue::checks().iter().filter(|check| check.defect.is_none()) {
            let columns = all.iter().filter(|item| item.cell.check == check.name()).map(Item::column);
            assert_eq!(
                columns.map(Column::name).collect::<Vec<_>>(),
                ["dpor", "shuttle", "shuttle-pct", "pos", "surw"]
            );
        }
        for kind in [Kind::Programs, Kind::Workload { perturbed: false }] {
            assert!(all.iter().any(|item| item.kind == kind), "{kind:?}");
        }
        assert!(all.iter().all(|item| item.cell.defect.is_none()), "twins have to fail");
    }
}
