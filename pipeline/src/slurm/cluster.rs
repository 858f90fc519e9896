//! A Slurm cluster on this machine: a controller and two nodes, with ports, files and configuration of their own.
//!
//! 1. It touches no other Slurm on the machine: everything is in a folder that is removed with it.
//! 2. It ends when its value is dropped: running tasks are cancelled, then the daemons are killed. If this program is
//!    killed, the kernel kills the daemons, tasks end by themselves, and the folder stays.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, bail, ensure};
use cli::note;
use tempfile::TempDir;

/// The nodes. Each takes one task at a time.
pub const NODES: [&str; 2] = ["n1", "n2"];
/// How long daemons may take to answer, and tasks to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often they are asked.
const POLL: Duration = Duration::from_millis(200);

/// A task of an array, as the controller has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    /// Its number in the array.
    pub number: usize,
    /// `PENDING`, `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED` and so on.
    pub state: String,
    /// Where it runs or ran.
    pub node: String,
}

impl Task {
    /// Whether it has yet to run, or runs.
    pub fn is_alive(&self) -> bool {
        ["PENDING", "CONFIGURING", "RUNNING", "COMPLETING"].contains(&self.state.as_str())
    }
}

/// The cluster.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    daemons: Vec<Child>,
}

impl Cluster {
    /// Starts it, and waits until both nodes are up.
    pub fn start() -> anyhow::Result<Self> {
        let programs = ["slurmctld", "slurmd"].map(find);
        let [Some(controller), Some(node)] = programs else {
            bail!(
                "this needs Slurm's daemons and commands, `slurmctld`, `slurmd`, `sbatch`: `apt-get install slurm-wlm`"
            );
        };
        let folder = TempDir::with_prefix("selvedge-slurm-").context("failed to make a temporary folder")?;
        let mut cluster = Cluster { folder, daemons: Vec::new() };
        fs::write(cluster.file("slurm.conf"), configuration(cluster.folder.path())?)?;
        for name in ["state"].iter().chain(&NODES) {
            fs::create_dir(cluster.file(name))?;
        }
        cluster.spawn("controller", &controller, &["-D"])?;
        cluster.wait("the controller does not answer", |cluster| cluster.ask("scontrol", &["ping"]).is_ok())?;
        for name in NODES {
            cluster.spawn(name, &node, &["-D", "-N", name])?;
        }
        cluster.wait("the nodes do not come up", |cluster| {
            let states = cluster.ask("sinfo", &["--noheader", "--Node", "--format=%T"]);
            states.is_ok_and(|states| states.lines().filter(|state| *state == "idle").count() == NODES.len())
        })?;
        Ok(cluster)
    }

    /// A file or folder of the cluster's own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Submits an array, and returns the number of the job.
    pub fn submit(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let job = self.ask("sbatch", &[&["--parsable"], arguments].concat())?;
        Ok(job.trim().to_owned())
    }

    /// The tasks of a job, in order; the controller does not know tasks that were cancelled before they began.
    pub fn tasks(&self, job: &str) -> anyhow::Result<Vec<Task>> {
        let asked = ["--noheader", "--array", "--states=all", "--format=%K %T %N", "--jobs", job];
        let answer = self.ask("squeue", &asked)?;
        let task = |line: &str| {
            let mut words = line.split_whitespace();
            let (number, state) = (words.next()?.parse().ok()?, words.next()?.to_owned());
            Some(Task { number, state, node: words.next().unwrap_or_default().to_owned() })
        };
        let tasks = answer.lines().map(|line| task(line).with_context(|| format!("squeue says `{line}`")));
        let mut tasks: Vec<Task> = tasks.collect::<anyhow::Result<_>>()?;
        tasks.sort();
        Ok(tasks)
    }

    /// Asks the controller with a command, and returns the output.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(program);
        command.args(arguments).env("SLURM_CONF", self.file("slurm.conf"));
        let output = command.output().with_context(|| format!("failed to run {program}"))?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} ended with {}: {}", output.status, error.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts a daemon, which writes to a file of its name.
    fn spawn(&mut self, name: &str, program: &Path, arguments: &[&str]) -> anyhow::Result<()> {
        let log = File::create(self.file(&format!("{name}.log")))?;
        // An interrupt must reach only this program, which has to end tasks then; and the kernel kills the daemon if
        // this program dies.
        let mut command = Command::new("setsid");
        command.args(["setpriv", "--pdeathsig", "KILL"]).arg(program).args(arguments);
        command.env("SLURM_CONF", self.file("slurm.conf")).stdout(log.try_clone()?).stderr(log);
        let daemon = command.spawn().with_context(|| format!("failed to run {}", program.display()))?;
        self.daemons.push(daemon);
        Ok(())
    }

    /// Waits for something, which takes seconds.
    fn wait(&self, what: &str, done: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let began = Instant::now();
        while !done(self) {
            if began.elapsed() > PATIENCE {
                let logs = ["controller"].iter().chain(&NODES).map(|name| self.file(&format!("{name}.log")));
                let logs: String = logs.filter_map(|path| fs::read_to_string(path).ok()).collect();
                note!("{logs}");
                bail!("{what}");
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A task outlives the daemon that began it, so tasks come first. If they cannot be ended, the daemons are ended
        // anyway.
        let cancelled = ["PENDING", "RUNNING"].map(|state| self.ask("scancel", &["--state", state]));
        if cancelled.iter().all(Result::is_ok) {
            let gone = |cluster: &Self| cluster.ask("squeue", &["--noheader"]).is_ok_and(|jobs| jobs.is_empty());
            let _ = self.wait("tasks do not end", gone);
        }
        for daemon in &mut self.daemons {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// A program of Slurm's: its daemons are not on an ordinary user's path.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// The daemons' configuration: the current user owns everything, and nothing leaves the machine.
fn configuration(folder: &Path) -> anyhow::Result<String> {
    let user = Command::new("id").arg("-un").output().context("failed to run id")?;
    let user = String::from_utf8_lossy(&user.stdout).trim().to_owned();
    // All ports are held until all are known, so that no two are the same.
    let ports = [(); 3]
        .map(|()| TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok((listener.local_addr()?.port(), listener))));
    let mut free = Vec::new();
    for port in ports {
        free.push(port.context("failed to find a free port")?);
    }
    let nodes = NODES.iter().zip(&free[1..]).map(|(name, (port, _))| {
        format!("NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs=1\n")
    });
    let nodes: String = nodes.collect();
    let (controller, folder) = (free[0].0, folder.display());
    Ok(format!(
        "\
ClusterName=selvedge
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MinJobAge=86400
KillWait=2
{nodes}PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"
    ))
}
