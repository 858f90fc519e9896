//! A slice of an item: a process that ends in time, and leaves files to be kept in the folder of the night.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ci::cell;
use cli::output;
use cli::process;
use fs4::FileExt;
use selvedge::check::protocol::Row;
use selvedge::check::{Engine, Explorer};
use serde::Deserialize;

use super::items::{Item, Kind, Slice};

/// How long a broken workload may take, which asks the engines for a schedule.
const ESCALATION: Duration = Duration::from_secs(15 * 60);

/// Where the searches are, in the folder.
const SEARCHES: &str = "searches";
/// A part of the names of files that belong to a process which runs, or was killed.
const RUNNING: &str = ".running";

/// The files of a night, for as long as this process works on it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Keeps a second process out. It is released when this process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Creates missing folders, and removes files that killed processes have left.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let failed = || format!("failed to open the folder {}", path.display());
        fs::create_dir_all(path.join(SEARCHES)).with_context(failed)?;
        let lock = File::create(path.join("lock")).with_context(failed)?;
        if FileExt::try_lock(&lock).is_err() {
            bail!("a night is at work in {}: end it first, or choose another --out", path.display());
        }
        for file in fs::read_dir(path.join(SEARCHES)).with_context(failed)? {
            let file = file?;
            if file.file_name().to_string_lossy().contains(RUNNING) {
                fs::remove_file(file.path()).with_context(failed)?;
            }
        }
        Ok(Folder { path: path.to_owned(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where failures are saved.
    pub fn failures(&self) -> PathBuf {
        self.path.join("failures")
    }

    fn searches(&self) -> PathBuf {
        self.path.join(SEARCHES)
    }

    /// A file that no other process uses while the item runs, even if the process of an earlier night still exists.
    fn running(&self, item: &Item) -> PathBuf {
        // A workload has one cell in each of its builds, which may run at once.
        let name = format!("{}.{}{RUNNING}-{}", cell::file_name(&item.cell), item.column(), std::process::id());
        self.searches().join(name)
    }

    /// Runs a slice of an item. Every second `tell` gets its last line.
    pub fn run(&self, item: &Item, program: &Path, slice: Slice, tell: impl Fn(&str)) -> anyhow::Result<Row> {
        match item.kind {
            Kind::Search => self.search(item, program, slice, tell),
            Kind::Workload(_) => self.workload(item, program, slice, tell),
            Kind::Samples | Kind::Programs => {
                Ok(cell::run(&item.cell, &mut item.command(program, slice, &self.path), slice.time + cell::GRACE, tell))
            }
        }
    }

    /// A search goes on from a copy of its file, which replaces the file when the slice has ended.
    fn search(&self, item: &Item, program: &Path, slice: Slice, tell: impl Fn(&str)) -> anyhow::Result<Row> {
        let (kept, running) = (self.searches().join(cell::file_name(&item.cell)), self.running(item));
        let part = |file: &Path| {
            let explorer = Explorer::new(Engine::Dpor).resume(file).shard(slice.shard.part, slice.shard.of);
            explorer.resume_files().pop().expect("a search is kept in a file")
        };
        let failed = || format!("failed to keep the search in {}", kept.display());
        if part(&kept).exists() {
            fs::copy(part(&kept), part(&running)).with_context(failed)?;
        }
        let mut command = item.command(program, slice, &running);
        let row = cell::run(&item.cell, &mut command, slice.time + cell::GRACE, tell);
        if part(&running).exists() {
            fs::rename(part(&running), part(&kept)).with_context(failed)?;
        }
        Ok(row)
    }

    /// A workload writes its result to a file; its exit code also says whether something broke.
    fn workload(&self, item: &Item, program: &Path, slice: Slice, tell: impl Fn(&str)) -> anyhow::Result<Row> {
        #[derive(Deserialize)]
        struct Report {
            results: Vec<Outcome>,
        }
        #[derive(Deserialize)]
        struct Outcome {
            rounds: u64,
            failure: Option<serde_json::Value>,
        }
        let (start, file) = (Instant::now(), self.running(item));
        let end = process::run(&mut item.command(program, slice, &file), slice.time + ESCALATION, tell);
        let report = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str::<Report>(&text).ok());
        let outcome = report.and_then(|report| report.results.into_iter().next());
        // It does not matter if there was no report.
        let _ = fs::remove_file(&file);
        let row = |verdict, failure| Row {
            engine: item.column().to_owned(),
            seed: Some(slice.seed),
            ..cell::row(&item.cell, verdict, failure, start.elapsed())
        };
        Ok(match outcome {
            None => row("crashed", Some(format!("ended without a result: {end:?}"))),
            Some(Outcome { rounds, failure: None }) => Row { executions: rounds, ..row("sampled", None) },
            Some(Outcome { rounds, failure: Some(failure) }) => {
                let what = failure["what"].as_str().unwrap_or("it does not say what").to_owned();
                fs::create_dir_all(self.failures())?;
                let path = self.failures().join(format!("{}-{}.json", item.column(), item.cell.subject));
                output::write(&path, &serde_json::to_string_pretty(&failure)?)?;
                let again = format!("{what}\nagain: cargo stress replay {}", path.display());
                Row { executions: rounds, ..row("failed", Some(again)) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nightly::tests::item;

    #[test]
    fn one_process_works_in_a_folder_and_removes_what_another_has_left() {
        let path = std::env::temp_dir().join(format!("selvedge-night-folder-{}", std::process::id()));
        let first = Folder::open(&path).unwrap();
        let (kept, left) = (first.searches().join("check.json"), first.searches().join("check.json.running-7"));
        [&kept, &left].iter().for_each(|file| fs::write(file, "").unwrap());
        assert!(Folder::open(&path).unwrap_err().to_string().contains("a night is at work"));
        assert!(left.exists());
        drop(first);
        Folder::open(&path).unwrap();
        assert!(kept.exists() && !left.exists());
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn a_workload_that_runs_in_two_builds_at_once_has_two_reports() {
        let path = std::env::temp_dir().join(format!("selvedge-night-builds-{}", std::process::id()));
        let folder = Folder::open(&path).unwrap();
        let [plain, perturbed] = [None, Some("jitter")].map(|cfg| folder.running(&item(Kind::Workload(cfg))));
        assert_ne!(plain, perturbed);
        fs::remove_dir_all(&path).unwrap();
    }
}
