//! An interrupt leaves what was found, and no process.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::stub::Stub;

/// Interrupts a run when a process has written its number and its child's into a file; returns what was said.
fn interrupted(stub: &Stub, arguments: &[&str], signal: &str) -> (Option<i32>, String, String) {
    let mut child = stub.verify(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Made by the stub before anything is run, and opened when somebody writes.
    let mut numbers = String::new();
    BufReader::new(fs::File::open(stub.path("pids")).unwrap()).read_line(&mut numbers).unwrap();
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let code = child.wait().unwrap().code();
    // A process that was killed takes a moment to go.
    let gone = || numbers.split_whitespace().all(|number| !is_alive(number));
    let left = (0..500).all(|_| {
        !gone() && {
            std::thread::sleep(Duration::from_millis(10));
            true
        }
    });
    assert!(!left, "one of {numbers} is left behind");
    (code, stdout, stderr)
}

/// Whether there is such a process, and not only what is left of one until somebody asks how it ended.
fn is_alive(number: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(number).join("stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

/// What a process does that has a child, and does not end.
const WORKS: &str = "/bin/sleep 60 & echo $$ $! > ${0%/cargo*}/pids; wait";

fn with_pipe(stub: Stub) -> Stub {
    assert!(Command::new("mkfifo").arg(stub.path("pids")).status().unwrap().success());
    stub
}

#[test]
fn a_build_ends_with_those_whom_cargo_has_started() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let stub = with_pipe(Stub::new(WORKS, "exit 1"));
        let (code, stdout, stderr) = interrupted(&stub, &["--engine", "threads"], signal);
        assert_eq!((code, stdout.as_str()), (Some(130), ""), "{stderr}");
        assert!(!stderr.contains("error"), "{stderr}");
    }
}

#[test]
fn what_was_found_is_told() {
    let last = models::catalogue::listing().cells.into_iter().rfind(|cell| cell.pattern == "counter").unwrap().check;
    let works = WORKS.replace("/cargo*", "/target/*");
    let run = format!("case \"$*\" in *{last}*) {works} ;; *) /bin/cat ${{0%/target/*}}/row.json ;; esac");
    let stub = with_pipe(Stub::new("exit 0", &run));
    let (code, stdout, stderr) = interrupted(&stub, &["--engine", "threads", "--jobs", "1", "--json", "f"], "-INT");
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stdout.contains("EXHAUSTED") && !stdout.contains("CRASHED"), "{stdout}");
    let line = stderr.lines().last().unwrap();
    assert!(line.starts_with("interrupted: ") && line.ends_with(" checks were run"), "{stderr}");
    let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(stub.path("f")).unwrap()).unwrap();
    assert_eq!(document["interrupted"], true);
}
