//! What a student's answer comes to: what was predicted beside what can come, and then whether the check is proven.
//!
//! The program of an exercise calls [`answer`], and prints it for `cargo learn`, which reads an [`Answer`]. It links nothing
//! but the engines, so that it is built in a second.

#![forbid(unsafe_code)]

mod report;

use std::fmt::Debug;

use selvedge::check::{Engine, Explorer, Verdict};
use serde::{Deserialize, Serialize};

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What can come of the program.
    pub rows: Vec<Row>,
    /// What was predicted and was not met: it cannot come, where everything was explored.
    pub not_met: Vec<String>,
    /// Everything was explored, so that a prediction is right or wrong.
    pub complete: bool,
    /// Something was predicted.
    pub has_predicted: bool,
    /// How much was explored, and whether there are other values.
    pub explored: String,
    /// The story of an execution that gives what was not predicted, if there is one.
    pub unforeseen: Option<String>,
    /// What the check comes to, which is run when the prediction is right.
    pub check: Option<Check>,
}

/// A value that can come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// As it prints.
    pub value: String,
    /// How many executions gave it.
    pub executions: u64,
    /// It was predicted.
    pub predicted: bool,
}

/// What the check comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Every execution holds, and there was a choice between some.
    pub proven: bool,
    /// The verdict, with the story of a failure.
    pub report: String,
}

impl Answer {
    /// Whether the prediction is what can come, no more and no less.
    pub fn is_predicted(&self) -> bool {
        self.has_predicted && self.complete && self.not_met.is_empty() && self.rows.iter().all(|row| row.predicted)
    }

    /// Whether nothing is left to be done.
    pub fn is_proven(&self) -> bool {
        self.check.as_ref().is_some_and(|check| check.proven)
    }
}

/// What an exercise comes to under the engine of that name, as a line that `cargo learn` reads. In one that `is_played` the
/// student is the scheduler, and is told of nothing else.
///
/// # Panics
///
/// If this build has no such engine.
pub fn answer<T: Debug + Ord + Send + 'static, P: Debug>(
    engine: &str,
    predicted: &[P],
    program: fn() -> T,
    check: fn(),
    is_played: bool,
) -> String {
    let engine = Engine::from_name(engine).unwrap_or_else(|| panic!("there is no engine `{engine}`"));
    let explorer = Explorer::new(engine);
    let outcomes = explorer.outcomes(program);
    let predicted: Vec<String> = predicted.iter().map(|value| format!("{value:?}")).collect();
    let row = |(value, executions): (&T, u64)| {
        let value = format!("{value:?}");
        Row { predicted: predicted.contains(&value), value, executions }
    };
    let rows: Vec<Row> = outcomes.values().zip(outcomes.rows.iter().map(|row| row.executions)).map(row).collect();
    let unforeseen = rows.iter().zip(&outcomes.rows).find(|(row, _)| !row.predicted);
    let unforeseen = unforeseen.and_then(|(_, outcome)| outcome.story.as_ref()).map(report::story);
    let was_not_met = |value: &&String| rows.iter().all(|row| row.value != **value);
    let mut answer = Answer {
        not_met: predicted.iter().filter(was_not_met).cloned().collect(),
        complete: outcomes.is_complete(),
        has_predicted: !predicted.is_empty(),
        explored: format!("{}: {}", outcomes.report, outcomes.whether_all()),
        unforeseen,
        check: None,
        rows,
    };
    if answer.is_predicted() {
        let report = explorer.run(check);
        let proven = report.verdict == Verdict::Exhausted;
        answer.check = Some(Check { proven, report: report::told(report, is_played) });
    }
    serde_json::to_string(&answer).expect("it is plain data")
}
