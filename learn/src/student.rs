//! What a student has written, before it is built: whether it is still the exercise.

use models::lessons::{LEAVE, Lesson};

/// Why nothing would be proven by this text, and what to do; nothing if something may be.
pub fn objection(text: &str, lesson: &Lesson) -> Option<String> {
    let (own, rest) = text.split_once(LEAVE.trim_end()).unwrap_or_default();
    let name = lesson.name;
    let reset = format!("or `cargo learn reset {name}`: it keeps your file beside the new one");
    if tokens(rest) != tokens(lesson.exercise.asked) {
        return Some(format!(
            "What follows the line \"Leave what follows as it is\" is not what it was, so nothing would be proven. Undo that, \
             {reset}."
        ));
    }
    if !tokens(own).contains("pubconstPREDICTED:") {
        return Some(format!("`pub const PREDICTED` is gone, so nothing is predicted. Undo that, {reset}."));
    }
    let (line, unseen) = first_unseen(own)?;
    Some(format!(
        "Line {line}: no engine sees what `std::{unseen}` does, so nothing would be proven. Use `selvedge::sync`: it has the \
         same, but for locks: `lock()`, `read()` and `write()` give the guard itself, with no `unwrap`."
    ))
}

/// The first such module, and the line by whose end it is used.
fn first_unseen(text: &str) -> Option<(usize, &'static str)> {
    let lines: Vec<&str> = text.lines().collect();
    (1..=lines.len()).find_map(|line| Some((line, unseen(&tokens(&lines[..line].join("\n")))?)))
}

/// A module of `std` that is used in the text, and that the engines do not see.
fn unseen(tokens: &str) -> Option<&'static str> {
    let listed = || tokens.split("std::{").skip(1).filter_map(|list| list.split(';').next());
    let uses = |module: &&str| {
        tokens.contains(&format!("std::{module}"))
            || listed().any(|list| {
                list.split([',', '{', '}']).any(|item| item.starts_with(&format!("{module}::")) || item == *module)
            })
    };
    ["sync", "thread"].into_iter().find(uses)
}

/// The text without comments, and without what a formatter may change: white space, and commas at an end.
fn tokens(text: &str) -> String {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let packed: String = code.flat_map(str::chars).filter(|letter| !letter.is_whitespace()).collect();
    [",)", ",]", ",}"].into_iter().fold(packed, |text, end| text.replace(end, &end[1..]))
}

#[cfg(test)]
mod tests {
    use models::lessons::ALL;

    use super::*;

    fn said(text: &str) -> String {
        objection(text, &ALL[0]).unwrap_or_default()
    }

    #[test]
    fn every_file_of_a_lesson_is_the_exercise() {
        for lesson in ALL {
            let answers = [&lesson.exercise, &lesson.solution].into_iter().chain(lesson.wrong);
            for answer in answers {
                assert_eq!(objection(&answer.text(), lesson), None, "{}/{}", lesson.name, answer.name);
            }
        }
    }

    #[test]
    fn where_the_lines_end_does_not_matter() {
        let text = ALL[0].exercise.text();
        assert_eq!(said(&text.replace('\n', "\r\n")), "");
        assert_eq!(
            said(&text.replace("letters, ||", "\n    letters,\n\t||").replace("text}\"));", "text}\"),\n    );")),
            ""
        );
        assert!(said(&text.replace("'.')", "'m')")).contains("is not what it was"));
        assert!(said(&text.replace("// Leave", "// Left")).contains("is not what it was"));
    }

    #[test]
    fn what_no_engine_sees_is_refused() {
        let with = |line: &str| said(&format!("{line}\n{}", ALL[0].exercise.text()));
        for line in
            ["use std::sync::Mutex;", "use std :: thread;", "use std::{fmt, sync::Arc};", "use std::{\n  thread,\n};"]
        {
            assert!(with(line).contains("Use `selvedge::sync`"), "{line}");
        }
        let below = said(&format!("// Mine.\nuse std::{{\n  fmt,\n  sync::Mutex,\n}};\n{}", ALL[0].exercise.text()));
        assert!(below.starts_with("Line 4: ") && below.contains("with no `unwrap`"), "{below}");
        for line in ["use std::time::Duration;", "// use std::sync::Mutex;", "use std::{fmt, collections::BTreeMap};"] {
            assert_eq!(with(line), "", "{line}");
        }
    }

    #[test]
    fn a_prediction_has_its_place() {
        assert!(said(&ALL[0].exercise.text().replace("PREDICTED", "EXPECTED")).contains("PREDICTED` is gone"));
    }
}
