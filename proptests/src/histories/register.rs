//! One register with compare-and-swap, in the format of Jepsen's etcd logs.
//!
//! An event is a line `INFO  jepsen.util - PROCESS TYPE FUNCTION VALUE`, of words with white space
//! between. Other lines are skipped, those of a process without a number among them; but a line
//! that begins as an event has to be one.
//!
//! | type | read | write | cas |
//! |---|---|---|---|
//! | `:invoke` | `nil` | what is written | `[old new]` |
//! | `:ok` | what was read, `nil` if nothing was written yet | it is written | it was equal, and is swapped |
//! | `:fail` | tells nothing | had no effect; with `:timed-out` as `:info` | compared unequal; with `:timed-out` as `:info` |
//! | `:info` | tells nothing | may take effect at any later time, or never | the same |

use std::fmt;

use selvedge::check::linearizability::{self, Next, Outcome, Specification};

use super::log::{self, Happened, Log, ReadError};

/// What a log says.
pub type History = linearizability::History<Op, Ret>;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Reads.
    Read,
    /// Writes this.
    Write(i64),
    /// Writes the second if the first is there.
    Cas(i64, i64),
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Read => f.write_str("read"),
            Op::Write(value) => write!(f, "write {value}"),
            Op::Cas(old, new) => write!(f, "cas [{old} {new}]"),
        }
    }
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// Of a read; `None` as long as nothing was written.
    Value(Option<i64>),
    /// It is done.
    Done,
    /// It had no effect: of a compare-and-swap, it compared unequal.
    Failed,
}

pub(super) fn outcome(outcome: &Outcome<Ret>) -> String {
    match outcome {
        Outcome::Returned(Ret::Value(None)) => "nil".to_owned(),
        Outcome::Returned(Ret::Value(Some(value))) => value.to_string(),
        Outcome::Returned(Ret::Done) => "ok".to_owned(),
        Outcome::Returned(Ret::Failed) => "failed".to_owned(),
        Outcome::Pending | Outcome::Blocked => "no answer".to_owned(),
    }
}

/// The register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Register;

impl Specification for Register {
    type State = Option<i64>;
    type Op = Op;
    type Ret = Ret;

    fn initial(&self) -> Option<i64> {
        None
    }

    fn step(&self, state: &Option<i64>, op: &Op, ret: Option<&Ret>, next: &mut Next<Option<i64>>) {
        match (*op, ret) {
            (Op::Read, Some(Ret::Value(value))) if value != state => (),
            (Op::Read, _) | (Op::Write(_), Some(Ret::Failed)) => next.stays(),
            (Op::Write(value), _) => next.becomes(Some(value)),
            (Op::Cas(old, new), Some(Ret::Done) | None) if *state == Some(old) => next.becomes(Some(new)),
            (Op::Cas(old, _), Some(Ret::Failed) | None) if *state != Some(old) => next.stays(),
            (Op::Cas(..), _) => (),
        }
    }

    fn is_read(&self, op: &Op, ret: Option<&Ret>) -> bool {
        matches!((op, ret), (Op::Read, _) | (_, Some(Ret::Failed)))
    }
}

/// Reads a log.
pub(super) fn read(text: &str) -> Result<History, ReadError> {
    log::read(text, "a register's log", event)
}

fn event(line: &str, log: &mut Log<Op, Ret>) -> Result<Option<()>, String> {
    let Some((process, kind, rest)) = header(line)? else { return Ok(None) };
    let (function, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let value = value.trim_start();
    if !matches!(function, ":read" | ":write" | ":cas") {
        return Err(format!("`{function}` is none of :read, :write and :cas"));
    }
    let bad = || format!("`{value}` is no value of a {kind} of {function}");
    let what = if kind == ":invoke" {
        Happened::Invoked(operation(function, value).ok_or_else(bad)?)
    } else {
        let op = *log.under_way(process)?;
        let was = match op {
            Op::Read => ":read",
            Op::Write(_) => ":write",
            Op::Cas(..) => ":cas",
        };
        if function != was {
            return Err(format!("process {process} has a {was} under way, and not a {function}"));
        }
        match (kind, op) {
            (":info", _) | (":fail", Op::Read) => Happened::TimedOut,
            (":fail", _) if value == ":timed-out" => Happened::TimedOut,
            (_, Op::Read) if value == "nil" => Happened::Returned(Ret::Value(None)),
            (_, Op::Read) => Happened::Returned(Ret::Value(Some(value.parse().map_err(|_| bad())?))),
            _ if operation(function, value).ok_or_else(bad)? != op => {
                return Err(format!("process {process} has a {op} under way, and not this one"));
            }
            (":fail", _) => Happened::Returned(Ret::Failed),
            _ => Happened::Returned(Ret::Done),
        }
    };
    log.happened(process, what).map(Some)
}

/// Process, type, and what is behind them; nothing if the line is no event.
fn header(line: &str) -> Result<Option<(u32, &str, &str)>, String> {
    let mut rest = line;
    let mut word = || {
        let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = behind.trim_start();
        word
    };
    if [word(), word(), word()] != ["INFO", "jepsen.util", "-"] {
        return Ok(None);
    }
    let process = word();
    if process.is_empty() || !process.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let kind = word();
    if !kind.is_empty() && !kind.starts_with(':') {
        return Ok(None);
    }
    if !matches!(kind, ":invoke" | ":ok" | ":fail" | ":info") {
        return Err(format!("`{kind}` is none of :invoke, :ok, :fail and :info"));
    }
    let process = process.parse().map_err(|_| format!("`{process}` is too large for the number of a process"))?;
    Ok(Some((process, kind, rest)))
}

/// The operation that an invocation, or an answer that repeats it, names.
fn operation(function: &str, value: &str) -> Option<Op> {
    match function {
        ":read" => (value == "nil").then_some(Op::Read),
        ":write" => value.parse().ok().map(Op::Write),
        _ => {
            let mut numbers = value.strip_prefix('[')?.strip_suffix(']')?.split_whitespace();
            let cas = Op::Cas(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
            numbers.next().is_none().then_some(cas)
        }
    }
}
