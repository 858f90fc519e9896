//! `cargo learn`: the next lesson, tried at each save.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, SystemTime};

use cli::{interrupt, say};
use models::lessons::{self, Lesson};

use crate::attempt::Attempt;
use crate::course::Course;
use crate::{hint, list, tell_afterwards};

/// How often the file is looked at.
const POLL: Duration = Duration::from_millis(100);

/// What changes when a file is saved.
type Stamp = Option<(SystemTime, u64)>;

/// What is asked for while a lesson is watched.
enum Wish {
    /// The file was saved.
    Again,
    /// The next lesson.
    Next,
    /// No more.
    Quit,
}

/// Watches a lesson, or the next one, and the ones after it that are not proven, until nobody wants to go on. Where nobody can
/// type, as in the background, each goes on to the next one when it is proven.
///
/// # Errors
///
/// As [`Attempt::at`].
pub fn watch(course: &mut Course, mut first: Option<&'static Lesson>) -> anyhow::Result<bool> {
    let typed = io::stdin().is_terminal().then(lines);
    while let Some(lesson) = first.take().or_else(|| course.next()) {
        say!("\n{}\nRead {1}/lesson.md, and write your answer into {1}/exercise.rs.\n", lesson.title(), lesson.name);
        if !stay(course, lesson, typed.as_ref())? {
            return Ok(true);
        }
    }
    say!("\nAll lessons are proven.");
    Ok(true)
}

/// Watches one lesson; whether the next one is asked for.
fn stay(course: &mut Course, lesson: &'static Lesson, typed: Option<&Receiver<String>>) -> anyhow::Result<bool> {
    let mut others = others(course, lesson);
    loop {
        let file = course.exercise(lesson);
        let before = stamp(&file);
        let attempt = Attempt::at(lesson, course)?;
        say!("{attempt}");
        if attempt.is_proven() {
            say!("");
            tell_afterwards(lesson);
            if typed.is_none() {
                return Ok(true);
            }
        }
        let keys = match (typed, course.record(lesson).proven) {
            (None, _) => "",
            (Some(_), None) => "; or type h a hint, l the list, q an end, and Enter",
            (Some(_), Some(_)) => "; or type n the next lesson, h a hint, l the list, q an end, and Enter",
        };
        say!("\n[save {}/exercise.rs{keys}]", lesson.name);
        // An editor may have it away for a moment.
        let saved = || stamp(&file).is_some_and(|now| Some(now) != before);
        match wish(course, lesson, typed, &mut others, saved)? {
            Wish::Again => (),
            Wish::Next => return Ok(true),
            Wish::Quit => return Ok(false),
        }
    }
}

/// Waits for a save, or for a line that asks for something.
fn wish(
    course: &mut Course,
    lesson: &'static Lesson,
    typed: Option<&Receiver<String>>,
    others: &mut [(&'static Lesson, Stamp)],
    saved: impl Fn() -> bool,
) -> anyhow::Result<Wish> {
    loop {
        if interrupt::came() {
            return Ok(Wish::Quit);
        }
        match typed.map(Receiver::try_recv) {
            Some(Ok(line)) => match line.trim() {
                "n" if course.record(lesson).proven.is_some() => return Ok(Wish::Next),
                "h" => hint(course, lesson)?,
                "l" => list(course),
                "q" => return Ok(Wish::Quit),
                "" => return Ok(Wish::Again),
                other => say!("`{other}` is none of these"),
            },
            Some(Err(TryRecvError::Disconnected)) => return Ok(Wish::Quit),
            Some(Err(TryRecvError::Empty)) | None => (),
        }
        if saved() {
            return Ok(Wish::Again);
        }
        for (other, before) in &mut *others {
            let now = stamp(&course.exercise(other));
            if now.is_some() && std::mem::replace(before, now.or(*before)) != now {
                let (other, this) = (other.name, lesson.name);
                say!("You saved {other}, and this watches {this}: `cargo learn watch {other}` watches that.");
            }
        }
        thread::sleep(POLL);
    }
}

/// What is typed, line by line, to its end.
fn lines() -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = io::stdin().lock().lines().map_while(Result::ok);
        lines.all(|line| sender.send(line).is_ok())
    });
    receiver
}

/// The other lessons, as they were last saved.
fn others(course: &Course, lesson: &Lesson) -> Vec<(&'static Lesson, Stamp)> {
    let others = lessons::ALL.iter().filter(|other| other.name != lesson.name);
    others.map(|other| (other, stamp(&course.exercise(other)))).collect()
}

/// That of a file; nothing while an editor has it away.
fn stamp(file: &Path) -> Stamp {
    let about = fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}
