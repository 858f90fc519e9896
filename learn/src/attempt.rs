//! An attempt at a lesson: the student's file is built and run, and what it comes to is told.

use std::fmt::{self, Write};
use std::fs;
use std::io::{self, IsTerminal};
use std::process::Stdio;
use std::time::Duration;

use cli::process::{self, End};
use learn::{Answer, Check};
use models::lessons::Lesson;

use crate::course::Course;
use crate::student;

/// How long an answer may take, past the limit of its engine.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// What an attempt comes to.
#[derive(Debug)]
pub enum Attempt {
    /// The file cannot be read; why not, and what to do.
    NotRead(String),
    /// Nothing would be proven by it; why not, and what to do.
    NotTried(String),
    /// The compiler does not take it; what it says.
    NotBuilt(String),
    /// It gave no answer; why not.
    NoAnswer(String),
    /// It did; and whether its prediction is the first one, which is remembered.
    Answered(Box<Answer>, bool),
}

impl Attempt {
    /// Builds and runs the exercise as it is, and notes what comes of it.
    ///
    /// # Errors
    ///
    /// If nothing can be built or noted.
    pub fn at(lesson: &Lesson, course: &mut Course) -> anyhow::Result<Attempt> {
        let file = course.exercise(lesson);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                let (file, name) = (file.display(), lesson.name);
                let why = format!("failed to read {file}: {error}; `cargo learn reset {name}` writes it anew");
                return Ok(Attempt::NotRead(why));
            }
        };
        if let Some(why) = student::objection(&text, lesson) {
            return Ok(Attempt::NotTried(why));
        }
        let mut build = course.cargo();
        build.args(["build", "--quiet", "--bin", lesson.name]).stderr(Stdio::piped());
        if io::stdout().is_terminal() {
            build.args(["--color", "always"]);
        }
        let built = process::output(&mut build)?;
        if !built.status.success() {
            return Ok(Attempt::NotBuilt(String::from_utf8_lossy(&built.stderr).trim_end().to_owned()));
        }
        let answer = match process::run(&mut course.program(lesson), TIME_LIMIT, |_| ())? {
            End::Line(line) => serde_json::from_str::<Answer>(&line).map_err(|_| line),
            End::OutOfTime => Err(format!("it does not end within {TIME_LIMIT:?}")),
            End::Crashed { why, .. } => Err(why),
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(why) => return Ok(Attempt::NoAnswer(why)),
        };
        let is_first = answer.has_predicted && answer.complete && course.record(lesson).first_prediction.is_none();
        course.note(lesson, |record| {
            if is_first {
                record.first_prediction = Some(answer.is_predicted());
            }
            record.predicted |= answer.is_predicted();
            if let Some(Check { proven: true, report }) = &answer.check {
                record.proven = Some(report.clone());
            }
        })?;
        if answer.is_proven() {
            course.tell_the_rest(lesson)?;
        }
        Ok(Attempt::Answered(Box::new(answer), is_first))
    }

    /// Whether nothing is left to be done.
    pub fn is_proven(&self) -> bool {
        matches!(self, Attempt::Answered(answer, _) if answer.is_proven())
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attempt::NotRead(why) | Attempt::NotTried(why) => f.write_str(why),
            Attempt::NotBuilt(said) => f.write_str(said),
            Attempt::NoAnswer(why) => write!(f, "It gave no answer: {why}"),
            Attempt::Answered(answer, is_first) => f.write_str(&told(answer, *is_first)),
        }
    }
}

/// An answer in words. What was not predicted is not named: the story of it leads there.
fn told(answer: &Answer, is_first: bool) -> String {
    if !answer.has_predicted {
        return "Predict first: PREDICTED is empty. Write down what can come, before you see it.".to_owned();
    }
    let mut text = String::new();
    let predicted = || answer.rows.iter().filter(|row| row.predicted);
    let values = predicted().map(|row| &row.value).chain(&answer.not_met);
    let width = values.map(|value| value.chars().count()).max().unwrap_or_default();
    for row in predicted() {
        let plural = if row.executions == 1 { " " } else { "s" };
        let _ = writeln!(text, "  {:<width$}  {:>6} execution{plural}  predicted", row.value, row.executions);
    }
    let comes = if answer.complete { "cannot come" } else { "was not met" };
    for value in &answer.not_met {
        let _ = writeln!(text, "  {value:<width$}  {comes}   predicted");
    }
    match answer.rows.len() - predicted().count() {
        0 => _ = writeln!(text, "`program`: {}", answer.explored),
        1 => text += "  and one more can come, which you have NOT PREDICTED\n",
        more => _ = writeln!(text, "  and {more} more can come, which you have NOT PREDICTED"),
    }
    if is_first {
        text += "Your first prediction of this lesson: it is noted, for `cargo learn grade`.\n";
    }
    text += "\n";
    match &answer.check {
        None if !answer.complete => {
            text += "Not everything was explored, so that nobody knows whether the prediction is right. Say less in the program, \
                     or mend what fails in it.";
        }
        None => {
            text += "The prediction is wrong. Find out why before you correct it.";
            if let Some(story) = &answer.unforeseen {
                let _ = write!(text, " This is how one that you have not predicted comes about:\n{story}");
            }
        }
        Some(Check { proven: true, report }) => _ = write!(text, "Predicted, and proved. `check`: {report}"),
        Some(Check { proven: false, report }) => _ = write!(text, "The prediction is right. `check`:\n{report}"),
    }
    text
}
