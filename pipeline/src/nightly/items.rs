//! The items of a night, among which its time is divided.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ci::repository::Runner;
use models::catalogue;
use models::workload::Entry;
use selvedge::check::Engine;
use selvedge::check::protocol::Cell;

use super::shard::Shard;

/// The builds in which workloads run on real threads; `Some("jitter")` perturbs them.
const STRESS: &[Option<&str>] = &[None, Some("jitter")];

/// The name of the column of workloads.
const WORKLOADS: &str = "stress";

/// How an item is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `dpor`'s search of a check, which is continued from slice to slice.
    Search,
    /// Schedules of a check, drawn from a seed.
    Samples,
    /// Programs of a structure, drawn from a seed.
    Programs,
    /// A workload on real threads, in a build.
    Workload(Option<&'static str>),
}

/// A thing to spend time on.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its place among all items, independent of the filter: seeds are made of it.
    pub number: usize,
    /// What is run.
    pub cell: Cell,
    /// How.
    pub kind: Kind,
}

/// A slice of an item: where it starts, and how long it takes.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Where it starts.
    pub seed: u64,
    /// How long it takes.
    pub time: Duration,
    /// Which shard's part of a search it is.
    pub shard: Shard,
}

impl Item {
    /// Its column in the report.
    pub fn column(&self) -> &'static str {
        match self.kind {
            Kind::Workload(cfg) => cfg.unwrap_or(WORKLOADS),
            _ => self.cell.engine.name(),
        }
    }

    /// The name in the state, and to people.
    pub fn name(&self) -> String {
        format!("{} under {}", self.cell.check, self.column())
    }

    /// Whether its new behaviours can be told from old ones.
    pub fn is_measured(&self) -> bool {
        self.cell.engine.counts_behaviours()
    }

    /// Whether it starts from a seed.
    pub fn has_seed(&self) -> bool {
        self.kind != Kind::Search
    }

    /// The cfg of the build that runs it.
    pub fn cfg(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Workload(cfg) => cfg,
            _ => self.cell.engine.cfg(),
        }
    }

    /// The program that runs it.
    pub fn runner(&self) -> Runner {
        match self.kind {
            Kind::Search | Kind::Samples => Runner::Models,
            Kind::Programs => Runner::Programs,
            Kind::Workload(_) => Runner::Stress,
        }
    }

    /// The command that runs a slice. `file` is where a search is kept, or where a workload's report goes.
    pub fn command(&self, program: &Path, slice: Slice, file: &Path) -> Command {
        let mut command = Command::new(program);
        let seed = slice.seed.to_string();
        let limit = slice.time.as_millis().to_string();
        let cell = &self.cell;
        match self.kind {
            Kind::Workload(_) => {
                command.args(["run", &cell.subject, "--duration", &format!("{limit}ms"), "--seed", &seed, "--report"]);
                command.arg(file);
                return command;
            }
            Kind::Programs => command.args(["--effort", "nightly", "--seed", &seed]),
            Kind::Samples => command.args(["run", "--seed", &seed]),
            Kind::Search => command.args(["run", "--shard", &slice.shard.to_string(), "--resume"]).arg(file),
        };
        command.args(["--check", &cell.check, "--engine", cell.engine.name(), "--time-limit-ms", &limit]);
        command.arg("--behaviours");
        command
    }
}

/// All items, in the order of their first slices: first those that can be exhausted, and then the rest.
pub fn all() -> Vec<Item> {
    let holds = catalogue::cells().into_iter().filter(|cell| cell.defect.is_none());
    let (searches, others): (Vec<Cell>, Vec<Cell>) = holds.partition(|cell| cell.engine == Engine::Dpor);
    let samples = others.into_iter().filter(|cell| cell.engine.samples_from_seed());
    let structures = catalogue::structures().into_iter().filter(|structure| !structure.is_twin);
    // Real threads have workloads, which are larger.
    let drawn = structures.flat_map(|structure| structure.drawn_cells()).filter(|cell| cell.engine != Engine::Threads);
    let workloads: Vec<Cell> = catalogue::workloads().iter().filter(|entry| !entry.is_twin).map(workload).collect();
    let stress =
        STRESS.iter().flat_map(|&cfg| workloads.clone().into_iter().map(move |cell| (cell, Kind::Workload(cfg))));
    let searches = searches.into_iter().map(|cell| (cell, Kind::Search));
    let samples = samples.map(|cell| (cell, Kind::Samples));
    let drawn = drawn.map(|cell| (cell, Kind::Programs));
    let all = searches.chain(samples).chain(drawn).chain(stress).enumerate();
    all.map(|(number, (cell, kind))| Item { number, cell, kind }).collect()
}

fn workload(entry: &Entry) -> Cell {
    Cell {
        check: format!("{WORKLOADS}/{}", entry.subject),
        pattern: entry.pattern.to_owned(),
        subject: entry.subject.to_owned(),
        defect: None,
        property: "operations on real threads break nothing, and their histories have an explanation".to_owned(),
        engine: Engine::Threads,
        expected: "holds".to_owned(),
        test: None,
    }
}

/// Whether a filter keeps an item.
pub fn wanted(item: &Item, filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| [&item.cell.check, &item.cell.pattern].iter().any(|text| text.contains(filter)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::nightly::seeds;

    #[test]
    fn items_have_names_of_their_own_and_are_not_too_many_for_seeds() {
        let all = all();
        assert_eq!(all.iter().map(Item::name).collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.len() < seeds::ITEMS);
    }

    #[test]
    fn every_check_is_searched_and_sampled_and_every_pattern_runs_on_real_threads() {
        let all = all();
        for check in catalogue::checks().iter().filter(|check| check.defect.is_none()) {
            let columns = all.iter().filter(|item| item.cell.check == check.name()).map(Item::column);
            assert_eq!(columns.collect::<Vec<_>>(), ["dpor", "shuttle", "shuttle-pct", "pos", "surw"]);
        }
        for kind in [Kind::Programs, Kind::Workload(None)] {
            assert!(all.iter().any(|item| item.kind == kind), "{kind:?}");
        }
        assert!(all.iter().all(|item| item.cell.defect.is_none()), "twins have to fail");
    }
}
