//! What is shown while programs are built and checks run: a bar on a terminal, and elsewhere a line now and then.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use cli::note;
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use selvedge::check::protocol::{Column, Row};

/// Without a terminal, how often a line is printed.
const SELDOM: Duration = Duration::from_secs(10);

/// How far everything is.
#[derive(Debug)]
pub struct View {
    bar: ProgressBar,
    state: Mutex<Shown>,
}

#[derive(Debug)]
struct Shown {
    /// The running build, in words; empty when all are done.
    build: String,
    done: usize,
    wrong: usize,
    all: usize,
    /// Engines with a verdict that was shown.
    engines: BTreeSet<Column>,
    next: Instant,
}

impl View {
    /// Nothing is built yet, and it is not known how many checks there are.
    pub fn new() -> Self {
        let bar = match std::io::stderr().is_terminal() {
            true => ProgressBar::new(0).with_style(style("{prefix} {wide_msg}")),
            false => ProgressBar::hidden(),
        };
        // The bar is removed however it ends.
        let bar = bar.with_finish(ProgressFinish::AndClear);
        let (build, engines) = (String::new(), BTreeSet::new());
        View { bar, state: Mutex::new(Shown { build, done: 0, wrong: 0, all: 0, engines, next: Instant::now() }) }
    }

    /// So many checks are to be run.
    pub fn begin(&self, all: usize) {
        self.shown().all = all;
        self.bar.set_length(all as u64);
        self.bar.set_style(style("[{bar:30}] {pos}/{len} {prefix}{wide_msg}").progress_chars("=> "));
    }

    /// Shows what is being built, and its progress; an empty text when everything is built.
    pub fn build(&self, words: &str) {
        let mut shown = self.shown();
        // The progress stands behind a colon.
        let what = |words: &str| words.split(": ").next().map(str::to_owned);
        let begins = what(words) != what(&shown.build);
        shown.build = words.to_owned();
        self.bar.set_prefix(if words.is_empty() { String::new() } else { format!("({words}) ") });
        self.say_sometimes(&mut shown, begins && !words.is_empty());
    }

    /// Shows the progress of a check that takes long.
    pub fn long(&self, words: &str) {
        self.bar.set_message(words.to_owned());
        self.say_sometimes(&mut self.shown(), false);
    }

    /// Shows a verdict: every one on a terminal; elsewhere the unexpected ones, and the first of each engine.
    pub fn verdict(&self, row: &Row) {
        let mut shown = self.shown();
        shown.done += 1;
        shown.wrong += usize::from(!row.ok);
        self.bar.inc(1);
        let subject = row.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
        let sign = if row.ok { "" } else { "! " };
        let line = format!("{sign}{}{subject} under {}: {} in {:.2} s", row.check, row.engine, row.cell(), row.seconds);
        let first = shown.engines.insert(row.engine);
        if !self.bar.is_hidden() {
            self.bar.println(line);
        } else if first || !row.ok {
            note!("{line}");
        }
        self.say_sometimes(&mut shown, false);
    }

    /// Everything is over.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn say_sometimes(&self, shown: &mut Shown, now: bool) {
        if !self.bar.is_hidden() || !now && Instant::now() < shown.next {
            return;
        }
        shown.next = Instant::now() + SELDOM;
        let Shown { build, done, wrong, all, .. } = &*shown;
        let checks = match all {
            0 => None,
            _ => Some(format!("{done} of {all} checks, {wrong} not as they should be")),
        };
        let parts: Vec<&str> = checks.iter().map(String::as_str).chain([build.as_str()]).collect();
        note!("{}", parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; "));
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.state.lock().expect("no panic under this lock")
    }
}

impl Default for View {
    fn default() -> Self {
        View::new()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is valid")
}
