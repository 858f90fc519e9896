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
    /// Whether it answers with a value. The answers of other functions repeat their arguments.
    pub fn answers(self) -> bool {
        matches!(self, Function::Read | Function::Dequeue)
    }

    /// Whether it has neither an argument nor an answer.
    pub fn is_plain(self) -> bool {
        matches!(self, Function::Acquire | Function::Release)
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Op<'a> {
    /// The key of its object, in a log of several objects.
    pub key: Option<Edn<'a>>,
    /// The function.
    pub function: Function,
    /// The function's name in the log.
    pub name: &'static str,
    /// The argument; `nil` if it needs none.
    pub value: Edn<'a>,
}

impl fmt::Display for Op<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.key.iter().try_for_each(|key| write!(f, " {key}"))?;
        if self.function.answers() || self.function.is_plain() { Ok(()) } else { write!(f, " {}", self.value) }
    }
}

/// The outcome of an operation, in words.
pub(super) fn outcome(function: Function, outcome: &Outcome<Edn<'_>>) -> String {
    match outcome {
        Outcome::Returned(value) if function.answers() => value.to_string(),
        Outcome::Returned(_) => "ok".to_owned(),
        Outcome::Pending | Outcome::Blocked => "no answer".to_owned(),
    }
}
