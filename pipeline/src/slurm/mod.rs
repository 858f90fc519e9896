//! `cargo ci test-slurm`: a night on a Slurm cluster, in small and for real.
//!
//! The cluster is this machine's: a controller and two nodes. The array is the one of `ci/night/slurm.sbatch`, with a small
//! budget, twice:
//!
//! 1. All its tasks finish, both nodes have run some, and `cargo ci merge` makes one report of their folders.
//! 2. One task is cancelled before it begins and one while it runs: then `cargo ci merge` has to say which are missing,
//!    and fail. Submitted again they continue where they were, and nothing is missing any more.

mod cluster;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{bail, ensure};
use ci::builds;
use cli::{interrupt, note, process, say};
use cluster::{Cluster, NODES, Task};

/// The array.
const SCRIPT: &str = "ci/night/slurm.sbatch";
/// Its tasks, and those of every other description of a night.
pub const SHARDS: usize = 4;
/// The budget and the filter of each task.
const NIGHT: [&str; 4] = ["--budget", "20s", "--filter", "account/"];
/// How long an array may take, including its builds.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How often its tasks are looked at.
const POLL: Duration = Duration::from_millis(500);

/// Whether an array makes one report, and a lost task is noticed.
pub fn run() -> anyhow::Result<bool> {
    let test = |cluster| {
        note!("a controller and the nodes {} are up", NODES.join(" and "));
        whole(&cluster)?;
        lost(&cluster)
    };
    Cluster::start().and_then(test).map(|()| true)
}

/// Every task finishes, and all make one report.
fn whole(cluster: &Cluster) -> anyhow::Result<()> {
    let night = Night::submit(cluster, "whole")?;
    let tasks = night.wait(|_| Ok(()))?;
    let completed = tasks.len() == SHARDS && tasks.iter().all(|task| task.state == "COMPLETED");
    ensure!(completed, "not every task was completed: {tasks:?}{}", night.logs());
    let nodes: BTreeSet<&str> = tasks.iter().map(|task| task.node.as_str()).collect();
    ensure!(nodes == NODES.into(), "the tasks ran on {nodes:?}, and not on {NODES:?}");
    let (passed, report) = night.merge()?;
    say!("{report}");
    ensure!(passed, "the report of all tasks is not what it should be");
    Ok(())
}

/// The last task is cancelled before it begins, and the first while it works: both are reported missing, until they
/// have finished after all.
fn lost(cluster: &Cluster) -> anyhow::Result<()> {
    let night = Night::submit(cluster, "lost")?;
    night.cancel(SHARDS - 1)?;
    let mut works = true;
    night.wait(|tasks| {
        let runs = tasks.iter().any(|task| task.number == 0 && task.state == "RUNNING");
        if works && runs && night.folder(0).join("state.json").exists() {
            works = false;
            night.cancel(0)?;
        }
        Ok(())
    })?;
    ensure!(!works, "the first task ended before it could be cancelled{}", night.logs());
    let (passed, report) = night.merge()?;
    say!("{report}");
    ensure!(!passed, "two tasks are lost, and the report is as if nothing were");
    for (task, word) in [(0, "unfinished"), (SHARDS - 1, "missing")] {
        let told = format!("shard {}/{SHARDS}: it is {word}", task + 1);
        ensure!(report.contains(&told), "the report does not say `{told}`");
    }

    let again = [night.again(0)?, night.again(SHARDS - 1)?];
    for part in &again {
        part.wait(|_| Ok(()))?;
    }
    let (passed, report) = night.merge()?;
    say!("{report}");
    ensure!(passed, "the lost tasks were run again, and the report is not what it should be{}", night.logs());
    Ok(())
}

/// An array that was submitted.
struct Night<'a> {
    cluster: &'a Cluster,
    name: &'static str,
    job: String,
}

impl<'a> Night<'a> {
    fn submit(cluster: &'a Cluster, name: &'static str) -> anyhow::Result<Self> {
        fs::create_dir(cluster.file(name))?;
        Night::with(cluster, name, &[], &[])
    }

    /// Submits one of its tasks again.
    fn again(&self, task: usize) -> anyhow::Result<Self> {
        let shard = format!("--shard={}/{SHARDS}", task + 1);
        let night = format!("--night=slurm-{}", self.job);
        Night::with(self.cluster, self.name, &[&format!("--array={task}")], &[&shard, &night])
    }

    /// Submits the array with more flags for it, and more for `cargo ci nightly`.
    fn with(cluster: &'a Cluster, name: &'static str, array: &[&str], nightly: &[&str]) -> anyhow::Result<Self> {
        let folder = cluster.file(name);
        let output = format!("--output={}/%a.log", folder.display());
        let chdir = format!("--chdir={}", builds::root().display());
        let export = format!("--export=ALL,NIGHT={}", folder.display());
        let script = builds::root().join(SCRIPT).display().to_string();
        let job =
            cluster.submit(&[&[output.as_str(), &chdir, &export], array, &[&script], &NIGHT, nightly].concat())?;
        Ok(Night { cluster, name, job })
    }

    /// The folder of a task.
    fn folder(&self, task: usize) -> PathBuf {
        self.cluster.file(self.name).join(task.to_string())
    }

    fn cancel(&self, task: usize) -> anyhow::Result<()> {
        note!("cancelling task {task}");
        self.cluster.ask("scancel", &[&format!("{}_{task}", self.job)]).map(drop)
    }

    /// Waits until every task has ended, and prints how each changes; `look` gets the tasks each time.
    fn wait(&self, mut look: impl FnMut(&[Task]) -> anyhow::Result<()>) -> anyhow::Result<Vec<Task>> {
        let began = Instant::now();
        let mut before = Vec::new();
        loop {
            let tasks = self.cluster.tasks(&self.job)?;
            for Task { number, state, node } in tasks.iter().filter(|task| !before.contains(*task)) {
                let place = if node.is_empty() { String::new() } else { format!(" on {node}") };
                note!("task {number}: {state}{place}");
            }
            look(&tasks)?;
            if !tasks.iter().any(Task::is_alive) {
                return Ok(tasks);
            }
            ensure!(!interrupt::came(), "interrupted");
            if began.elapsed() > LIMIT {
                bail!("the tasks have not ended after {LIMIT:?}: {tasks:?}{}", self.logs());
            }
            before = tasks;
            thread::sleep(POLL);
        }
    }

    /// The output of its tasks.
    fn logs(&self) -> String {
        let log = |task| fs::read_to_string(self.folder(task).with_extension("log")).ok();
        (0..SHARDS).filter_map(|task| Some(format!("\ntask {task}:\n{}", log(task)?))).collect()
    }

    /// Whether `cargo ci merge` finds everything right, and its report.
    fn merge(&self) -> anyhow::Result<(bool, String)> {
        let mut command = builds::cargo();
        command.args(["ci", "merge", "--expect", &SHARDS.to_string()]);
        command.args((0..SHARDS).map(|task| self.folder(task)).filter(|folder| folder.exists()));
        let output = process::output(command.stderr(Stdio::piped()))?;
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok((output.status.success(), text.concat()))
    }
}
