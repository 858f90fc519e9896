//! Failures at their lines: the workflow commands by which GitHub shows a failure at the line that waits, or that found
//! it.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use selvedge::check::protocol::Row;
use selvedge::check::story::{Place, Story};

/// A line for each cell that is not what it should be.
pub fn of(rows: &[Row]) -> String {
    rows.iter().filter(|row| !row.ok).map(annotation).collect()
}

fn annotation(row: &Row) -> String {
    let subject = row.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
    let title = format!("title={}", property(&format!("{}{subject} under {}", row.check, row.engine)));
    // A process that died has no line.
    let properties = match row.story.as_ref().and_then(place) {
        Some(place) => format!("file={},line={},{title}", property(&place.file), place.line),
        None => title,
    };
    format!("::error {properties}::{}\n", message(&row.report()))
}

/// The line that waits; otherwise the one that found something wrong; otherwise that of the last step.
fn place(story: &Story) -> Option<&Place> {
    let waits = story.waits.first().map(|wait| &wait.place);
    let broke = || story.broke.as_ref().and_then(|broke| broke.place.as_ref());
    waits.or_else(broke).or_else(|| story.steps.last().map(|step| &step.place))
}

/// Escapes a message: the characters that would end its line.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property: a property ends at a comma, and the properties at a colon.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_good_cell_has_none() {
        assert_eq!(of(&[Row { ok: true, ..fixture::lost_write() }]), "");
    }

    #[test]
    fn a_failure_stands_where_it_was_found() {
        let text = of(&[Row { ok: false, ..fixture::lost_write() }]);
        let start = "::error file=models/src/ttl_cache/checks.rs,line=28,title=ttl_cache/fresh_write_survives_get \
                     with GetDeletesWithoutRecheck under dpor::lost update: key 1 = 2 was written, and is None%0A";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn the_line_that_waits_comes_first_and_the_last_step_last() {
        let mut story = fixture::lost_write().story.expect("it is told");
        let waits = fixture::rows().into_iter().filter_map(|row| row.story).flat_map(|story| story.waits).next();
        let wait = waits.expect("one of them is a deadlock");
        story.waits.push(wait.clone());
        assert_eq!(place(&story), Some(&wait.place));
        story.waits.clear();
        assert_eq!(place(&story), story.broke.as_ref().and_then(|broke| broke.place.as_ref()));
        story.broke = None;
        assert_eq!(place(&story), story.steps.last().map(|step| &step.place));
    }

    #[test]
    fn what_means_something_to_github_is_escaped() {
        let row = Row { ok: false, check: "a:b,c".to_owned(), ..fixture::crashed("50%\r\n::error::not: one, more") };
        assert_eq!(
            of(&[row]),
            "::error title=a%3Ab%2Cc under loom::50%25%0D%0A::error::not: one, more%0Aclaimed: it ends\n"
        );
    }
}
