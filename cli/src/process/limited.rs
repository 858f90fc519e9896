//! A child process with limits: it ends in time, stays within its memory, and says why if it does
//! not. Its output goes to files, so that a child which writes much waits for nobody.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::{POLL, Running};

/// Memory that a child may use.
const MEMORY_LIMIT: u64 = 4 << 30;
/// How often its output is looked at.
const SECOND: Duration = Duration::from_secs(1);
/// Lines of standard error that a report shows.
const LINES_SHOWN: usize = 8;

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
    use std::sync::Mutex;

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
    fn a_child_without_a_result_is_reported() {
        let end = shell("true");
        assert!(matches!(&end, End::Crashed { why, code: Some(0) } if why.contains("without a result")), "{end:?}");
    }
}
