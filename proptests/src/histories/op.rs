//! An operation, as all models have it.

use std::fmt;

use clojure_reader::edn::Edn;
use selvedge::check::linearizability::Outcome;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Function {
    Read,
    Write,
    Cas,
    Append,
    Add,
    Enqueue,
    Dequeue,
    Acquire,
    Release,
}

impl Function {
    /// Whether it answers with a value. What others answer repeats what they were asked.
    pub fn answers(self) -> bool {
        matches!(self, Function::Read | Function::Dequeue)
    }

    /// Whether it has neither question nor answer.
    pub fn is_plain(self) -> bool {
        matches!(self, Function::Acquire | Function::Release)
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Op<'a> {
    /// On which object, of a log of several.
    pub key: Option<Edn<'a>>,
    /// What to do, and its name in the log.
    pub function: Function,
    /// How the log calls it.
    pub name: &'static str,
    /// With what; `nil` where it needs nothing.
    pub value: Edn<'a>,
}

impl fmt::Display for Op<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.key.iter().try_for_each(|key| write!(f, " {key}"))?;
        if self.function.answers() || self.function.is_plain() { Ok(()) } else { write!(f, " {}", self.value) }
    }
}

/// What came of an operation, in words.
pub(super) fn outcome(function: Function, outcome: &Outcome<Edn<'_>>) -> String {
    match outcome {
        Outcome::Returned(value) if function.answers() => value.to_string(),
        Outcome::Returned(_) => "ok".to_owned(),
        Outcome::Pending | Outcome::Blocked => "no answer".to_owned(),
    }
}
