//! Child processes. Each has a process group of its own, so that its children end with it; and none outlives an
//! [interrupt](crate::interrupt) of this program.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

#[cfg(feature = "files")]
mod limited;

#[cfg(feature = "files")]
pub use limited::{End, run};

/// How often a child is looked at.
const POLL: Duration = Duration::from_millis(5);
/// How long a child may take to end in order.
const PATIENCE: Duration = Duration::from_secs(2);

/// The children that run now.
static RUNNING: Mutex<Children> = Mutex::new(Children { groups: Vec::new(), ending: false });

struct Children {
    groups: Vec<u32>,
    /// This program is interrupted, and starts nothing any more.
    ending: bool,
}

fn children() -> MutexGuard<'static, Children> {
    RUNNING.lock().expect("no panic under this lock")
}

/// How children are ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// They are asked to, as they may have children themselves; who does not in time is killed.
    InOrder,
    /// They are killed.
    AtOnce,
}

/// Ends all children, and starts no other: this program is interrupted.
pub fn end_all(ending: Ending) {
    children().ending = true;
    end(ending);
}

/// Ends the children that run now.
pub fn end(ending: Ending) {
    if ending == Ending::InOrder {
        children().groups.iter().for_each(|&group| signal(group, Ending::InOrder));
        let start = Instant::now();
        while start.elapsed() < PATIENCE && !children().groups.is_empty() {
            thread::sleep(POLL);
        }
    }
    children().groups.iter().for_each(|&group| signal(group, Ending::AtOnce));
}

/// A child that runs. Whoever lets go of it ends it.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts a child without standard input.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or this program is interrupted.
    pub fn start(command: &mut Command) -> anyhow::Result<Running> {
        command.stdin(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Under the lock, so that an interrupt meets no child which is not in the list.
        let mut children = children();
        if children.ending {
            bail!("interrupted");
        }
        let child = command.spawn().with_context(|| format!("failed to run {}", command.get_program().display()))?;
        children.groups.push(child.id());
        Ok(Running(child))
    }

    /// What it prints and what it says on standard error, where that is piped.
    pub fn pipes(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.0.stdout.take(), self.0.stderr.take())
    }

    /// Waits until it ends.
    ///
    /// # Errors
    ///
    /// If the system does not say how it did, or this program is interrupted.
    pub fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        let status = self.0.wait()?;
        ensure!(!children().ending, "interrupted");
        Ok(status)
    }

    fn kill(&mut self) {
        signal(self.0.id(), Ending::AtOnce);
        // It may have ended just now, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            self.kill();
        }
        let id = self.0.id();
        let mut children = children();
        if children.ending {
            // Who was asked to end may have children that were not impressed.
            signal(id, Ending::AtOnce);
        }
        children.groups.retain(|&group| group != id);
    }
}

/// Runs `command` to its end.
///
/// # Errors
///
/// If it cannot be started.
pub fn status(command: &mut Command) -> anyhow::Result<ExitStatus> {
    Running::start(command)?.wait()
}

/// Runs `command` to its end, and returns what it prints. What it says on standard error is kept where that is piped, and said
/// on ours otherwise.
///
/// # Errors
///
/// If it cannot be started.
pub fn output(command: &mut Command) -> anyhow::Result<Output> {
    let mut child = Running::start(command.stdout(Stdio::piped()))?;
    let (stdout, stderr) = child.pipes();
    let (stdout, stderr) = thread::scope(|scope| {
        let stderr = scope.spawn(|| all(stderr));
        (all(stdout), stderr.join().expect("reading does not panic"))
    });
    Ok(Output { status: child.wait()?, stdout: stdout?, stderr: stderr? })
}

/// Kills a process that leads a group, and the group.
pub fn kill_group(leader: u32) {
    signal(leader, Ending::AtOnce);
}

fn all(pipe: Option<impl Read>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes))?;
    Ok(bytes)
}

#[cfg(unix)]
fn signal(group: u32, ending: Ending) {
    use rustix::process::{Pid, Signal, kill_process_group};

    let signal = if ending == Ending::InOrder { Signal::TERM } else { Signal::KILL };
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // Nobody is left to be told if it has ended meanwhile.
        let _ = kill_process_group(group, signal);
    }
}

/// Without groups a child alone is killed, by whoever holds it.
#[cfg(not(unix))]
fn signal(_: u32, _: Ending) {}

/// Runs `command` to its end, and gives `tell` each line that it prints as it comes. What it says on standard error is said
/// on ours. It is killed where `tell` fails.
pub fn lines(command: &mut Command, mut tell: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<ExitStatus> {
    let mut child = Running::start(command.stdout(Stdio::piped()))?;
    let mut lines = BufReader::new(child.pipes().0.expect("it is piped")).lines();
    lines.try_for_each(|line| tell(&line?))?;
    child.wait()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_told_until_one_is_not_taken() {
        let mut told = Vec::new();
        let mut shell = Command::new("sh");
        let status = lines(shell.args(["-c", "echo one; echo two; exit 3"]), |line| {
            told.push(line.to_owned());
            Ok(())
        });
        assert_eq!((told, status.unwrap().code()), (vec!["one".to_owned(), "two".to_owned()], Some(3)));
        let mut shell = Command::new("sh");
        let why = lines(shell.args(["-c", "echo one; exec sleep 60"]), |line| anyhow::bail!("not {line}")).unwrap_err();
        assert_eq!(why.to_string(), "not one");
    }

    #[test]
    #[cfg(unix)]
    fn the_children_of_a_child_end_with_it() {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let child = Running::start(Command::new("sh").args(["-c", "sleep 60 & echo; wait"]).stdout(writer)).unwrap();
        let mut byte = [0];
        reader.read_exact(&mut byte).unwrap();
        drop(child);
        // Only when nobody can write any more.
        assert_eq!(reader.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}
