//! A search that is cut, and goes on in another process as if it had not been.
//!
//! Between two executions all that a search knows is the path to be run next, with what is asleep and
//! planned at each of its nodes, the names of tasks and objects, and what has been counted. That is
//! what its file holds; the trace makes itself again when the path is run.
//!
//! - The file is replaced as a whole, so a process that dies while writing leaves the previous file.
//! - Only the program that wrote it can use it: nothing says that the results hold for a changed program. The
//!   executable is compared, and so is each step of the path as it is run.
//! - A search that has come to its end leaves a file that says so, which counts for the other parts of the same
//!   exploration; the process that runs all parts removes the files.

use std::env;
use std::fs::{self, File};
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::meter::Meter;
use super::trace::step::Step;
use crate::sync::engine::names::Names;

/// The first bytes of every file.
const HEAD: &[u8] = b"{\"program\":";
/// How often the file is written, unless writing takes long.
const PAUSE: Duration = Duration::from_secs(3);
/// How many times as long as writing takes a search goes on before it writes again.
const SHARE: u32 = 50;

/// What a search has to know in order to go on.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    /// The executable that wrote it, as a number.
    program: u64,
    /// Which search it is, in words.
    search: String,
    pub(super) meter: Meter,
    pub(super) names: Names,
    pub(super) strategy: Value,
}

/// Where a search was in its file, and when.
#[derive(Debug)]
pub(super) struct Bookmark {
    path: PathBuf,
    search: String,
    due: Instant,
}

impl Bookmark {
    /// A file for the search that `search` describes.
    pub(super) fn new(path: PathBuf, search: String) -> Self {
        Bookmark { path, search, due: Instant::now() }
    }

    /// What the search is to go on from; nothing, where there is no file.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file, and what to do about it.
    pub(super) fn read(&self) -> Result<Option<Saved>, String> {
        let text = match read(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| format!("failed to read {}: {error}", self.path.display()))?,
        };
        let text = text.ok_or_else(|| self.refuse("holds no search"))?;
        let saved: Saved =
            serde_json::from_slice(&text).map_err(|error| self.refuse(format!("is damaged: {error}")))?;
        if saved.program != program()? {
            return Err(self.refuse("was written by another build of this program"));
        }
        if saved.search != self.search {
            return Err(self.refuse(format!("is of another search: {}, and not {}", saved.search, self.search)));
        }
        Ok(Some(saved))
    }

    /// A line about the file that cannot be used.
    pub(super) fn refuse(&self, why: impl AsRef<str>) -> String {
        let path = self.path.display();
        format!("{path} {}; the search starts over once the file is removed", why.as_ref())
    }

    /// Whether it is time to write.
    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.due
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// Says why that failed.
    pub(super) fn write(&mut self, meter: Meter, names: Names, strategy: Value) -> Result<(), String> {
        let start = Instant::now();
        let saved = Saved { program: program()?, search: self.search.clone(), meter, names, strategy };
        replace(&self.path, &saved).map_err(|error| format!("failed to write {}: {error}", self.path.display()))?;
        self.due = Instant::now() + PAUSE.max(start.elapsed() * SHARE);
        Ok(())
    }
}

/// The content of the file; `None` if it is no saved search: then only its first bytes are read.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let mut text = Vec::new();
    (&mut file).take(HEAD.len() as u64).read_to_end(&mut text)?;
    if text != HEAD {
        return Ok(None);
    }
    file.read_to_end(&mut text)?;
    Ok(Some(text))
}

fn replace(path: &Path, saved: &Saved) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec(saved)?)?;
    fs::rename(beside, path)
}

/// A number for the executable that runs.
fn program() -> Result<u64, String> {
    static PROGRAM: OnceLock<Result<u64, String>> = OnceLock::new();
    let read =
        || env::current_exe().and_then(fs::read).map(|bytes| foldhash::fast::FixedState::default().hash_one(bytes));
    PROGRAM.get_or_init(|| read().map_err(|error| format!("failed to read this program: {error}"))).clone()
}

/// The steps that lead to where a search was, as numbers: what the path is expected to do when it is
/// run for the first time in this process.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Trail(Vec<u64>);

impl Trail {
    pub(super) fn of(steps: &[Step]) -> Self {
        Trail(steps.iter().map(number).collect())
    }

    /// Whether `step` is the recorded one at this place, if one was recorded.
    pub(super) fn admits(&self, at: usize, step: &Step) -> bool {
        self.0.get(at).is_none_or(|&expected| expected == number(step))
    }
}

fn number(step: &Step) -> u64 {
    foldhash::fast::FixedState::default().hash_one((
        &step.planned.request,
        step.planned.label,
        step.location,
        step.parts(),
    ))
}
