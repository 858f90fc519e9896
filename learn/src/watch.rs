//! `cargo learn`: the next lesson, tried at each save.

use std::fs;
use std::io::{self, BufRead};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, SystemTime};

use cli::{interrupt, say};
use models::lessons::Lesson;

use crate::attempt::Attempt;
use crate::course::Course;
use crate::{hint, list};

/// How often the file is looked at.
const POLL: Duration = Duration::from_millis(100);

/// What is asked for while a lesson is watched.
enum Wish {
    /// The file was saved.
    Again,
    /// The next lesson.
    Next,
    /// No more.
    Quit,
}

/// Watches the next lesson, and the ones after it, until all are proven or nobody wants to go on. Whether all are.
///
/// # Errors
///
/// As [`Attempt::at`].
pub fn watch(course: &mut Course) -> anyhow::Result<bool> {
    let typed = lines();
    while let Some(lesson) = course.next() {
        say!("\n{}\nRead {1}/lesson.md, and write your answer into {1}/exercise.rs.\n", lesson.title(), lesson.name);
        if !stay(course, lesson, &typed)? {
            return Ok(true);
        }
    }
    say!("\nAll lessons are proven.");
    Ok(true)
}

/// Watches one lesson; whether the next one is asked for.
fn stay(course: &mut Course, lesson: &'static Lesson, typed: &Receiver<String>) -> anyhow::Result<bool> {
    loop {
        let file = course.exercise(lesson);
        let before = stamp(&file);
        let attempt = Attempt::at(lesson, course)?;
        say!("{attempt}");
        if attempt.is_proven() {
            say!("\n{}", lesson.texts().1.trim());
        }
        let next = if course.record(lesson).proven.is_some() { "n the next lesson, " } else { "" };
        say!("\n[{next}h a hint, l the list, q an end; otherwise save {}/exercise.rs]", lesson.name);
        // An editor may have it away for a moment.
        let saved = || stamp(&file).is_some_and(|now| Some(now) != before);
        match wish(course, lesson, typed, saved)? {
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
    typed: &Receiver<String>,
    saved: impl Fn() -> bool,
) -> anyhow::Result<Wish> {
    loop {
        if interrupt::came() {
            return Ok(Wish::Quit);
        }
        match typed.try_recv() {
            Ok(line) => match line.trim() {
                "n" if course.record(lesson).proven.is_some() => return Ok(Wish::Next),
                "h" => hint(course, lesson)?,
                "l" => list(course),
                "q" => return Ok(Wish::Quit),
                "" => return Ok(Wish::Again),
                other => say!("`{other}` is none of these"),
            },
            Err(TryRecvError::Disconnected) => return Ok(Wish::Quit),
            Err(TryRecvError::Empty) => (),
        }
        if saved() {
            return Ok(Wish::Again);
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

/// What changes when a file is saved; nothing while an editor has it away.
fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let about = fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}
