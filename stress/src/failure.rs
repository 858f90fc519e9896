//! A failure as a file: what was run, what broke, and what each thread did last.
//!
//! Operations are a function of the seed. So the last ones need not be written down while threads run: they
//! are drawn again, up to the number that each thread has come to.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use cli::{files, input};
use models::catalogue;
use models::workload::{Entry, Judged, Pause, Plan};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::escalate::Escalation;

/// The version of the format.
const SCHEMA: u32 = 1;
/// Threads of a round, at the most.
pub const THREADS: usize = 4_096;
/// Operations of a thread, keys, places in a queue and turns of a pause, at the most: more than any round has.
const MOST: u32 = 1 << 20;
/// Operations of a thread that are shown.
const LAST: u64 = 6;

/// What broke, and what is needed to run it again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The version of the format.
    pub schema: u32,
    /// The version of selvedge that wrote it.
    pub version: String,
    /// The module of the pattern.
    pub pattern: String,
    /// The type that operations were performed on.
    pub subject: String,
    /// The round in which it broke.
    pub plan: Plan,
    /// What broke.
    pub what: String,
    /// What each thread did last.
    pub threads: Vec<Thread>,
    /// The history that nothing explains, where it is that which broke.
    pub history: Option<Value>,
    /// What the engines say, where they were asked.
    pub engines: Option<Escalation>,
}

/// What a thread did last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Thread {
    /// Operations that it has performed.
    pub performed: u64,
    /// The last of them.
    pub last: Vec<String>,
    /// What comes next, if it was not through: what it was in, or would have done.
    pub next: Option<String>,
}

impl Failure {
    /// Of a round in which threads have performed so many operations.
    pub fn new(entry: &Entry, plan: Plan, what: String, performed: &[u64], history: Option<Value>) -> Self {
        let thread = |(thread, &performed): (usize, &u64)| {
            let mut drawn = entry.draw(&plan, thread).skip(performed.saturating_sub(LAST) as usize);
            let last = drawn.by_ref().take(performed.min(LAST) as usize).collect();
            let next = drawn.next().filter(|_| performed < plan.operations.into());
            Thread { performed, last, next }
        };
        Failure {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pattern: entry.pattern.to_owned(),
            subject: entry.subject.to_owned(),
            what,
            threads: performed.iter().enumerate().map(thread).collect(),
            history,
            engines: None,
            plan,
        }
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is no failure of this version's.
    pub fn read(path: &Path) -> anyhow::Result<Failure> {
        let text = input::text(path)?;
        let failure: Failure = serde_json::from_str(&text)
            .map_err(|error| anyhow!("{} is no failure that `stress run` has saved: {error}", path.display()))?;
        if failure.schema != SCHEMA {
            bail!("{} has format {}, and this version reads format {SCHEMA}", path.display(), failure.schema);
        }
        let Plan { threads, operations, keys, size, pause: (pause, one_in), .. } = failure.plan;
        let turns = match pause {
            Pause::Spin(turns) | Pause::Sleep(turns) => turns,
            Pause::None | Pause::Yield => 0,
        };
        let fits =
            (1..=THREADS).contains(&threads) && (1..=MOST as usize).contains(&size) && (1..=MOST).contains(&keys);
        if !fits || one_in == 0 || operations > MOST || turns > MOST {
            bail!("{} has a plan that cannot be run: {:?}", path.display(), failure.plan);
        }
        Ok(failure)
    }

    /// Writes it into a folder, and says where.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn save(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let path = folder.join(format!("stress-{}.json", self.subject));
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
        write(&path, self)?;
        Ok(path)
    }

    /// The workload that it is a failure of.
    ///
    /// # Errors
    ///
    /// If there is no such workload any more.
    pub fn entry(&self) -> anyhow::Result<Entry> {
        let found = catalogue::workloads().into_iter().find(|entry| entry.subject == self.subject);
        found.with_context(|| format!("there is no structure {} any more", self.subject))
    }

    /// Judges the history that it holds once more; nothing if it holds none.
    ///
    /// # Errors
    ///
    /// If it is no history of this workload's.
    pub fn judge_again(&self) -> anyhow::Result<Option<Judged>> {
        let entry = self.entry()?;
        let judge = |history| entry.judge(&self.plan, history).map_err(|error| anyhow!(error));
        self.history.clone().map(judge).transpose()
    }
}

/// Writes a document, whole.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(path: &Path, document: &impl Serialize) -> anyhow::Result<()> {
    files::write(path, &(serde_json::to_string_pretty(document)? + "\n"))
}
