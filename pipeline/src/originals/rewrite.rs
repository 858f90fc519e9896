//! The originals in other words: by text, since all that they need are other names and smaller numbers.

use std::fmt::Write;

/// The largest constant under an engine, which looks at each step: they are numbers of turns, messages and threads.
const SIZE: u64 = 10;
/// The largest end of a range: what is smaller goes with other numbers of its test.
const TURNS: u64 = 100;

/// What stands in the place of what under an engine, the first before the others.
const WORDS: &[(&str, &str)] = &[
    // An allocator counts what the engine allocates too, and cannot ask it.
    (
        "static ALLOCATED: AtomicUsize = AtomicUsize::new(0);",
        "static ALLOCATED: core::sync::atomic::AtomicUsize = core::sync::atomic::AtomicUsize::new(0);",
    ),
    (
        "static DROPS: AtomicUsize = AtomicUsize::new(0);",
        "selvedge::statics! { static DROPS: AtomicUsize = AtomicUsize::new(0); }",
    ),
    // The same numbers in each execution.
    ("thread_rng()", "<rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(1)"),
    // The sizes that its authors have chosen for Miri, which takes long for a step as well; whole files are too slow for it,
    // and not for an engine.
    ("#![cfg(not(miri))]", ""),
    ("cfg(not(miri))", "cfg(any())"),
    ("cfg(miri)", "cfg(all())"),
    ("cfg!(miri)", "true"),
    ("thread_local!", "selvedge::thread_local!"),
    ("crossbeam_utils::thread", "crossbeam_channel::under::thread"),
    ("std::sync", "selvedge::std::sync"),
    ("std::thread", "selvedge::std::thread"),
];

/// A file of tests, or an example, so that an engine explores it.
pub(super) fn under_an_engine(text: &str) -> String {
    let text = WORDS.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    let has_tests = text.contains("#[test]");
    let mut is_test = false;
    let mut lines = String::new();
    for line in text.lines() {
        is_test |= line.trim() == "#[test]";
        let main = (!has_tests && line == "fn main() {").then_some("main");
        match main.or_else(|| line.trim().strip_prefix("fn ")?.strip_suffix("() {").filter(|_| is_test)) {
            Some(name) => {
                is_test = false;
                writeln!(
                    lines,
                    "fn {name}() {{ ::crossbeam_channel::under::explore({name}_once) }}\nfn {name}_once() {{"
                )
            }
            None => writeln!(lines, "{}", smaller(line)),
        }
        .expect("a string takes all");
    }
    lines
}

/// A line with no large constant, and no range up to a large number.
fn smaller(line: &str) -> String {
    // What waits is no number of turns, and a channel has room for as many messages as its test fills it with.
    let is_other = ["_MS:", " CAP:"].iter().any(|other| line.contains(other));
    let is_size = ["const ", "let amt"].iter().any(|size| line.trim().starts_with(size)) && !is_other;
    let size = is_size.then(|| cut(line, "= ", SIZE)).flatten();
    size.or_else(|| cut(line, "..", TURNS)).unwrap_or_else(|| line.to_owned())
}

/// The line with the number after the first `before` cut to the `largest`, where there is one that is larger; to one more
/// where it is odd and that is not, since some threads are partners.
fn cut(line: &str, before: &str, largest: u64) -> Option<String> {
    let start = line.find(before)? + before.len();
    let length = line[start..].find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(line.len() - start);
    let (number, rest) = line[start..].split_at(length);
    let number = number.replace('_', "").parse().ok().filter(|number: &u64| *number > largest)?;
    Some(format!("{}{}{rest}", &line[..start], largest + (number + largest) % 2))
}

/// The examples in the docs of a source file, each as a test that is named after its line.
pub(super) fn doc_examples(file: &str, text: &str) -> String {
    let mut tests = String::new();
    let mut example: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            example = None;
            continue;
        };
        let doc = doc.strip_prefix(' ').unwrap_or(doc);
        match (doc.strip_prefix("```"), &mut example) {
            (Some(_), Some(_)) => tests += &(example.take().expect("it is there") + "}\n"),
            (Some("" | "rust"), None) => example = Some(format!("#[test]\nfn {file}_{}() {{\n", at + 1)),
            // What is not to be run.
            (Some(_), None) | (None, None) => (),
            (None, Some(example)) => *example += &format!("{}\n", doc.strip_prefix("# ").unwrap_or(doc)),
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_explored_with_small_numbers() {
        let theirs = "use std::thread;\n#[test]\n#[should_panic]\nfn sends() {\n    const COUNT: usize = 25_000;\n    \
                      const TIMEOUT_MS: u64 = 100;\n    const CAP: usize = 50;\n    \
                      for _ in 0..1_000 {\n        helper();\n}\nfn helper() {\n";
        let ours = "use selvedge::std::thread;\n#[test]\n#[should_panic]\n\
                    fn sends() { ::crossbeam_channel::under::explore(sends_once) }\nfn sends_once() {\n    \
                    const COUNT: usize = 10;\n    const TIMEOUT_MS: u64 = 100;\n    const CAP: usize = 50;\n    \
                    for _ in 0..100 {\n        \
                    helper();\n}\nfn helper() {\n";
        assert_eq!(under_an_engine(theirs), ours);
        assert!(under_an_engine("fn main() {\n}\n").contains("explore(main_once)"));
    }

    #[test]
    fn an_example_in_the_docs_is_a_test() {
        let source =
            "//! ```\n//! # use std::thread;\n//! let x = 1;\n//! ```\n/// ```ignore\n/// no\n/// ```\nfn f() {}\n";
        assert_eq!(doc_examples("lib", source), "#[test]\nfn lib_1() {\nuse std::thread;\nlet x = 1;\n}\n");
    }
}
