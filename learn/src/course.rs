//! A course: a package of the student's, in no workspace but its own, and how far it is.
//!
//! 1. Nothing of the student's is written over: what is put in its place is kept beside it.
//! 2. No solution is in it.
//! 3. How far it is stands in `.learn.json`, which is written whole. Nothing leaves the machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, path};

use anyhow::{Context, bail, ensure};
use cli::{output, workspace};
use models::lessons::{self, AFTERWARDS, Lesson};
use serde::{Deserialize, Serialize};

/// What the folder of a course is known by.
const STATE: &str = ".learn.json";
/// The version of that file.
const SCHEMA: u32 = 1;

/// A course.
#[derive(Debug)]
pub struct Course {
    folder: PathBuf,
    state: State,
}

/// How far it is.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    schema: u32,
    /// Where its programs are built.
    target: PathBuf,
    lessons: BTreeMap<String, Record>,
}

/// How far a lesson is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Whether the first prediction was right, if there was one.
    pub first_prediction: Option<bool>,
    /// How many hints were asked for.
    pub hints: usize,
    /// The solution was.
    pub revealed: bool,
    /// The verdict by which it was proven.
    pub proven: Option<String>,
}

impl Course {
    /// Writes a new course into `folder`, with its programs to be built in `target`.
    ///
    /// # Errors
    ///
    /// If there is something in the folder, or it cannot be written.
    pub fn start(folder: &Path, target: Option<&Path>) -> anyhow::Result<Self> {
        let folder = path::absolute(folder)?;
        let is_empty = fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
        ensure!(is_empty && !folder.is_file(), "{} is not empty; name a new folder", folder.display());
        let target = target.map_or_else(|| Ok(folder.join("target")), path::absolute)?;
        let root = workspace::root();
        for lesson in lessons::ALL {
            let write = |name: &str, text: &str| write(&folder.join(lesson.name).join(name), text);
            write("lesson.md", lesson.texts().0.trim_end())?;
            write("exercise.rs", lesson.exercise.text.trim_end())?;
            write("main.rs", &main_of(lesson))?;
        }
        write(&folder.join("Cargo.toml"), &manifest(root))?;
        write(&folder.join(".cargo/config.toml"), &config(&target))?;
        write(&folder.join(".learn/main.rs"), &forward(root))?;
        write(&folder.join(".gitignore"), "/target")?;
        write(&folder.join("README.md"), &readme())?;
        // The versions that the lessons are tested with, which are on the machine already.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("failed to copy Cargo.lock")?;
        let course = Course { folder, state: State { schema: SCHEMA, target, lessons: BTreeMap::new() } };
        course.save()?;
        Ok(course)
    }

    /// The course in a folder.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(STATE);
        let Ok(text) = fs::read_to_string(&file) else {
            bail!("{} is no course; `cargo learn start DIR` writes one", folder.display());
        };
        let state: State = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; remove its last change, or start a new course", file.display()))?;
        ensure!(state.schema == SCHEMA, "{} is of another version; start a new course", file.display());
        Ok(Course { folder: path::absolute(folder)?, state })
    }

    /// The lesson of that name, or number, or part of a name.
    ///
    /// # Errors
    ///
    /// If there is none, or several.
    pub fn find(name: &str) -> anyhow::Result<&'static Lesson> {
        let is = |lesson: &&Lesson| lesson.name == name || name.parse().is_ok_and(|number: usize| number == of(lesson));
        if let Some(lesson) = lessons::ALL.iter().find(is) {
            return Ok(lesson);
        }
        let found: Vec<&Lesson> = lessons::ALL.iter().filter(|lesson| lesson.name.contains(name)).collect();
        match found[..] {
            [lesson] => Ok(lesson),
            [] => bail!("there is no lesson `{name}`; `cargo learn list` names them"),
            _ => bail!("`{name}` may be {} of the lessons; `cargo learn list` names them", found.len()),
        }
    }

    /// The first lesson that is not proven.
    pub fn next(&self) -> Option<&'static Lesson> {
        lessons::ALL.iter().find(|lesson| self.record(lesson).proven.is_none())
    }

    /// How far a lesson is.
    pub fn record(&self, lesson: &Lesson) -> Record {
        self.state.lessons.get(lesson.name).cloned().unwrap_or_default()
    }

    /// Notes how far a lesson is.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    pub fn note(&mut self, lesson: &Lesson, note: impl FnOnce(&mut Record)) -> anyhow::Result<()> {
        let before = self.record(lesson);
        let record = self.state.lessons.entry(lesson.name.to_owned()).or_default();
        note(record);
        if *record == before { Ok(()) } else { self.save() }
    }

    /// Adds to the text of a lesson what is told when it is proven.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn tell_the_rest(&self, lesson: &Lesson) -> anyhow::Result<()> {
        let file = self.folder.join(lesson.name).join("lesson.md");
        let text = fs::read_to_string(&file).unwrap_or_default();
        match text.contains(AFTERWARDS) {
            true => Ok(()),
            false => write(&file, &format!("{}\n\n{AFTERWARDS}{}", text.trim_end(), lesson.texts().1.trim_end())),
        }
    }

    /// The exercise anew; what was there, if anything was, is kept in the file that is returned.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn reset(&self, lesson: &Lesson) -> anyhow::Result<Option<PathBuf>> {
        let file = self.exercise(lesson);
        let name = |number: usize| file.with_file_name(format!("exercise.old{number}.rs"));
        let kept = (1..).map(name).find(|kept| !kept.exists()).expect("there are numbers enough");
        let kept = file.exists().then_some(kept);
        if let Some(kept) = &kept {
            fs::rename(&file, kept).with_context(|| format!("failed to keep {}", file.display()))?;
        }
        write(&file, lesson.exercise.text.trim_end())?;
        Ok(kept)
    }

    /// The student's file.
    pub fn exercise(&self, lesson: &Lesson) -> PathBuf {
        self.folder.join(lesson.name).join("exercise.rs")
    }

    /// `cargo` in the folder of the course: what the environment says of other builds is nothing to it.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder);
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR"] {
            cargo.env_remove(variable);
        }
        cargo
    }

    /// The program of a lesson, when it is built.
    pub fn program(&self, lesson: &Lesson) -> Command {
        let program = self.state.target.join("debug").join(lesson.name).with_extension(env::consts::EXE_EXTENSION);
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        command
    }

    fn save(&self) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.state)?;
        output::write(&self.folder.join(STATE), &(text + "\n"))
    }
}

/// The number of a lesson, from 1 on.
fn of(lesson: &Lesson) -> usize {
    lessons::ALL.iter().position(|other| other.name == lesson.name).map_or(0, |at| at + 1)
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("failed to write {}", file.display());
    file.parent().map_or(Ok(()), fs::create_dir_all).with_context(failed)?;
    fs::write(file, format!("{text}\n")).with_context(failed)
}

/// The program of an exercise.
fn main_of(lesson: &Lesson) -> String {
    let engine = lesson.engine.name();
    format!(
        "//! What `cargo learn` runs. Yours is `exercise.rs`.\n\nmod exercise;\n\nfn main() {{\n    let answer = learn::answer(\
         \"{engine}\", exercise::PREDICTED, exercise::program, exercise::check);\n    println!(\"{{answer}}\");\n}}"
    )
}

/// A path as a string of TOML or Rust.
fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

fn manifest(root: &Path) -> String {
    let (learn, selvedge) = (quoted(&root.join("learn")), quoted(root));
    let program = |lesson: &Lesson| format!("\n[[bin]]\nname = \"{0}\"\npath = \"{0}/main.rs\"\n", lesson.name);
    let programs: String = lessons::ALL.iter().map(program).collect();
    format!(
        "# Written by `cargo learn start`.\n[package]\nname = \"course\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
         [dependencies]\nlearn = {{ path = {learn}, default-features = false }}\nselvedge = {{ path = {selvedge} }}\n\n\
         # Yours is built in a second, at every save; the engines are built once.\n[profile.dev]\n\
         debug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n\n\
         [[bin]]\nname = \"cargo-learn\"\npath = \".learn/main.rs\"\n{}",
        programs.trim_end()
    )
}

fn config(target: &Path) -> String {
    format!(
        "[build]\n# The engines of this build explore every schedule.\nrustflags = [\"--cfg\", \"shuttle\"]\ntarget-dir = {}\n\n\
         [alias]\nlearn = \"run --quiet --bin cargo-learn --\"",
        quoted(target)
    )
}

/// `cargo learn` in the folder of a course.
fn forward(root: &Path) -> String {
    format!(
        "//! `cargo learn`: it is built, and run, where the lessons are.\n\nuse std::process::{{Command, ExitCode}};\n\n\
         fn main() -> ExitCode {{\n    let cargo = std::env::var_os(\"CARGO\").unwrap_or_else(|| \"cargo\".into());\n    \
         let mut learn = Command::new(cargo);\n    learn.current_dir({}).args([\"run\", \"--quiet\", \"--package\", \"learn\", \
         \"--\"]);\n    learn.args([\"--course\", env!(\"CARGO_MANIFEST_DIR\")]).args(std::env::args_os().skip(1));\n    \
         let code = learn.status().ok().and_then(|status| u8::try_from(status.code()?).ok());\n    \
         code.map_or(ExitCode::from(2), ExitCode::from)\n}}",
        quoted(root)
    )
}

fn readme() -> String {
    let row = |lesson: &Lesson| format!("- [{}]({}/lesson.md)\n", lesson.title(), lesson.name);
    let rows: String = lessons::ALL.iter().map(row).collect();
    format!(
        "# A course in concurrency\n\nRun `cargo learn` here, and leave it running. It names the next lesson: read its `lesson.md`, write \
         your\nprediction and your answer into its `exercise.rs`, and save. The answer comes in seconds.\n\n\
         `cargo learn list` says how far you are, `cargo learn hint` helps, `cargo learn --help` says the rest.\n\n{}",
        rows.trim_end()
    )
}
