//! The events of a log, in any format.

use std::borrow::Cow;
use std::fmt;

use cli::exit::shortened;
use clojure_reader::edn::Edn;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was invoked.
    Invoke,
    /// It is done.
    Ok,
    /// It did not happen.
    Fail,
    /// Unknown: it may take effect at any later time, or never.
    Info,
}

impl Kind {
    /// The kind of that name.
    pub(super) fn of(name: &str) -> Option<Kind> {
        match name {
            "invoke" => Some(Kind::Invoke),
            "ok" => Some(Kind::Ok),
            "fail" => Some(Kind::Fail),
            "info" => Some(Kind::Info),
            _ => None,
        }
    }

    /// The error for a word that names no kind.
    pub(super) fn unknown(word: &str) -> String {
        format!("`{}` is none of :invoke, :ok, :fail and :info", brief(word))
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event<'a> {
    pub(super) line: usize,
    pub(super) process: u32,
    pub(super) kind: Kind,
    /// What was asked for, without the colon.
    pub(super) function: Cow<'a, str>,
    /// The key that is named beside the value.
    pub(super) key: Option<Edn<'a>>,
    pub(super) value: Edn<'a>,
}

/// How deep collections may be nested: deeper than any value of a history, and less than a stack can take.
const DEEPEST: usize = 100;

/// Fails if a value is nested deeper than that.
pub(super) fn shallow(value: &Edn<'_>) -> Result<(), String> {
    let mut left = vec![(value, 0)];
    while let Some((value, depth)) = left.pop() {
        if depth > DEEPEST {
            return Err("its collections are nested too deep".to_owned());
        }
        match value {
            Edn::Vector(inside) | Edn::List(inside) => left.extend(inside.iter().map(|value| (value, depth + 1))),
            Edn::Set(inside) => left.extend(inside.iter().map(|value| (value, depth + 1))),
            Edn::Map(inside) => {
                left.extend(inside.iter().flat_map(|(key, value)| [(key, depth + 1), (value, depth + 1)]))
            }
            Edn::Tagged(_, inside) => left.push((inside, depth + 1)),
            _ => (),
        }
    }
    Ok(())
}

/// A text as an error quotes it: only its ends, if it is long.
pub(super) fn brief(text: impl fmt::Display) -> String {
    shortened(&text.to_string(), 80)
}
