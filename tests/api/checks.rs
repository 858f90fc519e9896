//! A check as a test: what it accepts, what it tells, and how its failure is run again.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use selvedge::check::protocol::{Listing, Row};
use selvedge::check::{Engine, Least, check, verify};
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, Condvar, Mutex, thread};

/// Two threads, each of which adds one by a load and a store.
fn lost_update() {
    let total = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| total.store(total.load(SeqCst) + 1, SeqCst));
        }
    });
    assert_eq!(total.load(SeqCst), 2);
}

/// The same under a lock.
fn exact() {
    let total = Arc::new(Mutex::new(0));
    let workers = [1, 2].map(|n| {
        let total = Arc::clone(&total);
        thread::spawn(move || *total.lock() += n)
    });
    workers.into_iter().for_each(|worker| worker.join().unwrap());
}

#[test]
#[ignore = "it fails, as it should"]
fn fails() {
    verify(exact);
    check("an update is lost").run(lost_update);
}

#[test]
#[ignore = "it is run by the tests below"]
fn passes() {
    check("the total is exact").expect(Least::Exhausted).run(exact);
    check("the total is exact").defect("LoadThenStore").run(lost_update);
}

#[test]
#[ignore = "its first check fails, as it should"]
fn has_two_of_one_name() {
    check("one name").run(lost_update);
    check("one name").defect("LoadThenStore").run(lost_update);
}

#[test]
#[ignore = "it fails where threads wake without a reason"]
fn waits_once() {
    check("who waits is told").run(|| {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let teller = thread::spawn(move || {
            *theirs.0.lock() = true;
            theirs.1.notify_one();
        });
        let mut told = shared.0.lock();
        if !*told {
            shared.1.wait(&mut told);
        }
        assert!(*told);
        drop(told);
        teller.join().unwrap();
    });
}

#[test]
#[ignore = "loom and dpor find that there is more"]
fn accepts_no_less() {
    check("bounded").bound(1).expect(Least::Exhausted).run(exact);
}

/// What runs a test of this program, in an environment.
fn test(name: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("checks::{name}"), "--ignored", "--nocapture"]);
    command.envs(environment.iter().copied()).env("RUST_BACKTRACE", "0");
    command
}

/// Whether it passed, and what it said.
fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// A file of this process, which is not there yet.
fn file(name: &str) -> PathBuf {
    let file = env::temp_dir().join(format!("selvedge-{name}-{}", std::process::id()));
    let _ = fs::remove_file(&file);
    file
}

fn most_thorough() -> Engine {
    Engine::available().last().unwrap()
}

#[test]
fn a_pass_prints_its_verdicts() {
    let (passed, said) = said(&mut test("passes", &[]));
    assert!(passed, "{said}");
    for engine in Engine::available() {
        assert!(said.contains(&format!("api/the total is exact under {}: ", engine.name())), "{said}");
    }
}

#[test]
fn less_than_is_expected_is_a_failure() {
    let exhaustive = [Engine::Loom, Engine::Dpor].contains(&most_thorough());
    let (passed, said) = said(&mut test("accepts_no_less", &[("SELVEDGE_ENGINE", most_thorough().name())]));
    assert_eq!(passed, !exhaustive, "{said}");
    assert!(!exhaustive || said.contains("Exhausted is the least that is accepted: BOUNDED"), "{said}");
}

#[test]
fn the_list_has_each_check_under_each_engine_and_runs_none() {
    let list = file("list");
    let (_, said) = said(&mut test("fails", &[("SELVEDGE_LIST", list.to_str().unwrap())]));
    let text = fs::read_to_string(&list).unwrap_or_else(|error| panic!("{error}: {said}"));
    fs::remove_file(&list).unwrap();
    let cells: Vec<_> = text.lines().flat_map(|line| Listing::parse(line).unwrap().cells).collect();
    let names: Vec<_> = cells.iter().map(|cell| (cell.check.as_str(), cell.engine)).collect();
    let expected = ["api/checks::fails", "api/an update is lost"];
    let expected: Vec<_> =
        expected.iter().flat_map(|&name| Engine::available().map(move |engine| (name, engine))).collect();
    assert_eq!(names, expected);
    assert!(cells.iter().all(|cell| cell.test.as_deref() == Some("checks::fails")));
}

/// The only row that a test tells which is asked for a check under the most thorough engine.
#[track_caller]
fn row(name: &str, asked: &[(&str, &str)]) -> Row {
    let rows = file(&format!("rows-of-{name}"));
    let environment = [("SELVEDGE_ROWS", rows.to_str().unwrap()), ("SELVEDGE_ENGINE", most_thorough().name())];
    let (_, said) = said(test(name, &environment).envs(asked.iter().copied()));
    let text = fs::read_to_string(&rows).unwrap_or_else(|error| panic!("{error}: {said}"));
    fs::remove_file(&rows).unwrap();
    let rows: Vec<Row> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [row] = rows.try_into().unwrap_or_else(|rows: Vec<Row>| panic!("{} rows: {said}", rows.len()));
    row
}

#[test]
fn a_row_is_told_of_the_check_and_the_engine_that_are_asked_for() {
    let row = row("fails", &[("SELVEDGE_CHECK", "api/an update is lost")]);
    assert_eq!((row.check.as_str(), row.engine.as_str()), ("api/an update is lost", most_thorough().name()));
    assert_eq!(row.ok, row.verdict != "failed");
}

#[test]
fn of_two_checks_of_one_name_the_one_is_run_that_has_the_defect_which_is_asked_for() {
    let name = ("SELVEDGE_CHECK", "api/one name");
    let twin = row("has_two_of_one_name", &[name, ("SELVEDGE_DEFECT", "LoadThenStore")]);
    assert_eq!((twin.defect.as_deref(), twin.ok), (Some("LoadThenStore"), true));
    assert_eq!(row("has_two_of_one_name", &[name]).defect, None);
}

/// What no reason was needed for to meet is met again without one.
#[test]
#[cfg(shuttle)]
fn threads_wake_without_a_reason_where_that_is_asked_for() {
    let dpor = ("SELVEDGE_ENGINE", "dpor");
    let (passed, told) = said(&mut test("waits_once", &[dpor]));
    assert!(passed, "{told}");
    let (passed, told) = said(&mut test("waits_once", &[dpor, ("SELVEDGE_SPURIOUS", "1")]));
    assert!(!passed, "{told}");
    let saved = told.lines().find(|line| line.starts_with("again: ")).expect(&told).split('\'').nth(1).unwrap();
    let (passed, told) = said(&mut test("waits_once", &[("SELVEDGE_REPLAY", saved)]));
    assert!(!passed && told.contains("under dpor, again: FAILED at 1"), "{told}");
}

/// Real threads tell no story, and so save none.
#[test]
#[cfg(any(loom, shuttle))]
fn a_failure_is_saved_and_run_again_from_anywhere() {
    let engine = most_thorough().name();
    let (passed, told) = said(&mut test("fails", &[("SELVEDGE_ENGINE", engine)]));
    assert!(!passed && told.contains("tests/api/checks.rs:"), "{told}");
    let command = told.lines().find(|line| line.starts_with("again: RUSTFLAGS=")).expect(&told);
    assert!(command.ends_with("-- --exact checks::fails"), "{command}");
    let saved = command.split('\'').nth(1).unwrap();
    assert!(saved.ends_with(&format!("/selvedge/api-an-update-is-lost-pattern-{engine}.json")), "{saved}");
    let (passed, told) = said(test("fails", &[("SELVEDGE_REPLAY", saved)]).current_dir("/"));
    assert!(!passed && told.contains(&format!("under {engine}, again: FAILED at 1")), "{told}");
    // What was typed beside the file names it as it is seen from there.
    let (folder, name) = saved.rsplit_once('/').unwrap();
    let (passed, told) = said(test("fails", &[("SELVEDGE_REPLAY", name), ("PWD", folder)]).current_dir("/"));
    assert!(!passed && told.contains(&format!("under {engine}, again: FAILED at 1")), "{told}");
    let (passed, told) = said(&mut test("passes", &[("SELVEDGE_REPLAY", saved)]));
    assert!(
        !passed && told.contains("that is a failure of api/an update is lost, in the test checks::fails"),
        "{told}"
    );
}
