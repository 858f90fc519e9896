//! A slice of an item: a process that ends in time, and leaves what is to be kept in the folder of the night.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use fs4::FileExt;
use selvedge::check::protocol::Row;
use selvedge::check::{Engine, Explorer};

use super::items::{Item, Kind, Nights};
use super::shard::Shard;
use crate::arguments::Arguments;
use crate::cell;
use crate::checks::Asked;

/// A slice of an item: where it starts, and how long it takes.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Where it starts.
    pub seed: u64,
    /// How long it takes.
    pub time: Duration,
    /// Whose part of a search it is.
    pub shard: Shard,
}

/// Where the searches are, in the folder.
const SEARCHES: &str = "searches";
/// What the names of folders begin with that belong to a process which runs, or was killed.
const RUNNING: &str = "running-";

/// The files of a night, for as long as this process works on it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Keeps a second process out. It goes with this one, however that ends.
    _lock: File,
}

impl Folder {
    /// Makes what is not there, and removes what processes have left that were killed.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let failed = || format!("failed to open the folder {}", path.display());
        fs::create_dir_all(path.join(SEARCHES)).with_context(failed)?;
        let lock = File::create(path.join("lock")).with_context(failed)?;
        if FileExt::try_lock(&lock).is_err() {
            bail!("a night is at work in {}: end it first, or choose another --out", path.display());
        }
        for file in fs::read_dir(path.join(SEARCHES)).with_context(failed)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(RUNNING) {
                fs::remove_dir_all(file.path()).with_context(failed)?;
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

    /// A folder that nobody else has while the item runs, even if the process of an earlier night is still there.
    fn running(&self, item: &Item) -> PathBuf {
        self.searches().join(format!("{RUNNING}{}-{}", std::process::id(), item.number))
    }

    /// Runs a slice of an item. Every second `tell` is given what it says.
    pub fn run<N: Nights>(
        &self,
        nights: &N,
        item: &Item,
        built: &N::Built,
        slice: Slice,
        tell: &dyn Fn(&str),
    ) -> anyhow::Result<Row> {
        let running = self.running(item);
        let failed = || format!("failed to keep what {} needs in {}", item.name(), running.display());
        fs::create_dir_all(&running).with_context(failed)?;
        let Shard { part, of } = slice.shard;
        let arguments = Arguments {
            seed: slice.seed,
            shard: (item.kind == Kind::Search).then_some((part, of)),
            resume: Some(running.clone()),
            save: Some(self.failures()),
            ..Arguments::default()
        };
        let asked =
            Asked { cell: &item.cell, arguments: &arguments, limit: slice.time, program: None, behaviours: true };
        let row = match item.kind {
            Kind::Search => self.search(item, slice.shard, &running, || nights.run_item(item, &asked, built, tell)),
            _ => Ok(nights.run_item(item, &asked, built, tell)),
        };
        fs::remove_dir_all(&running).with_context(failed)?;
        row
    }

    /// A search goes on from a copy of where it was, which takes its place when the slice has ended.
    fn search(
        &self,
        item: &Item,
        Shard { part, of }: Shard,
        running: &Path,
        run: impl FnOnce() -> Row,
    ) -> anyhow::Result<Row> {
        let part = |folder: &Path| {
            let explorer = Explorer::new(Engine::Dpor).resume(folder.join(cell::file_name(&item.cell)));
            explorer.shard(part, of).resume_files().pop().expect("a search is kept in a file")
        };
        let (kept, running) = (part(&self.searches()), part(running));
        let failed = || format!("failed to keep the search in {}", kept.display());
        if kept.exists() {
            fs::copy(&kept, &running).with_context(failed)?;
        }
        let row = run();
        if running.exists() {
            fs::rename(&running, &kept).with_context(failed)?;
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::night::tests::item;

    #[test]
    fn one_process_works_in_a_folder_and_removes_what_another_has_left() {
        let path = std::env::temp_dir().join(format!("selvedge-night-folder-{}", std::process::id()));
        let first = Folder::open(&path).unwrap();
        let (kept, left) = (first.searches().join("check.json"), first.searches().join("running-7-0"));
        fs::write(&kept, "").unwrap();
        fs::create_dir(&left).unwrap();
        assert!(Folder::open(&path).unwrap_err().to_string().contains("a night is at work"));
        assert!(left.exists());
        drop(first);
        Folder::open(&path).unwrap();
        assert!(kept.exists() && !left.exists());
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn items_that_run_at_once_have_folders_of_their_own() {
        let path = std::env::temp_dir().join(format!("selvedge-night-builds-{}", std::process::id()));
        let folder = Folder::open(&path).unwrap();
        let [plain, perturbed] = [false, true].map(|perturbed| {
            folder.running(&Item { number: usize::from(perturbed), ..item(Kind::Workload { perturbed }) })
        });
        assert_ne!(plain, perturbed);
        fs::remove_dir_all(&path).unwrap();
    }
}
