//! The first three lessons, played in a terminal: as a student who predicts wrongly, asks for a hint, writes what does not
//! compile, is right in the end, goes away, and comes back.

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use models::lessons::{self, LEAVE, Lesson};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// How long an answer is waited for on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(300);

/// `cargo learn`, for a course.
fn learn(course: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_learn"));
    command.arg("--course").arg(course).args(arguments);
    command
}

/// The code with which it ends, and what it says.
fn said(course: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = learn(course, arguments).output().expect("the program is built");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("it is text"))
}

/// A new course, which is built where the example is for Shuttle, whose engine is the same; one at a time, as programs of one
/// name are one file there.
fn course() -> (MutexGuard<'static, ()>, PathBuf) {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let course = Path::new(env!("CARGO_TARGET_TMPDIR")).join("course");
    let program = Path::new(env!("CARGO_BIN_EXE_learn"));
    let target = program.ancestors().nth(2).expect("it is in target/debug").join("selvedge/shuttle");
    // There is none the first time.
    let _ = fs::remove_dir_all(&course);
    let mut start = Command::new(program);
    let status = start.arg("start").arg(&course).arg("--target").arg(target).status().expect("the program is built");
    assert!(status.success());
    (alone, course)
}

/// A program in a terminal of its own.
struct Terminal {
    child: Child,
    keys: File,
    output: Receiver<Vec<u8>>,
    /// What it has said since something was last waited for.
    said: String,
}

impl Terminal {
    fn of(mut command: Command) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the system has terminals");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name").into_string().expect("it is text");
        let theirs = || OpenOptions::new().read(true).write(true).open(&name).expect("it can be opened");
        let child = command.stdin(theirs()).stdout(theirs()).stderr(theirs()).spawn().expect("the program is built");
        let keys = File::from(ours);
        Self::reading(child, keys.try_clone().expect("it can be read"), keys)
    }

    /// What is read of a program, and typed for it.
    fn reading(child: Child, mut screen: File, keys: File) -> Self {
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of a terminal is an error.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { child, keys, output, said: String::new() }
    }

    /// Waits until it has said this.
    fn wait_for(&mut self, words: &str) {
        while !self.said.contains(words) {
            let Ok(bytes) = self.output.recv_timeout(PATIENCE) else { panic!("no `{words}` in:\n{}", self.said) };
            self.said += &String::from_utf8_lossy(&bytes).replace('\r', "");
        }
        let end = self.said.find(words).expect("it has been said") + words.len();
        self.said.drain(..end);
    }

    fn type_line(&mut self, line: &str) {
        writeln!(self.keys, "{line}").expect("somebody reads");
    }

    fn end(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

/// Saves the text of a lesson, and waits for what it comes to.
fn save(terminal: &mut Terminal, course: &Path, lesson: &Lesson, text: &str, words: &str) {
    terminal.wait_for("[save ");
    fs::write(course.join(lesson.name).join("exercise.rs"), text).expect("it can be written");
    terminal.wait_for(words);
}

/// The exercise as the solution has it, but for what is not to be predicted or mended.
fn predicted(lesson: &Lesson) -> String {
    let line = |text: &str| text.lines().find(|line| line.starts_with("pub const PREDICTED")).map(str::to_owned);
    let (mine, right) = (line(lesson.exercise.own), line(lesson.solution.own));
    lesson.exercise.text().replace(&mine.expect("it is there"), &right.expect("it is there"))
}

#[test]
fn three_lessons_in_a_terminal() {
    let (_alone, course) = course();
    let [first, second, third] = [0, 1, 2].map(|at| &lessons::ALL[at]);
    let mut terminal = Terminal::of(learn(&course, &[]));
    terminal.wait_for("1. Two letters");
    terminal.wait_for("Predict first");
    let wrong = first.exercise.text().replace("&[];", "&[\"am\", \"mm\"];");
    save(&mut terminal, &course, first, &wrong, "cannot come   predicted");
    terminal.wait_for("one more can come");
    terminal.wait_for("Your first prediction of this lesson: it is noted");
    terminal.wait_for("how one that you have not predicted comes about");
    assert!(!terminal.said.contains("\"ma\""), "what is missing is not named: {}", terminal.said);
    terminal.wait_for("started: A at :");
    terminal.type_line("h");
    terminal.wait_for("For the prediction: Each of the two threads");
    // What was said before the hint has been read.
    terminal.said += "[save ";
    save(&mut terminal, &course, first, &predicted(first), "the full stop is not the last");
    terminal.type_line("h");
    terminal.wait_for("Hint 1 of 3");
    // What was said before the hint has been read.
    terminal.said += "[save ";
    let not_rust = first.exercise.text().replacen("another.join()", "another.joint()", 1);
    save(&mut terminal, &course, first, &not_rust, "no method named `joint`");
    save(&mut terminal, &course, first, &first.solution.text(), "proved. `check`: EXHAUSTED");
    terminal.wait_for("There is no \"usually\"");
    terminal.type_line("n");
    terminal.wait_for("2. The text is wrong");
    save(&mut terminal, &course, second, &second.wrong[0].text().replace("120", "121"), "is not what it was");
    terminal.wait_for("`cargo learn reset 02_the_text_is_wrong`");
    save(&mut terminal, &course, second, &second.wrong[0].text(), "a change is lost");
    fs::write(course.join(third.name).join("exercise.rs"), format!("{}\n", third.exercise.text()))
        .expect("it can be written");
    terminal.wait_for("You saved 03_you_are_the_scheduler, and this watches 02_the_text_is_wrong");
    terminal.said += "[save ";
    save(&mut terminal, &course, second, &second.solution.text(), "`program`: EXHAUSTED 6");
    terminal.wait_for("proved. `check`: EXHAUSTED");
    terminal.type_line("q");
    assert!(terminal.end().success());

    let mut terminal = Terminal::of(learn(&course, &[]));
    terminal.wait_for("3. You are the scheduler");
    save(&mut terminal, &course, third, &predicted(third), "no update is lost: the total is 2");
    terminal.wait_for("store total: 1 to 2");
    assert!(!terminal.said.contains("lock"), "what keeps to the schedule is not told: {}", terminal.said);
    save(
        &mut terminal,
        &course,
        third,
        &third.solution.text(),
        "proved. `check`: it is so in every execution with your schedule",
    );
    terminal.wait_for("[save ");
    terminal.type_line("q");
    assert!(terminal.end().success());

    let text = fs::read_to_string(course.join(first.name).join("lesson.md")).expect("it is there");
    assert!(text.contains(lessons::AFTERWARDS), "what is told afterwards is kept: {text}");
    let (_, list) = said(&course, &["list"]);
    assert_eq!(list.lines().filter(|line| line.starts_with("proven")).count(), 3, "{list}");
    let state = fs::read_to_string(course.join(".learn.json")).expect("it is there");
    let state: serde_json::Value = serde_json::from_str(&state).expect("it is JSON");
    let lesson = &state["lessons"][first.name];
    assert_eq!((&lesson["first_prediction"], &lesson["hints"]), (&false.into(), &1.into()));
    assert_eq!(state["lessons"][third.name]["first_prediction"], true);
}

/// Every file of a course that is not built.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it is there").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_course_has_no_solution_and_loses_nothing() {
    let (_alone, course) = course();
    let texts: Vec<String> = files(&course).iter().map(|file| fs::read_to_string(file).expect("it is text")).collect();
    for lesson in lessons::ALL {
        let own = lesson.solution.own.trim_end_matches(LEAVE);
        assert!(!texts.iter().any(|text| text.contains(own.trim()) || text.contains(lesson.texts().1.trim())));
    }
    let exercise = course.join("01_two_letters/exercise.rs");
    fs::write(&exercise, "// mine").expect("it can be written");
    assert_eq!(said(&course, &["reset", "1"]).0, Some(0));
    assert_eq!(fs::read_to_string(&exercise).expect("it is there"), lessons::ALL[0].exercise.text());
    assert_eq!(fs::read_to_string(course.join("01_two_letters/exercise.old1.rs")).expect("it is kept"), "// mine");
    assert_eq!(said(&course, &["reset", "1"]).0, Some(0));
    assert!(!course.join("01_two_letters/exercise.old2.rs").exists(), "what was not touched is not kept");
    fs::remove_file(&exercise).expect("it is ours");
    let (code, anew) = said(&course, &["reset", "1"]);
    assert_eq!((code, anew.trim()), (Some(0), "01_two_letters is as it was in the beginning."));
    let (code, tried) = said(&course, &["run", "two_letters"]);
    assert!(code == Some(1) && tried.starts_with("1. Two letters (01_two_letters)\n"), "{tried}");
    let (code, solution) = said(&course, &["reveal", "two_letters"]);
    assert!(code == Some(0) && solution.starts_with(lessons::ALL[0].solution.text().trim()), "{solution}");
    assert!(solution.ends_with("1. Two letters (01_two_letters)\n\n"), "{solution}");
    // What is missing is not proven, and no reason to say nothing of the others.
    for lesson in lessons::ALL {
        fs::remove_file(course.join(lesson.name).join("exercise.rs")).expect("it is ours");
    }
    let (code, grade) = said(&course, &["grade"]);
    let grade: serde_json::Value = serde_json::from_str(&grade).expect("it is JSON");
    assert_eq!((code, &grade["proven"], &grade["of"]), (Some(0), &0.into(), &lessons::ALL.len().into()));
    assert!(grade["lessons"].as_array().expect("there are some").iter().all(|lesson| lesson["missing"] == true));
    assert_eq!(said(&course, &["verify"]).0, Some(1));
}

/// What cannot be done is a line that says what to do.
#[test]
fn what_cannot_be_done_is_said_in_a_line() {
    let folder = tempfile::tempdir().expect("there is room");
    let refused = |arguments: &[&str], words: &str| {
        let (code, said) = said(folder.path(), arguments);
        assert!(code == Some(2) && said.contains(words) && said.trim().lines().count() == 1, "{code:?}: {said}");
    };
    refused(&[], "`cargo learn start DIR` writes one");
    refused(&["run", "1"], "`cargo learn start DIR` writes one");
    refused(&["nonsense"], "`cargo learn --help` says more");
    refused(&["start", env!("CARGO_MANIFEST_DIR")], "is not empty; name a new folder");
    fs::write(folder.path().join(".learn.json"), "{").expect("it can be written");
    refused(&["list"], "is damaged");
    let state = r#"{"schema": 1, "target": "t", "lessons": {}}"#;
    fs::write(folder.path().join(".learn.json"), state).expect("it can be written");
    refused(&["run", "99"], "there is no lesson `99`");
    refused(&["hint", "_the_"], "02_the_text_is_wrong, 03_you_are_the_scheduler, 09_the_lost_wakeup");
    refused(&["run", "1"], "writes it anew");
}

/// An editor that formats what is saved changes nothing that is not the student's.
#[test]
fn what_a_formatter_makes_of_an_exercise_is_the_exercise() {
    let (_alone, course) = course();
    let status = Command::new("cargo").arg("fmt").current_dir(&course).status().expect("there is cargo");
    assert!(status.success());
    for lesson in lessons::ALL {
        let text = fs::read_to_string(course.join(lesson.name).join("exercise.rs")).expect("it is there");
        assert_eq!(text, lesson.exercise.text(), "{}", lesson.name);
    }
}

/// What helps when a course has lost its file, and when a lesson is proven that is written anew.
#[test]
fn what_is_lost_is_named() {
    let (_alone, course) = course();
    let (first, state) = (lessons::ALL[0].name, course.join(".learn.json"));
    let text = fs::read_to_string(&state).expect("it is there");
    let proven = text.replace(r#""lessons": {}"#, &format!(r#""lessons": {{"{first}": {{"proven": "EXHAUSTED 2"}}}}"#));
    fs::write(&state, proven).expect("it can be written");
    let (_, list) = said(&course, &["list"]);
    assert!(list.starts_with("proven") && list.contains("What is proven was so once"), "{list}");
    assert_eq!(said(&course, &["reset", "1"]).0, Some(0));
    assert!(!said(&course, &["list"]).1.contains("proven"));
    fs::remove_file(&state).expect("it is ours");
    let (code, why) = said(&course, &["list"]);
    assert!(code == Some(2) && why.contains(".learn.json is gone") && why.trim().lines().count() == 1, "{why}");
}

/// What was proven needs no help, and hints end.
#[test]
fn hints_are_counted_to_the_proof() {
    let folder = tempfile::tempdir().expect("there is room");
    let (state, first) = (folder.path().join(".learn.json"), lessons::ALL[0].name);
    let write = |record: &str| {
        let text =
            format!(r#"{{"schema": 1, "target": "t", "lessons": {{"{first}": {{"predicted": true, {record}}}}}}}"#);
        fs::write(&state, text).expect("it can be written");
    };
    let hint = |shown: usize, noted: usize| {
        let (code, said) = said(folder.path(), &["hint", "two_let"]);
        assert!(code == Some(0) && said.starts_with("1. Two letters (01_two_letters)\n"), "{code:?}: {said}");
        assert_eq!(said.lines().filter(|line| line.starts_with("Hint ")).count(), shown, "{said}");
        assert_eq!(said.contains("There are no more hints"), shown == 3, "{said}");
        let text = fs::read_to_string(&state).expect("it is there");
        let state: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(state["lessons"][first]["hints"], noted);
    };
    write(r#""hints": 1"#);
    hint(2, 2);
    hint(3, 3);
    hint(3, 3);
    write(r#""hints": 1, "proven": "EXHAUSTED 2""#);
    hint(3, 1);
}

/// In the background: no key is offered, the end of the input is no wish, and what is saved is tried.
#[test]
fn without_a_terminal_it_goes_on_by_itself() {
    let (_alone, course) = course();
    let first = &lessons::ALL[0];
    let mut command = learn(&course, &[]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program is built");
    let nothing = File::open("/dev/null").expect("every Unix has it");
    let output = child.stdout.take().expect("it is piped");
    let mut terminal = Terminal::reading(child, File::from(OwnedFd::from(output)), nothing);
    terminal.wait_for("Predict first");
    terminal.wait_for("[save 01_two_letters/exercise.rs]");
    terminal.said += "[save ";
    save(&mut terminal, &course, first, &first.solution.text(), "What follows has the table of `program`");
    terminal.wait_for("2. The text is wrong");
    terminal.wait_for("[save 02_the_text_is_wrong/exercise.rs]");
    terminal.child.kill().expect("it has not ended");
    assert!(!terminal.end().success());
}

/// In a package of the student's, with nothing at hand but the facade and the checks.
#[test]
fn every_solution_is_proven_in_a_course() {
    let (_alone, course) = course();
    for lesson in lessons::ALL {
        fs::write(course.join(lesson.name).join("exercise.rs"), lesson.solution.text()).expect("it can be written");
    }
    let (code, text) = said(&course, &["grade"]);
    let grade: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(
        (code, &grade["proven"], &grade["of"]),
        (Some(0), &lessons::ALL.len().into(), &lessons::ALL.len().into())
    );
}
