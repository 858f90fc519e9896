//! Logs in EDN: `{:process 0, :type :invoke, :f :cas, :value [1 2]}`, one map after another, or all in a vector or
//! list; each may have a tag before it, as in `#jepsen.history.Op{..}`.
//!
//! Fields may be in any order, and there may be others. Events of processes without a number, such as `:nemesis`, are
//! no operations.

use std::borrow::Cow;

use clojure_reader::edn::{self, Edn};
use clojure_reader::error::Code;

use super::event::{Event, Kind, ReadError, brief, shallow};

/// Whether a text looks like EDN, and not like lines.
pub(super) fn is_it(text: &str) -> bool {
    let text = text.trim_start();
    match text.strip_prefix(['[', '(']) {
        // A line may begin with the name of a thread in brackets.
        Some(inside) => inside.trim_start().starts_with(['{', '#', ']', ')']),
        None => text.starts_with(['{', '#', ';']),
    }
}

/// The events of a text.
pub(super) fn events(text: &str) -> Result<Vec<Event<'_>>, ReadError> {
    let (mut events, mut rest, mut line, mut open) = (Vec::new(), text, 1, 0_usize);
    loop {
        // In EDN a comma is white space.
        let start = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
        line += newlines(rest, start);
        rest = start;
        let error = |reason: &str| ReadError { line, reason: reason.to_owned() };
        if rest.starts_with(';') {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        }
        if let Some(behind) = rest.strip_prefix(['[', '(']) {
            open += 1;
            rest = behind;
            continue;
        }
        if let Some(behind) = rest.strip_prefix([']', ')']) {
            open = open.checked_sub(1).ok_or_else(|| error("this closes what was not opened"))?;
            rest = behind;
            continue;
        }
        match edn::read(rest) {
            Ok((form, behind)) => {
                let event = shallow(&form).and_then(|()| event(&form, line));
                events.extend(event.map_err(|reason| error(&reason))?);
                line += newlines(rest, behind);
                rest = behind;
            }
            // There is not even the beginning of another form.
            Err(end) if end.code == Code::UnexpectedEOF && end.ptr.is_none() && open == 0 => return Ok(events),
            Err(broken) => {
                let line = line + broken.line.unwrap_or(1) - 1;
                return Err(ReadError { line, reason: why(&broken.code) });
            }
        }
    }
}

/// The number of line ends in the text before `behind`.
fn newlines(text: &str, behind: &str) -> usize {
    text[..text.len() - behind.len()].matches('\n').count()
}

/// What is wrong with a form.
fn why(code: &Code) -> String {
    match code {
        Code::UnexpectedEOF => "this ends before it is complete".to_owned(),
        Code::UnmatchedDelimiter(delimiter) => format!("`{delimiter}` closes what was not opened"),
        Code::HashMapDuplicateKey => "a field is there twice".to_owned(),
        Code::SetDuplicateKey => "a set has an element twice".to_owned(),
        code => format!("this is no EDN: {code:?}"),
    }
}

/// The event of a map; `None` if it is not about a client's operation.
fn event<'a>(form: &Edn<'a>, line: usize) -> Result<Option<Event<'a>>, String> {
    let fields = match form {
        Edn::Map(fields) => fields,
        Edn::Tagged(_, inside) if matches!(**inside, Edn::Map(_)) => return event(inside, line),
        other => return Err(format!("`{}` is no operation", brief(other))),
    };
    let get = |name| fields.get(&Edn::Key(Cow::Borrowed(name)));
    let needed = |name| get(name).ok_or_else(|| format!("an operation needs a :{name}"));
    let process = match needed("process")? {
        Edn::Int(number) => u32::try_from(*number).map_err(|_| format!("`{number}` is no number of a process"))?,
        Edn::Key(_) => return Ok(None),
        other => return Err(format!("`{}` is no number of a process", brief(other))),
    };
    let kind = match needed("type")? {
        Edn::Key(name) => Kind::of(name).ok_or_else(|| Kind::unknown(&format!(":{name}")))?,
        other => return Err(Kind::unknown(&other.to_string())),
    };
    let function = match needed("f")? {
        Edn::Key(name) | Edn::Str(name) | Edn::Symbol(name) => name.clone(),
        other => return Err(format!("`{}` is no function", brief(other))),
    };
    // A missing value counts as nil.
    let value = get("value").cloned().unwrap_or(Edn::Nil);
    Ok(Some(Event { line, process, kind, function, key: get("key").cloned(), value }))
}
