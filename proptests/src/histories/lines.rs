//! Logs of lines, as Jepsen writes them beside the EDN: `0 :invoke :read nil`, of words separated by white space; there
//! may be a logger's prefix before them.
//!
//! A line without such words is skipped, and so is one whose process has no number; but a line that begins like an
//! event has to be one.

use std::borrow::Cow;

use clojure_reader::edn::{self, Edn};

use super::event::{Event, Kind, ReadError, brief, shallow};

/// The events of a text.
pub(super) fn events(text: &str) -> Result<Vec<Event<'_>>, ReadError> {
    let mut events = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        events.extend(event(text.trim(), line).map_err(|reason| ReadError { line, reason })?);
    }
    Ok(events)
}

fn event(text: &str, line: usize) -> Result<Option<Event<'_>>, String> {
    let Some((process, kind, rest)) = split(text)? else { return Ok(None) };
    let process =
        process.parse().map_err(|_| format!("`{}` is too large for the number of a process", brief(process)))?;
    let (function, rest) = word(rest);
    let value = match kind {
        // The value here is the reason.
        Kind::Fail | Kind::Info => Edn::Nil,
        Kind::Invoke | Kind::Ok if rest.is_empty() => Edn::Nil,
        Kind::Invoke | Kind::Ok => {
            let value = edn::read(rest).map_err(|_| format!("`{}` is no value", brief(rest)))?.0;
            shallow(&value)?;
            value
        }
    };
    let function = Cow::Borrowed(function.strip_prefix(':').unwrap_or(function));
    Ok(Some(Event { line, process, kind, function, key: None, value }))
}

/// Process, type, and the rest of the line; `None` if the line is no event of a client.
fn split(text: &str) -> Result<Option<(&str, Kind, &str)>, String> {
    let (mut before, mut rest) = ("", text);
    while !rest.is_empty() {
        let (this, behind) = word(rest);
        if let Some(kind) = this.strip_prefix(':').and_then(Kind::of) {
            return Ok(is_number(before).then_some((before, kind, behind)));
        }
        (before, rest) = (this, behind);
    }
    // The line may be cut off.
    let logged = text.strip_prefix("INFO").and_then(|text| text.trim_start().strip_prefix("jepsen.util"));
    let logged = logged.and_then(|text| text.trim_start().strip_prefix('-')).map(str::trim_start);
    let (process, behind) = word(logged.unwrap_or(text));
    let kind = word(behind).0;
    match is_number(process) && (kind.starts_with(':') || kind.is_empty() && logged.is_some()) {
        true => Err(Kind::unknown(kind)),
        false => Ok(None),
    }
}

fn word(text: &str) -> (&str, &str) {
    let (word, behind) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, behind.trim_start())
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
