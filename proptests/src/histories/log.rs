//! What logs have in common: events of numbered processes, one a line.
//!
//! A process has one operation under way. When that one times out it stays under way for ever, and
//! the process goes on; here that is another process, as Jepsen numbers them itself.

use std::collections::BTreeMap;
use std::fmt;

use selvedge::check::linearizability::History;

/// Why a log cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The line, counted from 1.
    pub line: usize,
    /// A fragment that says what is wrong with it.
    pub reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ReadError {}

/// What an event says of the operation of its process.
pub(super) enum Happened<Op, Ret> {
    /// It was invoked.
    Invoked(Op),
    /// It answered; what it was is given again where the log does so.
    Returned(Ret),
    /// It may take effect at any later time, or never.
    TimedOut,
}

/// One incarnation of a process is apart from the next one by this.
const INCARNATION: usize = 1 << 32;

/// The number in the log of a process of the history.
pub(super) fn process_in_the_log(process: usize) -> usize {
    process % INCARNATION
}

/// A history while it is read.
pub(super) struct Log<Op, Ret> {
    history: History<Op, Ret>,
    /// By process in the log: the process in the history, and what it has under way.
    processes: BTreeMap<u32, (usize, Option<usize>)>,
}

impl<Op, Ret> Log<Op, Ret> {
    pub(super) fn new() -> Self {
        Log { history: History::new(), processes: BTreeMap::new() }
    }

    /// The operation that `process` has under way.
    pub(super) fn under_way(&self, process: u32) -> Result<&Op, String> {
        let number = self.processes.get(&process).and_then(|&(_, under_way)| under_way);
        let number = number.ok_or_else(|| format!("process {process} has no operation under way"))?;
        Ok(&self.history.operations()[number].op)
    }

    pub(super) fn happened(&mut self, process: u32, what: Happened<Op, Ret>) -> Result<(), String> {
        if !matches!(what, Happened::Invoked(_)) {
            self.under_way(process)?;
        }
        let (now, under_way) = self.processes.entry(process).or_insert((process as usize, None));
        let malformed = |error: selvedge::check::linearizability::Malformed| error.to_string();
        match what {
            Happened::Invoked(_) if under_way.is_some() => {
                return Err(format!("process {process} already has an operation under way"));
            }
            Happened::Invoked(op) => *under_way = Some(self.history.invoke(*now, op).map_err(malformed)?),
            Happened::Returned(ret) => {
                self.history.respond(*now, ret).map_err(malformed)?;
                *under_way = None;
            }
            Happened::TimedOut => {
                *now += INCARNATION;
                *under_way = None;
            }
        }
        Ok(())
    }
}

/// Reads a log line by line; `event` reads one, and has nothing to say of a line that is to be skipped.
pub(super) fn read<'a, Op, Ret>(
    text: &'a str,
    kind: &str,
    mut event: impl FnMut(&'a str, &mut Log<Op, Ret>) -> Result<Option<()>, String>,
) -> Result<History<Op, Ret>, ReadError> {
    let mut log = Log::new();
    let mut blank = true;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        blank &= line.is_empty();
        event(line, &mut log).map_err(|reason| ReadError { line: index + 1, reason })?;
    }
    if log.history.operations().is_empty() && !blank {
        // Nothing at all is the history in which nothing happened; this is some other file.
        return Err(ReadError { line: 1, reason: format!("neither this nor any other line is an event of {kind}") });
    }
    Ok(log.history)
}
