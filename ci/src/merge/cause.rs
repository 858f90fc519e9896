//! The causes of failures: a defect that several engines find in several shards is one cause.
//!
//! The cause of a failure is its check and a pair of lines: in a deadlock the lines that wait, and otherwise the line
//! at which a thread was preempted and the line that came instead, in the schedule with the fewest preemptions. Engines
//! need not find the same schedule. So if the lines differ, failures of one check with the same headline have one cause
//! too.

use selvedge::check::protocol::{Column, Row};
use selvedge::check::story::{Place, Story};
use serde::{Deserialize, Serialize};

/// Why a check fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// `pattern/property`.
    pub check: String,
    /// The pair of lines, as `file:line`; empty if no schedule is known.
    pub lines: Vec<String>,
    /// What broke, without the numbers that differ from run to run.
    pub headline: String,
    /// The engines that find it.
    pub engines: Vec<Column>,
}

impl Cause {
    /// The cause of a failed row.
    pub fn of(row: &Row) -> Self {
        Cause {
            check: row.check.clone(),
            lines: row.story.as_ref().map(lines).unwrap_or_default(),
            headline: headline(row.failure.as_deref().unwrap_or_default()),
            engines: vec![row.engine],
        }
    }

    /// Whether both are the same cause.
    pub fn is(&self, other: &Cause) -> bool {
        let same_lines = !self.lines.is_empty() && self.lines == other.lines;
        let engines_differ = self.engines != other.engines;
        let untold = self.lines.is_empty() || other.lines.is_empty();
        self.check == other.check && (same_lines || (engines_differ || untold) && self.headline == other.headline)
    }
}

/// Failures grouped by cause: each cause with its failures, in their order.
pub fn group<'a, T>(failures: impl IntoIterator<Item = (T, &'a Row)>) -> Vec<(Cause, Vec<(T, &'a Row)>)> {
    let mut groups: Vec<(Cause, Vec<(T, &'a Row)>)> = Vec::new();
    for (from, row) in failures {
        let cause = Cause::of(row);
        // Each row of a group is compared, since the group's cause has the engines of all rows.
        let same = |group: &&mut (Cause, Vec<(T, &Row)>)| group.1.iter().any(|(_, other)| Cause::of(other).is(&cause));
        match groups.iter_mut().find(same) {
            Some((known, rows)) => {
                known.engines.extend(
                    cause.engines.into_iter().filter(|engine| !rows.iter().any(|(_, row)| row.engine == *engine)),
                );
                rows.push((from, row));
            }
            None => groups.push((cause, vec![(from, row)])),
        }
    }
    groups
}

/// The pair of lines of a story.
fn lines(story: &Story) -> Vec<String> {
    let name = |place: &Place| format!("{}:{}", place.file, place.line);
    let mut lines: Vec<String> = story.waits.iter().map(|wait| name(&wait.place)).collect();
    if let (true, Some(at)) = (lines.is_empty(), story.steps.iter().position(|step| step.preempts)) {
        let (took, lost) = (&story.steps[at], &story.steps[at - 1]);
        let next = story.steps[at..].iter().find(|step| step.thread == lost.thread);
        lines = vec![name(&next.unwrap_or(lost).place), name(&took.place)];
    }
    if lines.is_empty() {
        // It fails without a preemption: the line where it broke, and the one before.
        let broke = story.broke.as_ref().and_then(|broke| broke.place.as_ref());
        lines = broke.into_iter().chain(story.steps.last().map(|step| &step.place)).map(name).collect();
    }
    lines.sort();
    lines.dedup();
    lines
}

/// The first line, with `#` for each number that is no line of a file.
fn headline(failure: &str) -> String {
    let text = failure.lines().next().unwrap_or_default();
    let mut headline = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
        headline += before;
        let kept = before.ends_with(".rs:") || before.ends_with(|letter: char| letter.is_alphabetic() || letter == '_');
        headline += if kept { &number[..end] } else { "#" };
        rest = &number[end..];
    }
    headline + rest
}

#[cfg(test)]
mod tests {
    use selvedge::check::Engine;

    use super::*;
    use crate::fixture;

    #[test]
    fn a_defect_that_two_engines_find_is_one() {
        let found = fixture::lost_write();
        let others = fixture::rows().into_iter().filter(|row| row.defect == found.defect && row.story.is_some());
        let rows: Vec<Row> = others.collect();
        assert!(rows.len() > 1, "the fixture has it from several engines");
        let groups = group(rows.iter().map(|row| ((), row)));
        assert_eq!(groups.len(), 1, "{groups:#?}");
        assert_eq!(groups[0].0.lines.len(), 2, "{:?}", groups[0].0);
        assert_eq!(groups[0].1.len(), rows.len());
    }

    #[test]
    fn other_lines_or_another_check_are_another_cause() {
        let one = Cause::of(&fixture::lost_write());
        let elsewhere = Cause { lines: vec!["a.rs:1".to_owned(), "b.rs:2".to_owned()], ..one.clone() };
        assert!(one.is(&one) && !one.is(&elsewhere));
        assert!(one.is(&Cause { engines: vec![Column::Engine(Engine::Pos)], ..elsewhere.clone() }), "engines differ");
        assert!(!one.is(&Cause { check: "other/check".to_owned(), ..one.clone() }));
    }

    #[test]
    fn what_has_no_schedule_is_told_by_its_words() {
        let crash = |why| Cause::of(&fixture::crashed(why));
        assert!(crash("stuck for 10s: 2 threads").is(&crash("stuck for 12s: 1 threads")));
        assert!(!crash("signal: aborted").is(&crash("over 4 GiB of memory")));
    }

    #[test]
    fn numbers_that_are_names_or_lines_stay() {
        assert_eq!(headline("key 1 = 23 at a.rs:17\nmore"), "key # = # at a.rs:17");
        assert_eq!(headline("worker2 is left"), "worker2 is left");
    }
}
