//! The text of a lesson as HTML, and its program as a listing.

use models::lessons::{Answer, Lesson};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;

/// The text of a lesson.
#[derive(Debug, Serialize)]
pub struct Text {
    /// What it is about, without its title, and what is to be predicted.
    pub before: String,
    /// What is to be mended then.
    pub task: String,
    /// What is told afterwards.
    pub afterwards: String,
    /// The lines of the program, from this line of the exercise on.
    pub first: usize,
    pub program: Vec<&'static str>,
}

impl Text {
    /// That of a lesson.
    pub fn of(lesson: &Lesson) -> Self {
        let (before, afterwards) = lesson.texts();
        let before = before.split_once('\n').map_or("", |(_, rest)| rest);
        let task = before.match_indices("\n## ").nth(1).map_or(before.len(), |(at, _)| at);
        let (first, program) = program(&lesson.exercise);
        Text {
            before: rendered(&before[..task]),
            task: rendered(&before[task..]),
            afterwards: rendered(afterwards),
            first,
            program,
        }
    }
}

/// Markdown as HTML. What is HTML in it is text: there is none, and a page has to hold whatever there is.
fn rendered(markdown: &str) -> String {
    let as_text = |event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        // What is wider than a phone can be scrolled, by keyboard too.
        Event::Start(Tag::CodeBlock(_)) => {
            Event::Html(CowStr::Borrowed("<pre class=\"block\" tabindex=\"0\" aria-label=\"code\"><code>"))
        }
        Event::End(TagEnd::CodeBlock) => Event::Html(CowStr::Borrowed("</code></pre>")),
        other => other,
    };
    let mut text = String::new();
    html::push_html(&mut text, Parser::new_ext(markdown, Options::ENABLE_TABLES).map(as_text));
    // A cell of a head that says nothing is no header.
    text.replace("<th></th>", "<td></td>")
}

/// The program that a lesson asks about, with what it needs: the line of the exercise, and those from there on.
fn program(exercise: &Answer) -> (usize, Vec<&'static str>) {
    let asked = exercise.asked;
    let from = asked.find("pub fn program").unwrap_or(0);
    let end = asked[from..].find("\n}\n").map_or(asked.len(), |end| from + end + 2);
    // What only the check needs.
    let shown = asked.trim_start_matches("use selvedge::check::require;").trim_start();
    let skipped = asked.len() - shown.len();
    (exercise.first_asked() + asked[..skipped].lines().count(), asked[skipped..end].lines().collect())
}

#[cfg(test)]
mod tests {
    use models::lessons::ALL;

    use super::*;

    #[test]
    fn a_program_stands_on_its_lines() {
        for lesson in ALL {
            let Text { first, program, .. } = Text::of(lesson);
            let exercise = lesson.exercise.text();
            let all: Vec<&str> = exercise.lines().collect();
            assert_eq!(all[first - 1..first - 1 + program.len()], program, "{}", lesson.name);
            assert!(program.iter().any(|line| line.contains("pub fn program")) && program.last() == Some(&"}"));
        }
    }

    #[test]
    fn a_game_stands_between_the_prediction_and_the_task() {
        for lesson in ALL {
            let Text { before, task, .. } = Text::of(lesson);
            assert!(before.contains("<h2>Predict</h2>") && task.matches("<h2>").count() == 1, "{}", lesson.name);
        }
    }

    #[test]
    fn a_text_cannot_leave_its_place() {
        let text = rendered("<script>alert(1)</script> `<b>`\n\n<div onclick=\"x\">\n\n```rust\n</pre><script>\n```\n");
        assert!(!text.contains("<script") && !text.contains("<div") && !text.contains("<b>"), "{text}");
    }
}
