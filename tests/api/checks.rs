//! A check as a test: what it accepts, what it tells, and how its failure is run again.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use selvedge::check::protocol::orderings::{Strength, strengths};
use selvedge::check::protocol::{Listing, Row};
use selvedge::check::{Engine, Least, check, verify};
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, thread};

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
#[ignore = "it is run by a test below"]
fn has_orderings() {
    check("a value is published").run(|| {
        let [value, ready] = [0, 0].map(AtomicU32::new);
        thread::scope(|scope| {
            scope.spawn(|| {
                value.store(1, SeqCst);
                ready.store(1, SeqCst);
            });
            assert!(ready.load(SeqCst) == 0 || value.load(SeqCst) == 1);
        });
    });
    check("a value is published").defect("LoadThenStore").run(lost_update);
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
    let built = || Engine::ALL.into_iter().filter(|engine| engine.is_built());
    let expected: Vec<_> = expected.iter().flat_map(|&name| built().map(move |engine| (name, engine))).collect();
    assert_eq!(names, expected);
    assert!(cells.iter().all(|cell| cell.test.as_deref() == Some("checks::fails")));
}

#[test]
fn a_row_is_told_of_the_check_and_the_engine_that_are_asked_for() {
    let rows = file("rows");
    let engine = most_thorough().name();
    let environment = [
        ("SELVEDGE_ROWS", rows.to_str().unwrap()),
        ("SELVEDGE_CHECK", "api/an update is lost"),
        ("SELVEDGE_ENGINE", engine),
    ];
    let (_, said) = said(&mut test("fails", &environment));
    let text = fs::read_to_string(&rows).unwrap_or_else(|error| panic!("{error}: {said}"));
    fs::remove_file(&rows).unwrap();
    let [row] = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Row>>().try_into().unwrap();
    assert_eq!((row.check.as_str(), row.engine.as_str()), ("api/an update is lost", engine));
    assert_eq!(row.ok, row.verdict != "failed");
}

/// Of the check that holds, and of what is broken on purpose nothing.
#[test]
fn orderings_are_lowered_where_that_is_asked_for() {
    let rows = file("weaken");
    let environment = [("SELVEDGE_ROWS", rows.to_str().unwrap()), ("SELVEDGE_WEAKEN", "1")];
    let (passed, said) = said(&mut test("has_orderings", &environment));
    assert_eq!(passed, Engine::Rc11.is_built(), "{said}");
    if !passed {
        assert!(said.contains("the engine `rc11` is not in this build: set RUSTFLAGS=\"--cfg shuttle\""), "{said}");
        return;
    }
    let text = fs::read_to_string(&rows).unwrap_or_else(|error| panic!("{error}: {said}"));
    fs::remove_file(&rows).unwrap();
    let [row] = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Row>>().try_into().unwrap();
    assert_eq!((row.engine.as_str(), row.ok), ("rc11", true), "{said}");
    let told: Vec<_> = strengths(&[row]).iter().map(Strength::weakest).collect();
    assert_eq!(told, ["Relaxed", "Release", "Acquire", "Relaxed"], "{said}");
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
