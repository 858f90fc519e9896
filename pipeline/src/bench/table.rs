//! The table of `cargo ci bench`: the contests with goals, how many meet them, and what keeps the others from them.

use ci::table;
use models::contest::Contest;

use super::standing::{self, Mark, Spread, Standing};

/// The columns: what it is, ours and the best of the others, how they stand.
pub const HEADER: [&str; 11] = [
    "pattern",
    "case",
    "threads",
    "ours, a second",
    "best other, a second",
    "ratio (middle half)",
    "goal",
    "",
    "instructions",
    "hit ratio",
    "bytes an entry",
];

/// The rows with a goal, a line that counts them, and what keeps the others from their goal, for a terminal of so many
/// columns if there is one.
pub fn report(contests: &[Contest], columns: Option<u16>) -> String {
    let limits = limits(contests);
    let mut table = table::empty();
    table.set_header(HEADER);
    contests
        .iter()
        .filter(|contest| standing::has_goal(contest))
        .filter_map(|contest| cells(contest, &limits))
        .for_each(|cells| _ = table.add_row(cells));
    let lines: Vec<String> = [summary(contests)].into_iter().chain(notes(&limits)).collect();
    format!("{}\n\n{}", table::fitted(&table, columns), lines.join("\n"))
}

/// How many rows meet their goal.
pub fn summary(contests: &[Contest]) -> String {
    let marks: Vec<Mark> = contests.iter().filter_map(Mark::of).collect();
    let count = |mark| marks.iter().filter(|&&other| other == mark).count();
    let (met, level) = (count(Mark::Met), count(Mark::Level));
    format!("{met} of {} rows meet their goal; level with it: {level}", marks.len())
}

/// What keeps rows from their goal, each once, in the order of the rows.
pub fn limits(contests: &[Contest]) -> Vec<&str> {
    let missed = contests.iter().filter(|contest| Mark::of(contest) == Some(Mark::Missed));
    let mut limits: Vec<&str> = Vec::new();
    for limit in missed.map(|contest| contest.limit.as_str()).filter(|limit| !limit.is_empty()) {
        if !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    limits
}

/// The limits, each after its reference in the rows.
pub fn notes(limits: &[&str]) -> Vec<String> {
    limits.iter().enumerate().map(|(at, limit)| format!("{} {limit}", reference(at))).collect()
}

/// A row's reference to the limit at a place.
fn reference(at: usize) -> String {
    format!("[{}]", at + 1)
}

/// The row of a contest, with a reference to its limit's place in `limits`; `None` if nothing can be compared.
pub fn cells(contest: &Contest, limits: &[&str]) -> Option<[String; 11]> {
    let Standing { ours, best, ratio } = Standing::of(contest)?;
    let met = match Mark::of(contest) {
        None => "-".to_owned(),
        Some(Mark::Met) => "met".to_owned(),
        Some(Mark::Level) => "level".to_owned(),
        Some(Mark::Missed) => {
            let at = limits.iter().position(|&limit| limit == contest.limit);
            at.map_or_else(|| "NOT MET".to_owned(), |at| format!("NOT MET {}", reference(at)))
        }
    };
    let both = |ours: Option<f64>, best: Option<f64>, digits: usize| match (ours, best) {
        (Some(ours), Some(best)) => format!("{ours:.digits$} / {best:.digits$}"),
        (Some(ours), None) => format!("{ours:.digits$}"),
        _ => "-".to_owned(),
    };
    Some([
        contest.pattern.clone(),
        contest.case.clone(),
        contest.threads.to_string(),
        rate(standing::rate(ours)),
        format!("{} {}", best.name, rate(standing::rate(best))),
        spread(&ratio),
        format!("{:.1}", contest.goal),
        met,
        both(ours.instructions, best.instructions, 0),
        both(ours.hit_ratio, best.hit_ratio, 3),
        both(ours.bytes, best.bytes, 0),
    ])
}

/// A ratio as people read it: `1.20 (1.15 to 1.31)`.
pub fn spread(ratio: &Spread) -> String {
    format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.low, ratio.high)
}

/// Operations a second in three digits: `61.2 M`.
pub fn rate(rate: f64) -> String {
    let (scaled, unit) = match rate {
        1e9.. => (rate / 1e9, " G"),
        1e6.. => (rate / 1e6, " M"),
        1e3.. => (rate / 1e3, " k"),
        _ => (rate, ""),
    };
    let digits = match scaled {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{scaled:.digits$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::standing::tests::contest;

    #[test]
    fn rates_have_three_digits() {
        let rates = [0.0, 7.256, 999.0, 1234.0, 61_217_355.0, 123_456_789.0, 2.5e9].map(rate);
        assert_eq!(rates, ["0.00", "7.26", "999", "1.23 k", "61.2 M", "123 M", "2.50 G"]);
    }

    #[test]
    fn a_row_says_how_ours_stands_to_the_best() {
        let mut slower = contest("slower", &[("ours", &[1e6, 1e6]), ("a", &[2e6, 2e6]), ("b", &[1.0, 1.0])]);
        slower.contenders[0].hit_ratio = Some(0.75);
        (slower.contenders[0].bytes, slower.contenders[1].bytes) = (Some(48.25), Some(40.0));
        slower.contenders[1].instructions = None;
        slower.limit = "It waits for the disk.".to_owned();
        let slower_too = Contest { case: "slower too".to_owned(), ..slower.clone() };
        let many = Contest { threads: 8, ..slower.clone() };
        let faster = contest("faster", &[("ours", &[3.0]), ("a", &[2.0])]);
        let unexplained = Contest { case: "unexplained".to_owned(), limit: String::new(), ..slower.clone() };
        let text = report(&[slower, faster, slower_too, unexplained, many], None);
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
            .collect();
        assert_eq!(
            lines[1],
            [
                "Pattern",
                "slower",
                "1",
                "1.00 M",
                "a 2.00 M",
                "0.50 (0.50 to 0.50)",
                "1.0",
                "NOT MET [1]",
                "100",
                "0.750",
                "48 / 40"
            ]
        );
        assert_eq!(
            lines[2],
            ["Pattern", "faster", "1", "3.00", "a 2.00", "1.50 (1.50 to 1.50)", "1.0", "met", "100 / 100", "-", "-"]
        );
        assert_eq!([lines[3][7], lines[4][7]], ["NOT MET [1]", "NOT MET"]);
        let rest: Vec<&str> = text.lines().skip(5).collect();
        assert_eq!(rest, ["", "1 of 4 rows meet their goal; level with it: 0", "[1] It waits for the disk."]);
    }
}
