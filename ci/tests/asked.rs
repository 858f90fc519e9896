//! `cargo selvedge` as a program, over test programs that are scripts: with which flags they are built, what they are asked, and
//! what comes of one that does not answer. What stands for cargo is a script as well.

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use selvedge::check::protocol::{Cell, Listing, Row};
use selvedge::check::{Engine, Expected, Status};

/// Two builds.
const BOTH: &[&str] = &["--engine", "threads", "--engine", "dpor"];

/// A package whose one test program is a script.
struct Stub {
    folder: tempfile::TempDir,
}

impl Stub {
    /// Of a test program that has a check in each of two tests, and begins with these lines.
    fn new(script: &str) -> Stub {
        let stub = Stub { folder: tempfile::tempdir().expect("there is room") };
        let folder = stub.path("").display().to_string();
        let builds =
            "case ${CARGO_TARGET_DIR##*/} in threads) ENGINE=threads ;; loom) ENGINE=loom ;; *) ENGINE=dpor ;; esac";
        let artifact = format!(
            r#"{{"executable": "'$CARGO_TARGET_DIR'/queue-0", "manifest_path": "{folder}Cargo.toml", "profile": {{"test": true}}}}"#
        );
        let metadata = format!(r#"{{"workspace_root": "{folder}", "target_directory": "{folder}target"}}"#);
        stub.script(
            "cargo",
            &format!(
                "case $1 in\n-vV) echo 'release: 1.90.0'; echo 'host: stub' ;;\nmetadata) echo '{metadata}' ;;\n*) {builds}\nmkdir -p $CARGO_TARGET_DIR\n\
                 env > {folder}env-$ENGINE\ncp {folder}queue $CARGO_TARGET_DIR/queue-0\necho $ENGINE > $CARGO_TARGET_DIR/engine\n\
                 echo '{artifact}' ;;\nesac"
            ),
        );
        // Who is asked for the names of its tests says them; and else does as it is asked for one of them, or both.
        stub.script(
            "queue",
            &format!(
                "read ENGINE < ${{0%/*}}/engine\ncase \"$*\" in --list*) echo 'one: test'; echo 'two: test'; exit ;; esac\n\
                 {script}\nfor TEST in one two; do case \"$*\" in *--exact*$TEST*|--quiet)\n\
                 if [ \"$SELVEDGE_LIST\" ]; then cat {folder}list-$TEST-$ENGINE >> $SELVEDGE_LIST; fi\n\
                 if [ \"$SELVEDGE_ROWS\" ]; then env > {folder}env-$TEST-$ENGINE; cat {folder}row-$TEST-$ENGINE >> $SELVEDGE_ROWS; fi ;;\n\
                 esac; done\necho ok"
            ),
        );
        for engine in [Engine::Threads, Engine::Loom, Engine::Dpor] {
            for test in ["one", "two"] {
                let cell = cell(test, engine);
                let row = Row { ok: true, ..Row::untold(&cell, Status::Exhausted) };
                let name = engine.name();
                stub.write(&format!("list-{test}-{name}"), &line(&Listing::of(vec![cell])));
                stub.write(&format!("row-{test}-{name}"), &line(&row));
            }
        }
        stub
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("there is room");
        fs::write(path, text).expect("there is room");
    }

    fn script(&self, name: &str, script: &str) {
        self.write(name, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// `cargo selvedge`, in the folder.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-selvedge"));
        command.arg("selvedge").args(words);
        command.current_dir(self.path("")).env("CARGO", self.path("cargo")).env("CARGO_HOME", self.path("home"));
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "SELVEDGE_DEFECT"] {
            command.env_remove(variable);
        }
        command
    }

    /// What it says to some words, and the code with which it ends.
    fn selvedge(&self, words: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
        said(self.command(words).envs(environment.iter().copied()).output().expect("the program is built"))
    }

    /// A variable of the environment that a process was given.
    fn given(&self, process: &str, variable: &str) -> Option<String> {
        let environment = fs::read_to_string(self.path(&format!("env-{process}"))).expect("it was run");
        environment.lines().find_map(|line| Some(line.strip_prefix(variable)?.strip_prefix('=')?.to_owned()))
    }
}

/// The code with which a process has ended, and what it has said.
fn said(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The check of a test; that of the second is the twin of the first.
fn cell(test: &str, engine: Engine) -> Cell {
    let defect = (test == "two").then(|| "Broken".to_owned());
    Cell {
        check: "queue/it holds".to_owned(),
        pattern: "queue".to_owned(),
        subject: test.to_owned(),
        property: "it holds".to_owned(),
        engine,
        expected: if defect.is_some() { Expected::Caught } else { Expected::Holds },
        test: Some(test.to_owned()),
        defect,
    }
}

fn line(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("it is plain") + "\n"
}

#[test]
fn each_check_is_asked_for_by_its_name_and_its_defect() {
    let stub = Stub::new("");
    let (code, said, error) =
        stub.selvedge(&["--engine", "dpor", "--spurious", "--seed", "7"], &[("SELVEDGE_DEFECT", "Other")]);
    assert_eq!(code, Some(0), "{said}{error}");
    for (process, defect) in [("one-dpor", None), ("two-dpor", Some("Broken"))] {
        let given = |variable| stub.given(process, variable);
        assert_eq!(given("SELVEDGE_CHECK").as_deref(), Some("queue/it holds"));
        assert_eq!(given("SELVEDGE_DEFECT").as_deref(), defect);
        assert_eq!(given("SELVEDGE_SPURIOUS").as_deref(), Some("1"));
        assert_eq!(given("SELVEDGE_SEED").as_deref(), Some("7"));
    }
    stub.selvedge(BOTH, &[]);
    assert_eq!(stub.given("one-dpor", "SELVEDGE_SPURIOUS"), None);
}

/// A cfg is added to the flags of the crate's own, wherever cargo takes those from.
#[test]
fn what_the_crate_is_built_with_holds_in_each_build() {
    let flags = |stub: &Stub, environment: &[(&str, &str)]| {
        let (code, said, error) = stub.selvedge(&["--list", "--engine", "threads", "--engine", "dpor"], environment);
        assert_eq!(code, Some(0), "{said}{error}");
        let flags = stub.given("dpor", "CARGO_ENCODED_RUSTFLAGS").expect("it is built with some");
        flags.split('\u{1f}').collect::<Vec<_>>().join(" ")
    };
    let stub = Stub::new("");
    assert_eq!(flags(&stub, &[]), "--cfg shuttle");
    stub.write(".cargo/config.toml", "[build]\nrustflags = ['--cfg', 'mine']");
    assert_eq!(flags(&stub, &[]), "--cfg mine --cfg shuttle");
    assert_eq!(stub.given("threads", "CARGO_ENCODED_RUSTFLAGS"), None);
    stub.write(
        ".cargo/config.toml",
        "[target.stub]\nrustflags = ['-C', 'link-arg=a b']\n[build]\nrustflags = '--cfg mine'",
    );
    assert_eq!(flags(&stub, &[]), "-C link-arg=a b --cfg shuttle");
    assert_eq!(flags(&stub, &[("RUSTFLAGS", "--cfg typed")]), "--cfg typed --cfg shuttle");
    assert_eq!(flags(&stub, &[("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}a=\"b c\"")]), "--cfg a=\"b c\" --cfg shuttle");
    stub.write(".cargo/config.toml", "[build");
    let (code, said, error) = stub.selvedge(&["--list", "--engine", "threads", "--engine", "dpor"], &[]);
    assert_eq!(
        (code, said.as_str(), error.lines().filter(|line| line.starts_with("error: ")).count()),
        (Some(2), "", 1),
        "{error}"
    );
}

/// A night over the checks of a package, of which whoever merges its shards needs nothing but their folders.
#[test]
fn a_night_searches_what_has_to_hold_and_is_merged() {
    let stub = Stub::new("");
    let night = ["night", "--budget", "1s", "--out", "night", "--night", "tonight", "--shard", "1/2"];
    let (code, said, error) = stub.selvedge(&night, &[]);
    assert_eq!(code, Some(0), "{said}{error}");
    assert!(said.starts_with("shard 1/2 of night tonight: ") && said.contains(", 0 failures in "), "{said}");
    let given = |variable| stub.given("one-dpor", variable).unwrap_or_default();
    assert_eq!((given("SELVEDGE_SHARD").as_str(), given("SELVEDGE_BEHAVIOURS").as_str()), ("1/2", "1"));
    assert!(given("SELVEDGE_RESUME").contains("/night/searches/running-"), "{}", given("SELVEDGE_RESUME"));
    assert!(!stub.path("env-two-dpor").exists(), "a twin has to fail");
    let (code, said, error) = stub.selvedge(&["merge", "night", "--expect", "2", "--junit", "night.xml"], &[]);
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("shard 2/2: it is missing") && said.contains("CUT 0"), "{said}");
    let xml = fs::read_to_string(stub.path("night.xml")).expect("it was written");
    assert!(xml.contains("<testsuites name=\"cargo selvedge night\""), "{xml}");
    let (code, said, error) = stub.selvedge(&[&night[..], &["--filter", "nothing"]].concat(), &[]);
    assert_eq!((code, said.as_str()), (Some(2), ""), "{error}");
    let other = ["night", "--budget", "1s", "--out", "other", "--filter", "nothing"];
    let (code, _, error) = stub.selvedge(&other, &[]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("nothing matches `nothing`; `cargo selvedge --list` names all checks"), "{error}");
}

/// What was found is told, and is a failure, whatever ends the night.
#[test]
fn a_failure_of_a_night_that_is_interrupted_is_one() {
    let stub = Stub::new("case $ENGINE,$SELVEDGE_ROWS in threads,/*) touch ${0%/target/*}/works; sleep 600 ;; esac");
    let failure = Some("it broke".to_owned());
    stub.write("row-one-dpor", &line(&Row { failure, ..Row::untold(&cell("one", Engine::Dpor), Status::Failed) }));
    let mut night = stub.command(&["night", "--budget", "10m", "--out", "night", "--jobs", "2"]);
    let child = night.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program is built");
    let state = stub.path("night/state.json");
    let has_broken = || fs::read_to_string(&state).is_ok_and(|state| state.contains("it broke"));
    for _ in 0..6_000 {
        if stub.path("works").exists() && has_broken() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("there is a kill").success());
    let (code, said, error) = said(child.wait_with_output().expect("it is ours"));
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("interrupted: the same command goes on from here") && said.contains("it broke"), "{said}");
}

/// Real threads have the machine for themselves, and each check its share of the time.
#[test]
fn stress_runs_what_real_threads_run_for_as_long_as_it_is_said() {
    let stub = Stub::new("");
    let (code, said, error) = stub.selvedge(&["stress", "--duration", "10s", "--seed", "7"], &[]);
    assert_eq!(code, Some(0), "{said}{error}");
    let given = |variable| stub.given("one-threads", variable).unwrap_or_default();
    assert_eq!(given("SELVEDGE_EXECUTIONS"), "unlimited");
    assert_eq!((given("SELVEDGE_TIME_LIMIT").as_str(), given("SELVEDGE_SEED").as_str()), ("5000ms", "7"));
    assert!(!stub.path("env-dpor").exists(), "another engine was built");
}

/// What fails on real threads has no story: engines are asked for one, and those that have run the check are not asked again.
#[test]
fn a_failure_of_real_threads_is_looked_for_by_engines_once() {
    let failed = |engine, why: &str| {
        let row = Row { failure: Some(why.to_owned()), ..Row::untold(&cell("one", engine), Status::Failed) };
        line(&row)
    };
    let stub = Stub::new("[ \"$SELVEDGE_ROWS\" ] && echo $ENGINE >> ${0%/target/*}/asked");
    stub.write("row-one-threads", &failed(Engine::Threads, "2 is not 3"));
    let dpor = |said: &str| said.contains("dpor finds: there it is");
    let asked = || {
        let asked = fs::read_to_string(stub.path("asked")).expect("some were run");
        fs::remove_file(stub.path("asked")).expect("it is ours");
        ["threads", "loom", "dpor"].map(|engine| asked.lines().filter(|line| *line == engine).count())
    };
    // Neither finds it: all that is known is what has been met.
    let (code, said, error) = stub.selvedge(&["--engine", "threads"], &[]);
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("dpor does not find it (exhausted 0); loom does not find it (exhausted 0)"), "{said}");
    assert!(error.contains("asking dpor why queue/it holds fails"), "{error}");
    assert_eq!(asked(), [2, 1, 1]);
    stub.write("row-one-dpor", &failed(Engine::Dpor, "there it is"));
    let (code, said, error) = stub.selvedge(&["--engine", "threads"], &[]);
    assert_eq!((code, dpor(&said), asked()), (Some(1), true, [2, 0, 1]), "{said}{error}");
    let (code, said, error) = stub.selvedge(BOTH, &[]);
    assert_eq!((code, dpor(&said), asked()), (Some(1), true, [2, 0, 2]), "each test under each engine: {said}{error}");
}

/// Who dies while it is asked which checks it has takes those with it that it has not told.
#[test]
fn a_test_that_dies_when_it_is_asked_loses_no_check() {
    // In one build: the other knows its check.
    let stub = Stub::new(
        "case $ENGINE,$SELVEDGE_LIST,$* in dpor,/*quiet) case \"$*\" in *one*) ;; *) echo no >&2; kill -9 $$ ;; esac ;; esac",
    );
    let (code, said, error) = stub.selvedge(BOTH, &[]);
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("queue/it holds with Broken under dpor") && said.contains("CRASHED"), "{said}");
    assert!(said.contains("its test was asked which checks it has, and ended with signal: 9"), "{said}");
    assert!(said.contains("EXHAUSTED"), "what the other test has is run: {said}");
    // In all builds: nobody knows.
    let stub = Stub::new("case $SELVEDGE_LIST,$* in /*quiet) case \"$*\" in *one*) ;; *) kill -9 $$ ;; esac ;; esac");
    let (code, said, error) = stub.selvedge(BOTH, &[]);
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("queue/two") && said.contains("CRASHED"), "{said}");
    // And its tests have no names.
    let stub = Stub::new("kill -9 $$");
    stub.script("queue", "[ \"$SELVEDGE_LIST\" ] && kill -9 $$");
    let (code, said, error) = stub.selvedge(BOTH, &[]);
    assert_eq!((code, said.as_str()), (Some(2), ""), "{error}");
    assert!(error.contains("was asked which checks it has, and ended with signal: 9"), "{error}");
}

/// A test of which one build knows that it has no check may fail in another, where the primitives are none of real threads'.
#[test]
fn a_test_that_fails_when_it_is_asked_loses_no_check() {
    let fails = "case $ENGINE,$SELVEDGE_LIST,$* in dpor,/*quiet) case \"$*\" in *one*) ;; *nocapture*) echo '2 is not 3' >&2; \
                 exit 101 ;; *) exit 101 ;; esac ;; esac";
    let stub = Stub::new(fails);
    let (code, said, error) = stub.selvedge(BOTH, &[]);
    assert_eq!(code, Some(1), "{said}{error}");
    assert!(said.contains("queue/it holds with Broken under dpor") && said.contains("CRASHED"), "{said}");
    assert!(said.contains("2 is not 3"), "what the test says is told: {said}");
    for name in ["threads", "dpor"] {
        stub.write(&format!("list-two-{name}"), "");
    }
    let (code, said, error) = stub.selvedge(BOTH, &[]);
    assert_eq!((code, said.contains("CRASHED")), (Some(0), false), "{said}{error}");
    // Where no other build is asked, it is said that nobody knows.
    let (code, said, error) = stub.selvedge(&["--engine", "dpor"], &[]);
    assert_eq!((code, said.contains("CRASHED")), (Some(0), false), "{said}{error}");
    assert!(error.contains("what checks queue/two has is not known: it ended with exit status: 101"), "{error}");
}
