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
use cli::{files, workspace};
use models::lessons::{self, AFTERWARDS, Lesson};
use serde::{Deserialize, Serialize};

use crate::package;

/// What the folder of a course is known by.
const STATE: &str = ".learn.json";
/// What helps when that file is lost.
const LOST: &str =
    "bring it back, or start a new course and copy your exercise.rs there; `cargo learn verify` finds what is proven";
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
    /// A prediction was right.
    pub predicted: bool,
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
        for (name, text) in package::files(root, &target) {
            write(&folder.join(name), &text)?;
        }
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
            match folder.join(lessons::ALL[0].name).exists() {
                true => bail!("{} is gone, which has how far you are: {LOST}", file.display()),
                false => bail!("{} is no course; `cargo learn start DIR` writes one", folder.display()),
            }
        };
        let state: State = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; remove its last change, or start a new course", file.display()))?;
        ensure!(state.schema == SCHEMA, "{} is of another version; start a new course", file.display());
        Ok(Course { folder: path::absolute(folder)?, state })
    }

    /// The lesson of that name, or number, or of a part that no other name has.
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
            _ => {
                let names: Vec<&str> = found.iter().map(|lesson| lesson.name).collect();
                bail!("`{name}` may be any of these lessons: {}; name one", names.join(", "))
            }
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

    /// The exercise anew, which is no longer proven; what was changed in it, if anything was, is kept in the file that is
    /// returned, as seen from the folder of the course.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn reset(&mut self, lesson: &Lesson) -> anyhow::Result<Option<PathBuf>> {
        let file = self.exercise(lesson);
        self.note(lesson, |record| record.proven = None)?;
        if fs::read_to_string(&file).is_ok_and(|text| text.trim_end() == lesson.exercise.text().trim_end()) {
            return Ok(None);
        }
        let name = |number: usize| file.with_file_name(format!("exercise.old{number}.rs"));
        let kept = (1..).map(name).find(|kept| !kept.exists()).expect("there are numbers enough");
        let kept = file.exists().then_some(kept);
        if let Some(kept) = &kept {
            fs::rename(&file, kept).with_context(|| format!("failed to keep {}", file.display()))?;
        }
        write(&file, lesson.exercise.text().trim_end())?;
        Ok(kept.map(|kept| kept.strip_prefix(&self.folder).map(Path::to_owned).unwrap_or(kept)))
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
        files::write(&self.folder.join(STATE), &(text + "\n"))
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
