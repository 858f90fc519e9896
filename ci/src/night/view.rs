//! What people see of a night: its progress, and each failure when it comes.

use std::io::IsTerminal;
use std::time::Duration;

use cli::note;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use selvedge::check::protocol::{Row, thousands};

use super::state::State;

/// How often a line says how far the night is if there is no terminal.
const SELDOM: Duration = Duration::from_secs(10);

/// A bar on a terminal, and now and then a line elsewhere.
#[derive(Debug)]
pub struct View {
    bar: ProgressBar,
    next_line: Duration,
}

impl View {
    /// The view of a shard in this state.
    pub fn new(state: &State) -> Self {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(state.night.budget.as_millis() as u64), target);
        let style = ProgressStyle::with_template("[{bar:40}] {percent:>3} % {wide_msg}");
        let bar = bar.with_style(style.expect("the template is valid").progress_chars("=> "));
        View { bar, next_line: state.worked + SELDOM }
    }

    /// Shows how far the shard is, and what it does.
    pub fn tell(&mut self, state: &State, doing: &str) {
        if !self.bar.is_hidden() {
            self.bar.set_position(state.worked.min(state.night.budget).as_millis() as u64);
            self.bar.set_message(format!("{}; {doing}", counts(state)));
        } else if state.worked >= self.next_line {
            self.next_line = state.worked + SELDOM;
            note!("{} of {}: {}; {doing}", round(state.worked), round(state.night.budget), counts(state));
        }
    }

    /// Says that something broke.
    pub fn fail(&self, name: &str, row: &Row) {
        let why = row.failure.as_deref().and_then(|failure| failure.lines().next()).unwrap_or_default();
        self.bar.suspend(|| note!("{name} {}: {why}", row.verdict));
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// What a shard has done, in a line.
pub fn summary(state: &State) -> String {
    let night = &state.night;
    format!("shard {} of night {}: {} in {}", night.shard, night.name, counts(state), round(state.worked))
}

fn counts(state: &State) -> String {
    format!(
        "{} slices, {} schedules, {} traces, {} failures",
        thousands(state.slices),
        thousands(state.executions()),
        thousands(state.traces()),
        state.failures().count(),
    )
}

/// A duration as people read it, to the second.
pub fn round(duration: Duration) -> humantime::FormattedDuration {
    humantime::format_duration(Duration::from_secs(duration.as_secs()))
}
