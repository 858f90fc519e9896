//! A map of strings with append, one EDN map a line:
//! `{:process 9, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}`.
//!
//! `:type` is `:invoke` or `:ok`, `:f` is `:get`, `:put` or `:append`; the value of a `:get` that
//! is invoked is `nil`, and one that answers `nil` found nothing, or an empty string, which is the
//! same here. Fields may be in any order, and others may be there. Empty lines are skipped, and no
//! others. What is never answered may take effect at any later time, or never.

use std::fmt;

use selvedge::check::linearizability::{self, Next, Outcome, Specification};

use super::log::{self, Happened, Log, ReadError};

/// What a log says. Keys and values are the log's own text, escapes and all.
pub type History<'a> = linearizability::History<Op<'a>, &'a str>;

/// An operation. What a `put` or an `append` answers is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Op<'a> {
    /// On which key.
    pub key: &'a str,
    /// What to do.
    pub action: Action<'a>,
}

/// What to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action<'a> {
    /// Reads it.
    Get,
    /// Replaces its value.
    Put(&'a str),
    /// Adds to the end of its value.
    Append(&'a str),
}

impl fmt::Display for Op<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.action {
            Action::Get => write!(f, "get \"{}\"", self.key),
            Action::Put(value) => write!(f, "put \"{}\" \"{value}\"", self.key),
            Action::Append(value) => write!(f, "append \"{}\" \"{value}\"", self.key),
        }
    }
}

pub(super) fn outcome(outcome: &Outcome<&str>) -> String {
    match outcome {
        Outcome::Returned(value) => format!("\"{value}\""),
        Outcome::Pending | Outcome::Blocked => "no answer".to_owned(),
    }
}

/// The value of one key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Value<'a>(std::marker::PhantomData<&'a str>);

impl<'a> Specification for Value<'a> {
    type State = String;
    type Op = Op<'a>;
    type Ret = &'a str;

    fn initial(&self) -> String {
        String::new()
    }

    fn step(&self, state: &String, op: &Op<'a>, ret: Option<&&'a str>, next: &mut Next<String>) {
        match op.action {
            Action::Get if ret.is_none_or(|ret| state == ret) => next.stays(),
            Action::Get => (),
            Action::Put(value) => next.becomes(value.to_owned()),
            Action::Append(value) => next.becomes([state, value].concat()),
        }
    }

    fn is_read(&self, op: &Op<'a>, _: Option<&&'a str>) -> bool {
        op.action == Action::Get
    }

    /// A value is read after a put that it begins with, or when the state, which it begins with, is
    /// all of it or goes on with something that is appended.
    fn is_out_of_reach(&self, state: &String, op: &Op<'a>, value: &&'a str, before: &[&Op<'a>]) -> bool {
        let rest = value.strip_prefix(state.as_str());
        let leads_there = |op: &&Op<'a>| match op.action {
            Action::Get => false,
            Action::Put(put) => value.starts_with(put),
            Action::Append(more) => rest.is_some_and(|rest| rest.starts_with(more)),
        };
        op.action == Action::Get && rest != Some("") && !before.iter().any(leads_there)
    }
}

/// Reads a log.
pub(super) fn read(text: &str) -> Result<History<'_>, ReadError> {
    log::read(text, "a key-value log", |line, log| if line.is_empty() { Ok(None) } else { event(line, log).map(Some) })
}

/// What the fields of an event say; those that are not there say nothing.
#[derive(Default)]
struct Fields<'a> {
    process: Option<&'a str>,
    kind: Option<&'a str>,
    function: Option<&'a str>,
    key: Option<&'a str>,
    value: Option<&'a str>,
}

fn event<'a>(line: &'a str, log: &mut Log<Op<'a>, &'a str>) -> Result<(), String> {
    let fields = fields(line)?;
    let needed = |field: Option<&'a str>, name| field.ok_or_else(|| format!("an event needs a {name}"));
    let process = needed(fields.process, ":process")?;
    let process = process.parse().map_err(|_| format!("`{process}` is no number of a process"))?;
    let key = needed(fields.key, ":key")?;
    let key = string(key).ok_or_else(|| format!("`{key}` is no string"))?;
    let value = needed(fields.value, ":value")?;
    let text = || string(value).ok_or_else(|| format!("`{value}` is no string"));
    let function = needed(fields.function, ":f")?;
    let action = match function {
        ":get" => Action::Get,
        ":put" => Action::Put(text()?),
        ":append" => Action::Append(text()?),
        _ => return Err(format!("`{function}` is none of :get, :put and :append")),
    };
    let op = Op { key, action };
    let what = match needed(fields.kind, ":type")? {
        ":invoke" if action == Action::Get && value != "nil" => return Err(format!("`{value}` is not nil")),
        ":invoke" => Happened::Invoked(op),
        ":ok" if *log.under_way(process)? != op => {
            return Err(format!("process {process} has {} under way, and not {op}", log.under_way(process)?));
        }
        ":ok" if action == Action::Get && value != "nil" => Happened::Returned(text()?),
        ":ok" => Happened::Returned(""),
        kind => return Err(format!("`{kind}` is none of :invoke and :ok")),
    };
    log.happened(process, what)
}

fn fields(line: &str) -> Result<Fields<'_>, String> {
    let inside = line.strip_prefix('{').and_then(|line| line.strip_suffix('}'));
    let mut rest = inside.ok_or("this is no map in braces, or not all of one")?;
    let mut fields = Fields::default();
    while let Some(name) = token(&mut rest)? {
        let value = token(&mut rest)?.ok_or_else(|| format!("`{name}` has no value"))?;
        let field = match name {
            ":process" => &mut fields.process,
            ":type" => &mut fields.kind,
            ":f" => &mut fields.function,
            ":key" => &mut fields.key,
            ":value" => &mut fields.value,
            _ => continue,
        };
        if field.replace(value).is_some() {
            return Err(format!("`{name}` is there twice"));
        }
    }
    Ok(fields)
}

/// Takes the next token: a string with its quotes, or a word.
fn token<'a>(rest: &mut &'a str) -> Result<Option<&'a str>, String> {
    // In EDN a comma is white space.
    let space = |c: char| c.is_whitespace() || c == ',';
    let text = rest.trim_start_matches(space);
    if text.is_empty() {
        return Ok(None);
    }
    let end = if text.starts_with('"') {
        let bytes = text.as_bytes();
        let mut end = 1;
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        if end >= bytes.len() {
            return Err("a string does not end".to_owned());
        }
        end + 1
    } else {
        text.find(|c| space(c) || c == '"').unwrap_or(text.len())
    };
    let (token, behind) = text.split_at(end);
    *rest = behind;
    Ok(Some(token))
}

fn string(token: &str) -> Option<&str> {
    token.strip_prefix('"')?.strip_suffix('"')
}
