//! The results as JUnit XML, which every pipeline can show: a suite for each engine, a test case for each cell.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use selvedge::check::Status;
use selvedge::check::protocol::Row;

use crate::table;

/// The document, for the rows that a `command` has made.
pub fn render(command: &str, rows: &[Row]) -> anyhow::Result<String> {
    let mut report = Report::new(command);
    for engine in table::used(rows) {
        let mut suite = TestSuite::new(engine.name());
        suite.add_test_cases(rows.iter().filter(|row| row.engine == engine).map(case));
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn case(row: &Row) -> TestCase {
    let subject = row.defect.as_deref().map(|defect| format!(" [{defect}]")).unwrap_or_default();
    let status = if row.ok { TestCaseStatus::success() } else { failure(row) };
    let mut case = TestCase::new(format!("{}{subject}", row.check), status);
    case.set_classname(format!("{}.{}", row.engine, row.pattern)).set_time(Duration::from_secs_f64(row.seconds));
    case.set_system_out(format!("{}, expected {}", row.cell(), row.expected));
    case
}

/// A process that died is an error, and a property that broke a failure.
fn failure(row: &Row) -> TestCaseStatus {
    let kind = if row.verdict == Status::Crashed { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let report = row.report();
    let headline = report.lines().next().unwrap_or_default();
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(headline).set_type(row.verdict.name()).set_description(&report);
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_cell_is_a_test_case_in_the_suite_of_its_engine() {
        let text =
            render("cargo verify", &[fixture::lost_write(), fixture::crashed("signal: 11")]).expect("it is text");
        assert!(
            text.contains(r#"<testsuites name="cargo verify" tests="2" skipped="0" failures="0" errors="1">"#),
            "{text}"
        );
        assert!(text.contains(r#"<testsuite name="dpor" tests="1""#), "{text}");
        assert!(text.contains(r#"<testcase name="ttl_cache/fresh_write_survives_get [GetDeletesWithoutRecheck]""#));
        assert!(text.contains(r#"<error message="signal: 11" type="crashed">signal: 11"#), "{text}");
    }

    #[test]
    fn a_failure_has_its_headline_and_its_report() {
        let text = render("cargo verify", &[Row { ok: false, ..fixture::lost_write() }]).expect("it is text");
        let start = r#"<failure message="lost update: key 1 = 2 was written, and is None" type="failed">"#;
        assert!(text.contains(start), "{text}");
        assert!(text.contains("the check fails"), "{text}");
    }

    #[test]
    fn what_means_something_to_xml_is_escaped() {
        let text = render("cargo verify", &[fixture::crashed("a < b && \"c\"\u{1b}[0m ]]>")]).expect("it is text");
        assert!(text.contains("a &lt; b &amp;&amp; "), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
