//! The page that `--html` writes: every contest in a table, with a bar for each that has a goal; and for each case that
//! was measured with several numbers of threads, a plot of all contenders.
//!
//! It is one file that needs no other and no network, in the style of the page of `cargo verify`.

use ci::page::fill;
use models::contest::{Contest, Role};
use serde::Serialize;

use super::results::Results;
use super::standing::{Mark, Spread, Standing};
use super::table;

mod plot;

/// The bar of a ratio goes from a quarter of its goal to four times that.
const DOUBLINGS: f64 = 2.0;

/// The data of `page.html`.
#[derive(Debug, Serialize)]
struct Page {
    style: [String; 3],
    summary: String,
    measured: String,
    header: &'static [&'static str],
    /// What keeps rows from their goal, by the number in the row.
    limits: Vec<String>,
    groups: Vec<Group>,
}

/// A pattern.
#[derive(Debug, Serialize)]
struct Group {
    pattern: String,
    rows: Vec<Row>,
    plots: Vec<Plot>,
}

/// A contest.
#[derive(Debug, Serialize)]
struct Row {
    case: String,
    /// The other cells of the row, as in the table on the terminal.
    cells: Vec<String>,
    /// The colour: `holds`, `wrong`, or `blind` if there is no goal, or the rounds do not decide.
    kind: &'static str,
    /// Where the bar of the ratio begins and ends, and its middle half, in per cent.
    bar: Option<[f64; 4]>,
}

/// A case with several numbers of threads.
#[derive(Debug, Serialize)]
struct Plot {
    case: String,
    svg: String,
    threads: Vec<usize>,
    contenders: Vec<Line>,
}

/// A contender: its colour, and its numbers in the plot.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    is_ours: bool,
    colour: &'static str,
    rates: Vec<String>,
    instructions: String,
}

/// The page.
pub fn render(results: &Results) -> anyhow::Result<String> {
    let contests = &results.contests;
    let patterns = contests.chunk_by(|one, other| one.pattern == other.pattern);
    let limits = table::limits(contests);
    let rounds = contests.iter().flat_map(|contest| &contest.contenders).map(|one| one.rates.len()).max();
    let page = Page {
        style: [
            include_str!("../../../../ci/src/page/page.css").to_owned(),
            include_str!("page.css").to_owned(),
            plot::style(),
        ],
        summary: table::summary(contests),
        measured: format!(
            "selvedge {}, {}, on {}; {} rounds",
            results.version,
            results.compiler,
            results.machine,
            rounds.unwrap_or_default()
        ),
        header: &table::HEADER[1..],
        limits: table::notes(&limits),
        groups: patterns.map(|contests| group(contests, &limits)).collect::<Result<_, _>>()?,
    };
    fill(include_str!("page.html"), &page)
}

/// The contests of one pattern.
fn group(contests: &[Contest], limits: &[&str]) -> anyhow::Result<Group> {
    let cases = contests.chunk_by(|one, other| one.case == other.case).filter(|case| case.len() > 1);
    Ok(Group {
        pattern: contests[0].pattern.clone(),
        rows: contests.iter().filter_map(|contest| row(contest, limits)).collect(),
        plots: cases.map(plot).collect::<Result<_, _>>()?,
    })
}

fn row(contest: &Contest, limits: &[&str]) -> Option<Row> {
    let [_, case, cells @ ..] = table::cells(contest, limits)?;
    let ratio = Standing::of(contest)?.ratio;
    let mark = Mark::of(contest);
    let kind = match mark {
        None | Some(Mark::Level) => "blind",
        Some(Mark::Met) => "holds",
        Some(Mark::Missed) => "wrong",
    };
    Some(Row { case, cells: cells.to_vec(), kind, bar: mark.map(|_| bar(&ratio, contest.goal)) })
}

/// The bar goes from the goal, which is in the middle, to the ratio.
fn bar(ratio: &Spread, goal: f64) -> [f64; 4] {
    let place = |ratio: f64| 50.0 + 50.0 * ((ratio / goal).log2() / DOUBLINGS).clamp(-1.0, 1.0);
    let end = place(ratio.median);
    [end.min(50.0), end.max(50.0), place(ratio.low), place(ratio.high)]
}

fn plot(contests: &[Contest]) -> anyhow::Result<Plot> {
    let first = &contests[0];
    let line = |at: usize| {
        let rates = |contest: &Contest| {
            let spread = contest.contenders.get(at).and_then(|one| Spread::of(one.rates.iter().copied()));
            spread.map_or_else(String::new, |rates| {
                let [median, low, high] = [rates.median, rates.low, rates.high].map(table::rate);
                format!("{median} ({low} to {high})")
            })
        };
        let contender = &first.contenders[at];
        Line {
            name: contender.name.clone(),
            is_ours: contender.role == Role::Ours,
            colour: plot::colour(first, at),
            rates: contests.iter().map(rates).collect(),
            instructions: contender.instructions.map_or_else(|| "-".to_owned(), |count| format!("{count:.0}")),
        }
    };
    Ok(Plot {
        case: first.case.clone(),
        svg: plot::throughput(contests)?,
        threads: contests.iter().map(|contest| contest.threads).collect(),
        contenders: (0..first.contenders.len()).map(line).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::standing::tests::contest;

    fn page(contests: Vec<Contest>) -> String {
        render(&Results::new(contests).unwrap()).expect("the template is valid")
    }

    #[test]
    fn a_page_needs_nothing_but_itself_and_names_cannot_leave_their_place() {
        let attack = "</style><script>alert(1)</script>";
        let one = contest(attack, &[("ours", &[1.0, 2.0]), (attack, &[2.0, 1.0])]);
        let page = page(vec![one.clone(), Contest { threads: 2, ..one }]);
        assert!(page.contains("<svg ") && !page.contains("<script"));
        for outside in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_case_is_plotted_over_threads_where_there_are_several() {
        let one = contest("one", &[("ours", &[1.0]), ("peer", &[2.0])]);
        assert!(!page(vec![one.clone()]).contains("<svg"));
        let page = page(vec![one.clone(), Contest { threads: 4, ..one.clone() }]);
        assert_eq!(page.matches("<svg").count(), 1);
        // Each contender has a colour of its own, and the page knows it.
        let rules = plot::style();
        for colour in [0, 1].map(|contender| plot::colour(&one, contender)) {
            let rule = rules.lines().find(|rule| rule.contains(&format!("--{colour})"))).expect("it has one");
            let written = rule.split('\'').nth(1).expect("it is quoted");
            assert!(page.contains(rule) && page.contains(&format!("stroke=\"{written}\"")), "{rule}");
        }
    }

    #[test]
    fn a_row_that_misses_its_goal_says_what_keeps_it() {
        let slow = contest("slow", &[("ours", &[1.0]), ("peer", &[2.0])]);
        let page = page(vec![Contest { limit: "It waits for <disk>.".to_owned(), ..slow }]);
        assert!(page.contains("NOT MET [1]") && page.contains("[1] It waits for &lt;disk&gt;."), "{page}");
    }

    #[test]
    fn a_bar_goes_from_the_goal_to_the_ratio() {
        let spread = |median: f64| Spread { low: median / 2.0, median, high: median * 2.0 };
        assert_eq!(bar(&spread(1.0), 1.0), [50.0, 50.0, 25.0, 75.0]);
        assert_eq!(bar(&spread(4.0), 2.0), [50.0, 75.0, 50.0, 100.0]);
        assert_eq!(bar(&spread(0.01), 1.0), [0.0, 50.0, 0.0, 0.0]);
    }
}
