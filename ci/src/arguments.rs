//! The flags of the runner, and the cells that they select.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{anyhow, bail};
use cli::arguments;
use selvedge::check::Engine;
use selvedge::check::protocol::{Cell, Listing, parse_shard};

/// How long a check may take by default, as in the pipeline.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// The flags of the runner.
#[derive(Debug, Default, clap::Args)]
pub struct Arguments {
    /// The everyday budget: 5,000 schedules for a sampler instead of 100,000.
    #[arg(long)]
    pub quick: bool,
    /// Only these engines; may be given again.
    #[arg(long, value_name = "NAME")]
    pub engine: Vec<String>,
    /// Only checks whose name, pattern or defect contains this.
    #[arg(long, value_name = "SUBSTRING")]
    pub filter: Option<String>,
    /// Says what would run, and runs nothing.
    #[arg(long, conflicts_with_all = ["json", "html", "junit", "jobs", "time_limit", "seed", "save", "resume"])]
    pub list: bool,
    /// Writes the results as one JSON document.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Writes the results as a page for a browser, with every failure step by step.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Writes the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Processes at once, besides those that wait for a twin on real threads; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = arguments::jobs())]
    pub jobs: Option<u16>,
    /// For each check, like `30s`; two minutes by default.
    #[arg(long, value_name = "DURATION", value_parser = arguments::duration)]
    pub time_limit: Option<Duration>,
    /// Where samplers start.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Explores the K-th of N parts of a search, for a machine of several; needs `--engine dpor` or `--engine rc11`.
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    pub shard: Option<(usize, usize)>,
    /// Lets threads wake without a reason in all checks: from a wait on a condition variable, or parked.
    #[arg(long)]
    pub spurious: bool,
    /// Asks rc11 of each memory ordering whether it could be weaker: which is the weakest with which all checks hold.
    #[arg(long, conflicts_with_all = ["html", "junit", "shard", "save", "resume"])]
    pub weaken: bool,
    /// Runs the failure that was saved in a file again, and nothing else.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "quick", "engine", "filter", "list", "jobs", "time_limit", "seed", "spurious", "shard", "save",
        "resume", "weaken",
    ])]
    pub replay: Option<PathBuf>,
    /// Saves every failure there, those of broken twins too; those that are not expected are always saved, in
    /// the target folder.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Keeps what `dpor` and `rc11` have explored of each check in a file there, so that one that is CUT goes on at the
    /// next run.
    #[arg(long, value_name = "DIR")]
    pub resume: Option<PathBuf>,
}

impl Arguments {
    /// Whether nothing is left out, so that a page can show everything about real threads too.
    pub fn is_of_everything(&self) -> bool {
        let threads = self.engine.is_empty() || self.engine.iter().any(|name| name == Engine::Threads.name());
        self.html.is_some() && self.filter.is_none() && self.shard.is_none() && threads
    }

    pub fn jobs(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// How long a cell may take.
    pub fn limit(&self) -> Duration {
        self.time_limit.unwrap_or(TIME_LIMIT)
    }

    /// How many executions a sampler runs of a test.
    pub fn executions(&self, engine: Engine) -> u64 {
        match (engine, self.quick) {
            (Engine::Threads, true) => 200,
            (Engine::Threads, false) => 2_000,
            (_, true) => 5_000,
            (_, false) => 100_000,
        }
    }

    /// The engines that are asked for.
    pub fn engines(&self) -> anyhow::Result<Vec<Engine>> {
        let has_parts = |name: &String| Engine::from_name(name).is_some_and(Engine::has_parts);
        if self.shard.is_some() && !(self.engine.len() == 1 && self.engine.iter().all(has_parts)) {
            bail!("only the searches of dpor and rc11 have parts: `--shard` needs `--engine dpor` or `--engine rc11`");
        }
        let engine = |name: &String| {
            let names = || Engine::ALL.map(Engine::name).join(", ");
            Engine::from_name(name).ok_or_else(|| anyhow!("there is no engine `{name}`; there are {}", names()))
        };
        match self.engine.as_slice() {
            [] if self.weaken => Ok(vec![Engine::Rc11]),
            names if self.weaken && names.iter().any(|name| name != Engine::Rc11.name()) => {
                bail!("only rc11 knows weaker orderings: `--weaken` needs `--engine rc11`, or no engine")
            }
            [] => Ok(Engine::ALL.to_vec()),
            names => names.iter().map(engine).collect(),
        }
    }

    /// The cells that are asked for.
    pub fn select(&self, engines: &[Engine], listing: &Listing) -> anyhow::Result<Vec<Cell>> {
        let wanted = |cell: &&Cell| {
            let filter = self.filter.as_deref().is_none_or(|filter| {
                let texts = [Some(&cell.check), Some(&cell.pattern), cell.defect.as_ref()];
                texts.into_iter().flatten().any(|text| text.contains(filter))
            });
            // One machine of several explores the programs: they are many small searches, and none has parts.
            let shared = cell.is_of_programs() && self.shard.is_some_and(|(part, _)| part > 0);
            // rc11 does not know all that a test may do, and is run where it is asked for.
            let unasked = cell.engine == Engine::Rc11 && cell.test.is_some() && self.engine.is_empty() && !self.weaken;
            // Of what is broken nobody asks how weak it could be.
            let broken = self.weaken && cell.defect.is_some();
            engines.contains(&cell.engine) && filter && !shared && !unasked && !broken
        };
        let cells: Vec<Cell> = listing.cells.iter().filter(wanted).cloned().collect();
        if cells.is_empty() {
            bail!(no_match(self.filter.as_deref().unwrap_or_default()));
        }
        Ok(cells)
    }
}

/// The error for a filter that nothing matches.
pub fn no_match(filter: &str) -> String {
    format!("no check matches `{filter}`; `--list` names them all")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(arguments: &Arguments) -> anyhow::Result<Vec<Cell>> {
        arguments.select(&arguments.engines()?, &models::catalogue::listing())
    }

    #[test]
    fn a_filter_leaves_what_it_names() {
        let filtered = |filter: &str, engine: &[&str]| {
            let engine = engine.iter().map(|&name| name.to_owned()).collect();
            selected(&Arguments { filter: Some(filter.to_owned()), engine, ..Arguments::default() })
        };
        let cells = filtered("ttl_cache", &["loom"]).expect("there are some");
        assert!(cells.iter().any(|cell| cell.check == "ttl_cache/fresh_write_survives_get" && cell.defect.is_none()));
        assert!(cells.iter().any(|cell| cell.defect.as_deref() == Some("GetDeletesWithoutRecheck")));
        assert!(cells.iter().all(|cell| cell.pattern == "ttl_cache" && cell.engine == Engine::Loom));
        let nothing = filtered("no such check", &[]).expect_err("nothing matches").to_string();
        assert!(nothing.starts_with("no check matches `no such check`"), "{nothing}");
    }

    #[test]
    fn the_programs_are_those_of_one_shard() {
        let of = |part| Arguments { engine: vec!["dpor".to_owned()], shard: Some((part, 2)), ..Arguments::default() };
        let programs = |part| {
            let cells = selected(&of(part)).expect("there are some");
            cells.iter().filter(|cell| cell.is_of_programs()).count()
        };
        assert!(programs(0) > 0 && programs(1) == 0);
    }
}
