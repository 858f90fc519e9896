//! The progress of the bench, which takes minutes.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use cli::note;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line says how far it is if there is no terminal.
const SELDOM: Duration = Duration::from_secs(10);

/// The progress: a bar or a spinner on a terminal, and now and then a line elsewhere.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    bar: ProgressBar,
    next_line: Instant,
}

impl Progress {
    /// The progress of so many steps, if their number is known.
    pub fn new(what: &'static str, of: Option<u64>) -> Self {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let template = match of {
            Some(_) => "[{bar:40}] {pos}/{len} {prefix} {wide_msg}",
            None => "{prefix} {pos}, {elapsed}: {wide_msg}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is valid").progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(of, target).with_style(style).with_prefix(what);
        Progress { what, bar, next_line: Instant::now() + SELDOM }
    }

    /// One more step is done.
    pub fn tell(&mut self, name: &str) {
        self.bar.inc(1);
        self.bar.set_message(name.to_owned());
        if self.bar.is_hidden() && Instant::now() >= self.next_line {
            self.next_line = Instant::now() + SELDOM;
            let of = self.bar.length().map(|all| format!(" of {all}")).unwrap_or_default();
            note!("{} {}{of}: {name}", self.what, self.bar.position());
        }
    }

    /// Prints a line beside the progress.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| note!("{line}"));
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
