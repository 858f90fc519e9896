//! An attempt at a lesson: the student's file is built and run, and what it comes to is told.

use std::fmt::{self, Write};
use std::fs;
use std::io::{self, IsTerminal};
use std::process::Stdio;
use std::time::Duration;

use cli::process::{self, End};
use learn::{Answer, Check};
use models::lessons::{LEAVE, Lesson};

use crate::course::Course;

/// How long an answer may take, past the limit of its engine.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// What an attempt comes to.
#[derive(Debug)]
pub enum Attempt {
    /// The file cannot be read; why not, and what to do.
    NotRead(String),
    /// What is not the student's was changed, in this lesson.
    Changed(&'static str),
    /// The compiler does not take it; what it says.
    NotBuilt(String),
    /// It gave no answer; why not.
    NoAnswer(String),
    /// It did.
    Answered(Answer),
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
        let tail = |text: &str| text.split_once(LEAVE.trim_end()).map(|(_, tail)| tail.trim_end().replace('\r', ""));
        if tail(&text) != tail(lesson.exercise.text) {
            return Ok(Attempt::Changed(lesson.name));
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
        course.note(lesson, |record| {
            if answer.has_predicted && answer.complete {
                record.first_prediction.get_or_insert(answer.is_predicted());
            }
            if let Some(Check { proven: true, report }) = &answer.check {
                record.proven = Some(report.clone());
            }
        })?;
        if answer.is_proven() {
            course.tell_the_rest(lesson)?;
        }
        Ok(Attempt::Answered(answer))
    }

    /// Whether nothing is left to be done.
    pub fn is_proven(&self) -> bool {
        matches!(self, Attempt::Answered(answer) if answer.is_proven())
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attempt::Changed(name) => write!(
                f,
                "What follows the line \"Leave what follows as it is\" is not what it was, so nothing would be proven. \
                 Undo that, or `cargo learn reset {name}`: it keeps your file beside the new one.",
            ),
            Attempt::NotRead(why) => f.write_str(why),
            Attempt::NotBuilt(said) => f.write_str(said),
            Attempt::NoAnswer(why) => write!(f, "It gave no answer: {why}"),
            Attempt::Answered(answer) => f.write_str(&told(answer)),
        }
    }
}

/// An answer in words.
fn told(answer: &Answer) -> String {
    if !answer.has_predicted {
        return "Predict first: PREDICTED is empty. Write down what can come, before you see it.".to_owned();
    }
    let mut text = String::new();
    let width = answer.rows.iter().map(|row| row.value.chars().count()).max().unwrap_or_default();
    for row in &answer.rows {
        let plural = if row.executions == 1 { " " } else { "s" };
        let mark = if row.predicted { "predicted" } else { "NOT PREDICTED" };
        let _ = writeln!(text, "  {:<width$}  {:>6} execution{plural}  {mark}", row.value, row.executions);
    }
    let comes = if answer.complete { "cannot come" } else { "was not met" };
    for value in &answer.not_met {
        let _ = writeln!(text, "  {value:<width$}  {comes}   predicted");
    }
    let _ = writeln!(text, "{}\n", answer.explored);
    match &answer.check {
        None if !answer.complete => {
            text += "Not everything was explored, so that nobody knows whether the prediction is right. Say less in the program, \
                     or mend what fails in it.";
        }
        None => text += "The prediction is wrong. Find out why before you correct it.",
        Some(Check { proven: true, report }) => _ = write!(text, "Predicted, and proved: {report}"),
        Some(Check { proven: false, report }) => _ = write!(text, "The prediction is right. The check:\n{report}"),
    }
    text
}
