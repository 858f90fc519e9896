//! A child process with limits: it ends in time, stays within its memory, and says why if it does
//! not. Its output goes to files, so that a child which writes much waits for nobody.
//!
//! Every child, limited or not, has a process group of its own, so that its children end with it; and none outlives an
//! [interrupt](crate::interrupt) of this program.

use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

/// Memory that a child may use.
const MEMORY_LIMIT: u64 = 4 << 30;
/// How often a child is looked at.
const POLL: Duration = Duration::from_millis(5);
/// How often its output is looked at.
const SECOND: Duration = Duration::from_secs(1);
/// How long a child may take to end in order.
const PATIENCE: Duration = Duration::from_secs(2);
/// Lines of standard error that a report shows.
const LINES_SHOWN: usize = 8;

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

/// How a child ended.
#[derive(Debug)]
pub enum End {
    /// By itself, with success, and with this last line.
    Line(String),
    /// It was killed because its time was up.
    OutOfTime,
    /// In any other way.
    Crashed {
        /// In words, with the end of what it has said on standard error.
        why: String,
        /// The code with which it ended, where it ended by itself: 0 where all that is missing is a line.
        code: Option<i32>,
    },
}

/// Runs `command` to its end, or to that of its time. Every second `tell` is given the last line that it
/// has printed since.
pub fn run(command: &mut Command, time_limit: Duration, tell: impl Fn(&str)) -> anyhow::Result<End> {
    let (stdout, mut out) = tempfile()?;
    let (stderr, mut err) = tempfile()?;
    command.stdout(stdout).stderr(stderr);
    let mut child = Running::start(command)?;
    let status = wait(&mut child, time_limit, || {
        let mut new = String::new();
        // What cannot be read now is read at the end.
        let _ = out.read_to_string(&mut new);
        new.lines().last().into_iter().for_each(&tell);
    });
    Ok(match status? {
        Waited::Ended(status) if status.success() => match last_line(&mut out)? {
            Some(line) => End::Line(line),
            None => End::Crashed { why: format!("ended without a result{}", tail(&mut err)?), code: status.code() },
        },
        Waited::Ended(status) => {
            End::Crashed { why: format!("ended with {status}{}", tail(&mut err)?), code: status.code() }
        }
        Waited::OutOfTime => End::OutOfTime,
        Waited::OutOfMemory => {
            End::Crashed { why: format!("killed: over {} GiB of memory", MEMORY_LIMIT >> 30), code: None }
        }
    })
}

/// Runs `command` to its end, and gives `tell` each line that it prints as it comes. What it says on standard error is said
/// on ours. It is killed where `tell` fails.
pub fn lines(command: &mut Command, mut tell: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<ExitStatus> {
    let mut child = Running::start(command.stdout(Stdio::piped()))?;
    let mut lines = BufReader::new(child.pipes().0.expect("it is piped")).lines();
    lines.try_for_each(|line| tell(&line?))?;
    child.wait()
}

enum Waited {
    Ended(ExitStatus),
    OutOfTime,
    OutOfMemory,
}

fn wait(child: &mut Running, time_limit: Duration, mut look: impl FnMut()) -> anyhow::Result<Waited> {
    let start = Instant::now();
    let mut next_look = start + SECOND;
    loop {
        if Instant::now() >= next_look {
            look();
            next_look += SECOND;
        }
        if let Some(status) = child.0.try_wait()? {
            return Ok(Waited::Ended(status));
        }
        let kill = if start.elapsed() > time_limit {
            Some(Waited::OutOfTime)
        } else if memory(child.0.id()).is_some_and(|used| used > MEMORY_LIMIT) {
            Some(Waited::OutOfMemory)
        } else {
            None
        };
        if let Some(why) = kill {
            child.kill();
            return Ok(why);
        }
        thread::sleep(POLL);
    }
}

/// The resident memory of a process, where the system says.
fn memory(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/statm")).ok()?;
    let pages: u64 = status.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// A file without a name, which goes with the last handle: to write to, and to read from.
fn tempfile() -> anyhow::Result<(fs::File, fs::File)> {
    let file = tempfile::NamedTempFile::new().context("failed to make a temporary file")?;
    let reader = file.reopen().context("failed to make a temporary file")?;
    Ok((file.into_file(), reader))
}

fn text(file: &mut fs::File) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn last_line(out: &mut fs::File) -> anyhow::Result<Option<String>> {
    Ok(text(out)?.lines().last().map(str::to_owned))
}

fn tail(err: &mut fs::File) -> anyhow::Result<String> {
    let text = text(err)?;
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
    Ok(shown.iter().map(|line| format!("\n    {line}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> End {
        run(Command::new("sh").args(["-c", script]), Duration::from_millis(500), |_| ()).expect("there is a shell")
    }

    #[test]
    fn a_child_that_ends_well_gives_its_last_line() {
        assert!(matches!(shell("echo noise; echo result"), End::Line(line) if line == "result"));
    }

    #[test]
    fn a_child_that_hangs_is_killed() {
        assert!(matches!(shell("exec sleep 60"), End::OutOfTime));
    }

    #[test]
    fn a_child_that_dies_is_reported() {
        let crash = |script: &str| match shell(script) {
            End::Crashed { why, code } => (why, code),
            end => panic!("{end:?}"),
        };
        let (why, code) = crash("echo why >&2; kill -9 $$");
        assert!(why.contains("why") && code.is_none(), "{why}: {code:?}");
        let (why, code) = crash("exit 3");
        assert!(why.contains('3') && code == Some(3), "{why}: {code:?}");
    }

    #[test]
    fn a_child_that_takes_long_is_heard_meanwhile() {
        let told = Mutex::new(Vec::new());
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two; sleep 2; echo result"]);
        let end = run(&mut command, Duration::from_secs(20), |line| told.lock().unwrap().push(line.to_owned()));
        assert!(matches!(end, Ok(End::Line(line)) if line == "result"));
        assert_eq!(told.into_inner().unwrap()[0], "two");
    }

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
    fn a_child_without_a_result_is_reported() {
        let end = shell("true");
        assert!(matches!(&end, End::Crashed { why, code: Some(0) } if why.contains("without a result")), "{end:?}");
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
