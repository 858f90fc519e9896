//! `cargo learn`: the lessons of `models/src/lessons`, one after the other, in a package that is the student's.
//!
//! Why not rustlings, which takes exercise sets of third parties: as of 6.5 an exercise of such a set is a program that is
//! done when it builds, its tests and clippy pass, and it exits with 0. Engines can be had there, by a `.cargo/config.toml`
//! with the cfg. What cannot: a prediction that is judged before the program is run, and remembered; hints in steps (there is
//! one text an exercise); the part of a file that is not the student's; what is told when it is solved; a report for a
//! teacher. And at each save it builds an exercise up to three times (build, test, clippy), where the answer here is to come in
//! three seconds. Its shape is what this program has: one package, a program an exercise, a watch that reruns, `hint`, `reset`.
//!
//! Exits as [`cli::exit`](mod@cli::exit) says.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "it runs checks, and is none")]

mod attempt;
mod course;
mod package;
mod page;
mod student;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand};
use cli::{interrupt, note, process, say};
use models::lessons::{self, Lesson};
use serde_json::json;

use attempt::Attempt;
use course::Course;

/// Lessons in concurrency: predict, mend, prove. Without a command: the next lesson, tried at each save.
#[derive(Debug, Parser)]
#[command(name = "cargo learn", bin_name = "cargo learn", version)]
struct CommandLine {
    /// The folder of the course; where one is, if nothing is said.
    #[arg(long, value_name = "DIR", default_value = ".")]
    course: PathBuf,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes a course into a new folder, and builds what its lessons need.
    Start {
        /// The folder.
        folder: PathBuf,
        /// Where its programs are built, for tests: those of two courses would be the same files there.
        #[arg(long, value_name = "DIR", hide = true)]
        target: Option<PathBuf>,
    },
    /// For teachers: writes the lessons as a site, with a game of each program; a browser opens it from its files.
    Page {
        /// The folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Says how far the lessons are.
    List,
    /// Tries a lesson at each save, and from there on the next ones that are not proven.
    Watch {
        /// Its name, a part that no other name has, or its number.
        lesson: String,
    },
    /// Tries a lesson once; the next one, if none is named.
    Run {
        /// Its name, a part that no other name has, or its number.
        lesson: Option<String>,
    },
    /// Shows one more hint for a lesson; for the next one, if none is named.
    Hint {
        /// Its name, a part that no other name has, or its number.
        lesson: Option<String>,
    },
    /// Writes an exercise anew, and keeps what was there.
    Reset {
        /// Its name, a part that no other name has, or its number.
        lesson: String,
    },
    /// Shows the solution of a lesson.
    Reveal {
        /// Its name, a part that no other name has, or its number.
        lesson: String,
    },
    /// Tries all lessons.
    Verify,
    /// Tries all lessons, and prints one JSON document for a teacher.
    Grade,
}

fn main() -> ExitCode {
    cli::exit(|line: CommandLine| {
        interrupt::listen()?;
        run(line)
    })
}

fn run(CommandLine { course, what }: CommandLine) -> anyhow::Result<bool> {
    let what = match what {
        Some(What::Start { folder, target }) => return start(&folder, target.as_deref()),
        Some(What::Page { out }) => return page::write(&out).map(|()| true),
        what => what,
    };
    let mut course = Course::open(&course)?;
    let named = |course: &Course, name: Option<String>| match name {
        Some(name) => Course::find(&name),
        None => course.next().context("all lessons are proven; name one"),
    };
    match what {
        None => return watch::watch(&mut course, None),
        Some(What::Watch { lesson }) => return watch::watch(&mut course, Some(Course::find(&lesson)?)),
        Some(What::Start { .. } | What::Page { .. }) => unreachable!("it needs no course"),
        Some(What::List) => list(&course),
        Some(What::Run { lesson }) => {
            let lesson = named(&course, lesson)?;
            let attempt = Attempt::at(lesson, &mut course)?;
            if let Attempt::NotRead(why) = attempt {
                bail!(why);
            }
            let proven = told(lesson, &attempt);
            if proven {
                tell_afterwards(lesson);
            }
            return Ok(proven);
        }
        Some(What::Hint { lesson }) => {
            let lesson = named(&course, lesson)?;
            say!("{}\n", heading(lesson));
            hint(&mut course, lesson)?;
        }
        Some(What::Reset { lesson }) => {
            let lesson = Course::find(&lesson)?;
            let kept = course.reset(lesson)?;
            let kept = kept.map(|kept| format!(" Yours is in {}.", kept.display())).unwrap_or_default();
            say!("{} is as it was in the beginning.{kept}", lesson.name);
        }
        Some(What::Reveal { lesson }) => {
            let lesson = Course::find(&lesson)?;
            course.note(lesson, |record| record.revealed = true)?;
            // Not into the file into which somebody may write the solution.
            note!("{}\n", heading(lesson));
            say!("{}", lesson.solution.text().trim_end());
        }
        Some(What::Verify) => {
            let tried = |lesson| Ok(told(lesson, &Attempt::at(lesson, &mut course)?));
            let all = lessons::ALL.iter().map(tried).collect::<anyhow::Result<Vec<_>>>()?;
            return Ok(all.into_iter().all(|proven| proven));
        }
        Some(What::Grade) => return grade(&mut course),
    }
    Ok(true)
}

fn start(folder: &Path, target: Option<&Path>) -> anyhow::Result<bool> {
    let course = Course::start(folder, target)?;
    say!("Building what the lessons need, once.");
    let mut build = course.cargo();
    let status = process::status(build.args(["build", "--bin", lessons::ALL[0].name, "--bin", "cargo-learn"]))?;
    let there = "the course is there, and `cargo learn` in its folder builds what is missing";
    ensure!(status.success(), "failed to build: cargo ended with {status}; {there}");
    say!("\nNow: cd {}, and cargo learn.", folder.display());
    Ok(true)
}

/// Says what came of a lesson, and whether it is proven.
fn told(lesson: &Lesson, attempt: &Attempt) -> bool {
    say!("{}\n\n{attempt}\n", heading(lesson));
    attempt.is_proven()
}

/// Which lesson it is, whatever was typed for it.
fn heading(lesson: &Lesson) -> String {
    format!("{} ({})", lesson.title(), lesson.name)
}

/// What is told of a lesson that is proven: its text has the table of the program, which is another count than the proof's.
fn tell_afterwards(lesson: &Lesson) {
    say!("What follows has the table of `program`.\n\n{}", lesson.texts().1.trim());
}

/// Shows the hint for the prediction until that is right, and then the hints that were asked for before, and one more; all of
/// them when it is proven, as they are no help any more, and are not counted.
fn hint(course: &mut Course, lesson: &Lesson) -> anyhow::Result<()> {
    let mut hints = lesson.hints();
    let prediction = hints.next().unwrap_or_default();
    if !course.record(lesson).predicted {
        say!("For the prediction: {prediction}\n");
        return Ok(());
    }
    let hints: Vec<&str> = hints.collect();
    let is_proven = course.record(lesson).proven.is_some();
    if !is_proven {
        course.note(lesson, |record| record.hints = hints.len().min(record.hints + 1))?;
    }
    let shown = if is_proven { hints.len() } else { course.record(lesson).hints };
    for (at, hint) in hints.iter().take(shown).enumerate() {
        say!("Hint {} of {}: {hint}\n", at + 1, hints.len());
    }
    if shown == hints.len() {
        say!("There are no more hints; `cargo learn reveal {}` shows the solution.", lesson.name);
    }
    Ok(())
}

/// Says how far all lessons are.
fn list(course: &Course) {
    for lesson in lessons::ALL {
        let record = course.record(lesson);
        let far = match (&record.proven, record.first_prediction) {
            (Some(_), _) => "proven",
            (None, Some(_)) => "begun",
            (None, None) => "",
        };
        say!("{far:<8}{:<32}{}", lesson.name, lesson.title());
    }
    if lessons::ALL.iter().any(|lesson| course.record(lesson).proven.is_some()) {
        say!(
            "\nWhat is proven was so once, and may have been changed: `cargo learn verify` tries what stands there now."
        );
    }
}

/// Prints what came of all lessons.
fn grade(course: &mut Course) -> anyhow::Result<bool> {
    let mut rows = Vec::new();
    let mut proven = 0;
    for lesson in lessons::ALL {
        let attempt = Attempt::at(lesson, course)?;
        let record = course.record(lesson);
        proven += usize::from(attempt.is_proven());
        rows.push(json!({
            "lesson": lesson.name,
            "proven": attempt.is_proven(),
            "missing": matches!(attempt, Attempt::NotRead(_)),
            "first_prediction": record.first_prediction,
            "hints": record.hints,
            "revealed": record.revealed,
        }));
    }
    say!("{:#}", json!({ "schema": 1, "proven": proven, "of": rows.len(), "lessons": rows }));
    Ok(true)
}
