//! A child process with limits: it ends in time, stays within its memory, and says why if it does
//! not. Its output goes to files, so that a child which writes much waits for nobody.

use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

/// Memory that a child may use.
const MEMORY_LIMIT: u64 = 4 << 30;
/// How often a child is looked at.
const POLL: Duration = Duration::from_millis(5);
/// How often its output is looked at.
const SECOND: Duration = Duration::from_secs(1);
/// Lines of standard error that a report shows.
const LINES_SHOWN: usize = 8;

/// The processes that run now, to be killed where this program is interrupted.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// How a child ended.
#[derive(Debug)]
pub enum End {
    /// By itself, with success, and with this last line.
    Line(String),
    /// It was killed because its time was up.
    OutOfTime,
    /// In any other way.
    Crashed(String),
}

/// Runs `command` to its end, or to that of its time. Every second `tell` is given the last line that it
/// has printed since.
pub fn run(command: &mut Command, time_limit: Duration, tell: impl Fn(&str)) -> anyhow::Result<End> {
    let (stdout, mut out) = tempfile()?;
    let (stderr, mut err) = tempfile()?;
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    let mut child = command.spawn().with_context(|| format!("failed to run {:?}", command.get_program()))?;
    RUNNING.lock().expect("no panic under this lock").push(child.id());
    let status = wait(&mut child, time_limit, || {
        let mut new = String::new();
        // What cannot be read now is read at the end.
        let _ = out.read_to_string(&mut new);
        new.lines().last().into_iter().for_each(&tell);
    });
    RUNNING.lock().expect("no panic under this lock").retain(|&id| id != child.id());
    Ok(match status? {
        Waited::Ended(status) if status.success() => match last_line(&mut out)? {
            Some(line) => End::Line(line),
            None => End::Crashed(format!("ended without a result{}", tail(&mut err)?)),
        },
        Waited::Ended(status) => End::Crashed(format!("ended with {status}{}", tail(&mut err)?)),
        Waited::OutOfTime => End::OutOfTime,
        Waited::OutOfMemory => End::Crashed(format!("killed: over {} GiB of memory", MEMORY_LIMIT >> 30)),
    })
}

/// Runs `command` to its end, and gives `tell` each line that it prints as it comes. What it says on standard error is said
/// on ours. It is killed where `tell` fails.
pub fn lines(command: &mut Command, mut tell: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<ExitStatus> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("failed to run {:?}", command.get_program()))?;
    RUNNING.lock().expect("no panic under this lock").push(child.id());
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let told = lines.try_for_each(|line| tell(&line?));
    if told.is_err() {
        // It may have ended just now, which is as well.
        let _ = child.kill();
    }
    let status = child.wait();
    RUNNING.lock().expect("no panic under this lock").retain(|&id| id != child.id());
    told.and(Ok(status?))
}

enum Waited {
    Ended(ExitStatus),
    OutOfTime,
    OutOfMemory,
}

fn wait(child: &mut Child, time_limit: Duration, mut look: impl FnMut()) -> anyhow::Result<Waited> {
    let start = Instant::now();
    let mut next_look = start + SECOND;
    loop {
        if Instant::now() >= next_look {
            look();
            next_look += SECOND;
        }
        if let Some(status) = child.try_wait()? {
            return Ok(Waited::Ended(status));
        }
        let kill = if start.elapsed() > time_limit {
            Some(Waited::OutOfTime)
        } else if memory(child.id()).is_some_and(|used| used > MEMORY_LIMIT) {
            Some(Waited::OutOfMemory)
        } else {
            None
        };
        if let Some(why) = kill {
            // It may have ended just now, which is as well.
            let _ = child.kill();
            child.wait()?;
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

/// Kills what runs: called where this program is interrupted.
pub fn kill_all() {
    if let Ok(running) = RUNNING.lock() {
        for id in running.iter() {
            // Nobody is left to be told if it has ended meanwhile.
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        }
    }
}

/// A file without a name, which goes with the last handle: to write to, and to read from.
fn tempfile() -> anyhow::Result<(fs::File, fs::File)> {
    let failed = "failed to make a temporary file";
    let path = std::env::temp_dir().join(format!("selvedge-{}-{:?}", std::process::id(), thread::current().id()));
    let file = fs::File::create(&path).context(failed)?;
    let reader = fs::File::open(&path).context(failed)?;
    fs::remove_file(&path).context(failed)?;
    Ok((file, reader))
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
        assert!(matches!(shell("echo why >&2; kill -9 $$"), End::Crashed(why) if why.contains("why")));
        assert!(matches!(shell("exit 3"), End::Crashed(why) if why.contains('3')));
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
        assert!(matches!(shell("true"), End::Crashed(why) if why.contains("without a result")));
    }
}
