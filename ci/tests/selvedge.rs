//! `cargo selvedge` as a program, over the crate that `cargo selvedge new` writes.

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("ci/ is in the workspace")
}

/// Runs `cargo selvedge` with some arguments in a folder. Returns the exit code and the output.
fn selvedge(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-selvedge"));
    // The build that `cargo ci` makes for the example is used again.
    let program = env::current_exe().expect("it has a file");
    let target = program.ancestors().nth(3).expect("it is in target/debug/deps");
    command.arg("selvedge").args(words).current_dir(folder).env("CARGO_TARGET_DIR", target);
    let output = command.output().expect("the program is built");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder and of those in it, without what cargo adds.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        match path.is_dir() {
            true if name == "target" => (),
            true => found.extend(files(&path).into_iter().map(|file| format!("{name}/{file}"))),
            false if name == "Cargo.lock" => (),
            false => found.push(name),
        }
    }
    found.sort();
    found
}

#[test]
fn the_example_is_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said, error) = selvedge(folder.path(), &["new", "bounded_queue"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(said.ends_with("cd bounded_queue\n  cargo selvedge --quick\n"), "{said}");
    let (written, example) = (folder.path().join("bounded_queue"), root().join("examples/bounded_queue"));
    assert_eq!(files(&written), files(&example));
    for file in files(&written) {
        let text = read(written.join(&file)).replace(&root().display().to_string(), "../..");
        assert!(text == read(example.join(&file)), "examples/bounded_queue/{file} is to be:\n{text}");
    }
}

#[test]
fn what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["", "9lives", "a b", "..", "ä"] {
        let (code, _, error) = selvedge(folder.path(), &["new", name]);
        assert_eq!((code, error.lines().count()), (Some(2), 1), "{name}: {error}");
    }
    assert_eq!(selvedge(folder.path(), &["new", "mine"]).0, Some(0));
    fs::write(folder.path().join("mine/Cargo.toml"), "own").unwrap();
    let (code, _, error) = selvedge(folder.path(), &["new", "mine"]);
    assert_eq!((code, error.lines().count()), (Some(2), 1), "{error}");
    assert!(error.contains("mine is there already, and not empty"), "{error}");
    assert_eq!(read(folder.path().join("mine/Cargo.toml")), "own");
    // Not half of a crate, either.
    fs::create_dir_all(folder.path().join("half/tests")).unwrap();
    fs::write(folder.path().join("half/tests/queue.rs"), "own").unwrap();
    assert_eq!(selvedge(folder.path(), &["new", "half"]).0, Some(2));
    assert_eq!(files(&folder.path().join("half")), ["tests/queue.rs"]);
    fs::write(folder.path().join("file"), "own").unwrap();
    assert_eq!(selvedge(folder.path(), &["new", "file"]).0, Some(2));
    // A file is in the way of the folder that it would be in.
    assert_eq!(selvedge(folder.path(), &["new", "file/mine"]).0, Some(2));
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(selvedge(folder.path(), &["new", "empty"]).0, Some(0));
    let parts = fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(parts.count(), 0);
}

#[test]
fn where_no_package_is_one_line_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said, error) = selvedge(folder.path(), &["--quick"]);
    assert_eq!((code, said.as_str(), error.lines().count()), (Some(2), "", 1), "{error}");
    assert!(error.starts_with("error: could not find `Cargo.toml`"), "{error}");
}

/// The bug is caught and the repaired form exhausted; the bug in the place of the repaired form is a failure, which is saved
/// and run again, as long as the program has its schedule.
#[test]
fn a_crate_of_ones_own_is_checked() {
    // The same folder at each run, so that cargo keeps one build.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("selvedge");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    assert_eq!(selvedge(&folder, &["new", "mine"]).0, Some(0));
    let mine = folder.join("mine");
    fs::copy(root().join("Cargo.lock"), mine.join("Cargo.lock")).unwrap();
    let results = ["--json", "rows.json", "--html", "page.html", "--junit", "rows.xml"];
    let run = |words: &[&str]| selvedge(&mine, &[&["--quick", "--engine", "dpor"], words].concat());

    let (code, said, error) = run(&results);
    assert_eq!(code, Some(0), "{said}{error}");
    assert!(said.contains(" queue/what is pushed is popped  EXHAUSTED "), "{said}");
    assert!(said.contains(" LookThenWait [queue]  caught at "), "{said}");
    let rows: Value = serde_json::from_str(&read(mine.join("rows.json"))).unwrap();
    let row = |at: usize, name: &str| rows["results"][at][name].as_str().unwrap_or_default();
    assert_eq!((row(0, "pattern"), row(0, "test")), ("queue", "the_queue_keeps_what_is_pushed"));
    assert_eq!((row(1, "defect"), row(1, "test")), ("LookThenWait", "a_look_before_the_wait_is_found"));
    let page = read(mine.join("page.html"));
    assert!(
        page.contains("while self.items.lock().is_empty() {") && page.contains("src/lib.rs"),
        "no source in the page"
    );
    assert!(read(mine.join("rows.xml")).contains("<testsuites name=\"cargo selvedge\" tests=\"2\""));

    let test = read(mine.join("tests/queue.rs"));
    fs::write(mine.join("tests/queue.rs"), test.replace("(Queue::pop))", "(Queue::pop_look_then_wait))")).unwrap();
    let (code, said, error) = run(&["--filter", "pushed", "--save", "failures", "--no-default-features"]);
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("under dpor, expected holds:\ndeadlock"), "{said}");
    assert!(said.contains(" cargo selvedge --no-default-features --replay "), "{said}");
    let saved = mine.join("failures/queue-what-is-pushed-is-popped-pattern-dpor.json");
    let again = || selvedge(&folder, &["--manifest-path", "mine/Cargo.toml", "--replay", saved.to_str().unwrap()]);
    let (code, said, error) = again();
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.starts_with("queue/what is pushed is popped still fails:\ndeadlock"), "{said}");
    fs::write(mine.join("tests/queue.rs"), test).unwrap();
    // The repaired form performs other operations, so the schedule is none of its own.
    let (code, said, error) = again();
    assert_eq!((code, said.as_str()), (Some(2), ""), "{error}");
    let told = error.lines().find(|line| line.starts_with("error: ")).expect(&error);
    assert!(told.contains(".json: queue/what is pushed is popped: diverged at step "), "{error}");
    assert!(!error.contains("panicked") && !error.contains("note:"), "{error}");
}

#[test]
fn the_list_names_the_checks_of_the_tests() {
    let (code, said, error) = selvedge(&root().join("examples/bounded_queue"), &["--list", "--engine", "dpor"]);
    assert_eq!(code, Some(0), "{said}{error}");
    assert!(said.contains("queue/what is pushed is popped  LookThenWait"), "{said}");
}
