//! The outcomes of litmus programs, as text.

use selvedge::check::protocol::litmus::{Table, summary};

/// The tables with forbidden outcomes, and a summary of all.
pub fn report(tables: &[Table]) -> String {
    if tables.is_empty() {
        return String::new();
    }
    let wrong = tables.iter().filter(|table| table.errors().next().is_some());
    let wrong: String = wrong.map(|table| format!("{table}\n\n")).collect();
    format!("{wrong}{}\n", summary(tables))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_is_forbidden_and_seen_is_told_above_the_sum() {
        assert_eq!(report(&[]), "");
        let tables = fixture::litmus();
        assert_eq!(report(&tables).lines().count(), 1);
        let tables = fixture::forbidden(tables);
        let report = report(&tables);
        assert!(report.starts_with("message_passing/acquire_release: x = 1; y = 1 | r0 = y; r1 = x\n"), "{report}");
        assert!(report.contains("FORBIDDEN, SEEN") && report.ends_with("; forbidden outcomes seen: 1\n"), "{report}");
    }
}
