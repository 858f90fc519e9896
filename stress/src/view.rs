//! What people see of a run: how far it is, a line for each structure, and a failure in full.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use cli::{note, say};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use selvedge::check::protocol::thousands;

use crate::failure::{Failure, Thread};
use crate::run::Outcome;

/// How often a line says how far the run is where there is no terminal.
const SELDOM: Duration = Duration::from_secs(10);

/// How far a run is: a bar on a terminal, and now and then a line elsewhere.
#[derive(Debug)]
pub struct View {
    bar: ProgressBar,
    duration: Duration,
    began: Instant,
    next_line: Cell<Duration>,
}

impl View {
    /// Of a run that takes so long in all.
    pub fn new(duration: Duration) -> Self {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(duration.as_millis() as u64), target);
        // However it comes to its end.
        let bar = bar.with_finish(ProgressFinish::AndClear);
        let style = ProgressStyle::with_template("[{bar:40}] {percent:>3} % {wide_msg}");
        let bar = bar.with_style(style.expect("the template is valid").progress_chars("=> "));
        View { bar, duration, began: Instant::now(), next_line: Cell::new(SELDOM) }
    }

    /// Says how far `subject` is.
    pub fn tell(&self, subject: &str, operations: u64, since: Instant) {
        let passed = self.began.elapsed();
        let per_second = operations as f64 / since.elapsed().as_secs_f64().max(f64::EPSILON);
        let message = format!("{subject}: {} operations, {} /s", thousands(operations), thousands(per_second as u64));
        if !self.bar.is_hidden() {
            self.bar.set_position(passed.min(self.duration).as_millis() as u64);
            self.bar.set_message(message);
        } else if passed >= self.next_line.get() {
            self.next_line.set(passed + SELDOM);
            note!("{:.0?} of {:.0?}, {message}", passed, self.duration);
        }
    }

    /// Prints a line above the bar.
    pub fn print(&self, line: &str) {
        self.bar.suspend(|| say!("{line}"));
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The titles of what a line has, and how wide each is.
const COLUMNS: [(&str, usize); 9] = [
    ("rounds", 8),
    ("histories", 9),
    ("operations", 13),
    ("per second", 11),
    ("p50", 8),
    ("p99", 8),
    ("p99.9", 8),
    ("max", 8),
    ("memory", 7),
];
/// Columns of a terminal in which a line fits.
const WIDE: u16 = 140;

/// What stands above the lines of [`line()`], on a terminal of so many columns, if it is one; nothing, where they have no room.
pub fn header(columns: Option<u16>) -> Option<String> {
    let titles = COLUMNS.into_iter();
    let header =
        || titles.fold(format!(" {:<30}", "structure"), |text, (title, width)| format!("{text} {title:>width$}"));
    columns.is_none_or(|columns| columns >= WIDE).then(header)
}

/// What came of a workload, in a line; in some, on a terminal whose columns are too few.
pub fn line(outcome: &Outcome, columns: Option<u16>) -> String {
    let latency = outcome.latency;
    let cells = [
        thousands(outcome.rounds),
        thousands(outcome.histories),
        thousands(outcome.operations),
        thousands((outcome.operations as f64 / outcome.seconds.max(f64::EPSILON)) as u64),
        time(latency.p50),
        time(latency.p99),
        time(latency.p999),
        time(latency.max),
        outcome.process.as_ref().map_or("-".to_owned(), |watch| format!("{} MiB", watch.resident_last >> 20)),
    ];
    let name = format!("{}/{}", outcome.pattern, outcome.subject);
    let undecided = match outcome.undecided {
        0 => String::new(),
        n => format!(", {} undecided", thousands(n)),
    };
    let verdict = match &outcome.failure {
        None if outcome.operations == 0 => "VACUOUS: nothing ran".to_owned(),
        None => format!("holds{undecided}"),
        Some(_) => format!("BROKEN{undecided}"),
    };
    let cells = cells.into_iter().zip(COLUMNS);
    match columns.filter(|&columns| columns < WIDE) {
        None => {
            let line = cells.fold(format!(" {name:<30}"), |text, (cell, (_, width))| format!("{text} {cell:>width$}"));
            format!("{line}  {verdict}")
        }
        Some(columns) => {
            let cells = cells.map(|(cell, (title, _))| format!("{title} {cell}"));
            format!(" {name}  {verdict}{}", wrapped(cells, columns.into()))
        }
    }
}

/// Cells below a line, as many beside each other as there is room for.
fn wrapped(cells: impl Iterator<Item = String>, columns: usize) -> String {
    let (mut text, mut room) = (String::new(), 0);
    for cell in cells {
        let width = cell.chars().count() + 3;
        if width > room {
            text.push('\n');
            room = columns;
        }
        text += &format!("   {cell}");
        room = room.saturating_sub(width);
    }
    text
}

/// Nanoseconds as people read them.
fn time(nanos: u64) -> String {
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{:.1} µs", nanos as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} ms", nanos as f64 / 1e6),
        _ => format!("{:.1} s", nanos as f64 / 1e9),
    }
}

/// A failure in full.
pub fn failure(failure: &Failure) -> String {
    let Failure { pattern, subject, plan, what, .. } = failure;
    let mut text = format!("{pattern}/{subject} breaks in round {} of seed {}:\n  {what}", plan.round, plan.seed);
    for (number, Thread { performed, last, next }) in failure.threads.iter().enumerate() {
        let mut words = last.clone();
        words.extend(next.as_ref().map(|op| format!("and next {op}")));
        text += &format!("\n  thread {number}, {performed} performed: {}", words.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_the_terminal() {
        assert_eq!(wrapped(["a 1", "b 22", "c 3"].map(str::to_owned).into_iter(), 14), "\n   a 1   b 22\n   c 3");
        assert!(header(None).is_some_and(|header| header.chars().count() < WIDE.into()) && header(Some(80)).is_none());
    }

    #[test]
    fn times_have_units() {
        assert_eq!([7, 1_500, 2_000_000, 3_000_000_000].map(time), ["7 ns", "1.5 µs", "2.0 ms", "3.0 s"]);
    }
}
