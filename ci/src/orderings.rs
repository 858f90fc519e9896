//! What `--weaken` prints: of each ordering the weakest with which all checks hold, and why it cannot be weaker.

use std::collections::BTreeSet;

use selvedge::check::protocol::Row;
use selvedge::check::protocol::orderings::{Strength, strengths, unmet};

use crate::page::source;
use crate::table::{self, empty, fitted};

/// The orderings that some checks meet, for a terminal of so many columns, if it goes to one; of all checks, also those in
/// the same files that none of them comes to.
pub fn report(rows: &[Row], of_all: bool, columns: Option<u16>) -> String {
    let strengths = strengths(rows);
    let mut table = empty();
    table.set_header(["ordering", "written", "weakest that holds", "checks that meet it"]);
    for strength in &strengths {
        let Strength { site, checks, .. } = strength;
        table.add_row([site.to_string(), strength.written(), strength.weakest(), checks.len().to_string()]);
    }
    let mut text = match strengths.is_empty() {
        true => "what these checks run has no ordering stronger than Relaxed\n".to_owned(),
        false => format!("{}\n\n", fitted(&table, columns)),
    };
    for strength in &strengths {
        text += &format!("{}: {}", strength.site, strength.written());
        text.extend(strength.site.source.iter().map(|(function, line)| format!(", in {function}: {line}")));
        text.extend(strength.why().iter().map(|why| format!("\n  {why}")));
        text += "\n\n";
    }
    for row in rows.iter().filter(|row| !row.verdict.is_complete()) {
        let why = row.failure.as_deref().unwrap_or_default();
        text += &format!("{} is {} as it is written: {why}\n", row.check, row.cell());
    }
    let files: BTreeSet<&str> = strengths.iter().map(|strength| strength.site.place.file.as_str()).collect();
    for file in files.into_iter().filter(|_| of_all) {
        let unmet = source::read(file).map(|text| unmet(file, &text, &strengths)).unwrap_or_default();
        text.extend(unmet.iter().map(|(line, text)| format!("no check comes to {file}:{line}: {text}\n")));
    }
    let weaker = strengths.iter().filter(|strength| strength.could_be_weaker()).count();
    text + &format!(
        "{} orderings, each lowered by itself; {weaker} could be weaker for all that these checks do\n{}",
        strengths.len(),
        table::summary(rows)
    )
}
