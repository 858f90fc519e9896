//! A check as a test: what it accepts, what it tells, and how its failure is run again.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::check::protocol::orderings::{Strength, strengths};
use selvedge::check::protocol::{Cell, Column, Listing, Row};
use selvedge::check::{Engine, Least, Status, check, verify};
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

/// A number to which one is added; the answer is what it was.
struct Number;

impl Sequential for Number {
    type State = u32;
    type Op = ();
    type Ret = u32;

    fn initial(&self) -> u32 {
        0
    }

    fn apply(&self, total: &mut u32, (): &()) -> u32 {
        std::mem::replace(total, *total + 1)
    }
}

/// What is declared once.
fn declared(add: fn(&AtomicU32) -> u32) -> Programs<Number, AtomicU32> {
    Programs::new(Number, || AtomicU32::new(0), move |total, ()| add(total)).operations([()])
}

fn load_then_store(total: &AtomicU32) -> u32 {
    let was = total.load(SeqCst);
    total.store(was + 1, SeqCst);
    was
}

#[test]
#[ignore = "its third check fails, as it should"]
fn has_a_declaration() {
    let exact = declared(|total| total.fetch_add(1, SeqCst));
    check("small programs").expect(Least::Exhausted).programs(&exact, 2, 2);
    check("under load").stress(&exact, 3, 20);
    check("an addition is lost").programs(&declared(load_then_store), 2, 1);
    check("an addition is lost under load").defect("LoadThenStore").stress(&declared(load_then_store), 3, 20);
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
pub(super) fn said(command: &mut Command) -> (bool, String) {
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
    let expected = ["api/checks::fails", "api/an update is lost"];
    let built = || Engine::ALL.into_iter().filter(|engine| engine.is_built());
    let expected: Vec<_> = expected.iter().flat_map(|&name| built().map(move |engine| (name, engine))).collect();
    assert_eq!(names_of(&cells("fails")), expected);
    assert!(cells("fails").iter().all(|cell| cell.test.as_deref() == Some("checks::fails")));
}

/// The only row that a test tells which is asked for a check under the most thorough engine.
#[track_caller]
fn row(name: &str, asked: &[(&str, &str)]) -> Row {
    let rows = file(&format!("rows-of-{name}"));
    // Real threads are started anew for each execution.
    let environment = [
        ("SELVEDGE_ROWS", rows.to_str().unwrap()),
        ("SELVEDGE_ENGINE", most_thorough().name()),
        ("SELVEDGE_EXECUTIONS", "50"),
    ];
    let (_, said) = said(test(name, &environment).envs(asked.iter().copied()));
    let text = fs::read_to_string(&rows).unwrap_or_else(|error| panic!("{error}: {said}"));
    fs::remove_file(&rows).unwrap();
    let rows: Vec<Row> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [row] = rows.try_into().unwrap_or_else(|rows: Vec<Row>| panic!("{} rows: {said}", rows.len()));
    row
}

/// The cells of a test.
fn cells(name: &str) -> Vec<Cell> {
    let list = file(&format!("list-of-{name}"));
    let (_, said) = said(&mut test(name, &[("SELVEDGE_LIST", list.to_str().unwrap())]));
    let text = fs::read_to_string(&list).unwrap_or_else(|error| panic!("{error}: {said}"));
    fs::remove_file(&list).unwrap();
    text.lines().flat_map(|line| Listing::parse(line).unwrap().cells).collect()
}

fn names_of(cells: &[Cell]) -> Vec<(&str, Engine)> {
    cells.iter().map(|cell| (cell.check.as_str(), cell.engine)).collect()
}

/// In the build of neither it has nothing to do.
#[test]
fn a_declaration_is_explored_by_dpor_and_stressed_on_real_threads() {
    let names =
        ["api/small programs", "api/under load", "api/an addition is lost", "api/an addition is lost under load"];
    let under = |at: [usize; 2], engine| at.map(|at| (names[at], engine)).to_vec();
    let expected = match Engine::available().next() {
        Some(Engine::Threads) => under([1, 3], Engine::Threads),
        Some(Engine::Loom) => Vec::new(),
        _ => under([0, 2], Engine::Dpor),
    };
    assert_eq!(names_of(&cells("has_a_declaration")), expected);
}

#[test]
#[cfg(not(any(loom, shuttle)))]
fn a_round_of_stress_is_a_program_that_is_drawn() {
    let budget = [("SELVEDGE_EXECUTIONS", "unlimited"), ("SELVEDGE_TIME_LIMIT", "300ms")];
    let row = row("has_a_declaration", &[&budget[..], &[("SELVEDGE_CHECK", "api/under load")]].concat());
    assert_eq!((row.verdict, row.ok, row.programs), (Status::Sampled, true, Some(row.executions)));
    assert!(row.executions > 10, "{}", row.executions);
}

#[test]
#[cfg(shuttle)]
fn a_program_that_fails_is_saved_and_run_again() {
    let asked = [("SELVEDGE_ENGINE", "dpor"), ("SELVEDGE_CHECK", "api/small programs")];
    let row = row("has_a_declaration", &asked);
    assert_eq!((row.verdict, row.programs), (Status::Exhausted, row.exhausted));
    let asked = [("SELVEDGE_ENGINE", "dpor"), ("SELVEDGE_CHECK", "api/an addition is lost")];
    let (passed, told) = said(&mut test("has_a_declaration", &asked));
    assert!(!passed && told.contains("not linearizable: () = 0 in "), "{told}");
    let saved = told.lines().find(|line| line.starts_with("again: ")).expect(&told).split('\'').nth(1).unwrap();
    let (passed, told) = said(&mut test("has_a_declaration", &[("SELVEDGE_REPLAY", saved)]));
    assert!(!passed && told.contains("under dpor, again: FAILED at 1: not linearizable"), "{told}");
}

#[test]
fn a_row_is_told_of_the_check_and_the_engine_that_are_asked_for() {
    let row = row("fails", &[("SELVEDGE_CHECK", "api/an update is lost")]);
    assert_eq!((row.check.as_str(), row.engine), ("api/an update is lost", Column::Engine(most_thorough())));
    assert_eq!(row.ok, row.verdict != Status::Failed);
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
    assert_eq!((row.engine, row.ok), (Column::Engine(Engine::Rc11), true), "{said}");
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
