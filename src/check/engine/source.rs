//! The names that the program gives to things, read from its source: a report that says `items` is worth more than one
//! that says `rwlock 3`. Where the source is missing, or is written in an unexpected way, there is no name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::outside;
use crate::check::story::Place;

/// The source files that a report has looked at.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<String, Option<Vec<String>>>);

impl Sources {
    /// The lines of the file, down to the place.
    fn up_to(&mut self, place: &Place) -> &[String] {
        let lines = self.0.entry(place.file.clone()).or_insert_with(|| read(&place.file));
        let lines = lines.as_deref().unwrap_or_default();
        &lines[..lines.len().min(place.line as usize)]
    }

    /// The function around a place, and what the line says.
    pub(super) fn at(&mut self, place: &Place) -> (Option<String>, Option<String>) {
        (self.function_of(place), self.up_to(place).last().map(|line| line.trim().to_owned()))
    }

    /// The variable or field to which the object made at this place is assigned.
    pub(super) fn name_of(&mut self, place: &Place) -> Option<String> {
        let lines = self.up_to(place);
        let before = lines.last()?.get(..place.column as usize - 1)?.trim_start();
        // A field of a struct that is made on the same line is the nearer name; but `Arc::new(` is none.
        let spaced = before.replace("::", " ");
        if let Some((field, _)) = spaced.rsplit_once(": ").filter(|(_, after)| !after.contains('=')) {
            return names(field.rsplit([' ', '{', '(', ',']).next()?);
        }
        let (pattern, value) = before.split_once('=')?;
        let pattern = pattern.split_once("let ").map_or(pattern, |(_, pattern)| pattern);
        let names = names(pattern.split(':').next()?.trim().trim_start_matches("static ").trim_start_matches("mut "))?;
        // For a tuple that is made part by part, the name of the part.
        let part = value.trim_start().strip_prefix('(').map(commas);
        Some(part.and_then(|part| names.split('/').nth(part)).unwrap_or(&names).to_owned())
    }

    /// The function around a place: the nearest above that is indented less.
    fn function_of(&mut self, place: &Place) -> Option<String> {
        let lines = self.up_to(place);
        let indentation = |line: &str| line.len() - line.trim_start().len();
        let mut least = indentation(lines.last()?);
        for line in lines.iter().rev().filter(|line| !line.trim().is_empty()) {
            let function = line.split_once("fn ").filter(|(before, _)| !before.trim_start().starts_with("//"));
            if let Some((_, after)) = function.filter(|_| indentation(line) < least) {
                return names(after.split(['(', '<']).next()?);
            }
            // The end of a signature stands where its beginning does.
            if ![")", "where", "{"].iter().any(|end| line.trim_start().starts_with(end)) {
                least = least.min(indentation(line));
            }
        }
        None
    }
}

/// How many parts of a tuple are complete in the beginning of its text.
fn commas(parts: &str) -> usize {
    let mut depth = 0;
    let mut count = 0;
    for letter in parts.chars() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => count += 1,
            _ => (),
        }
    }
    count
}

/// `name`, or `one/other` for `(one, other)`; nothing for any other pattern.
fn names(pattern: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.trim_matches(['(', ')', ' ']).split(", ").collect();
    let is_name = |part: &&str| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    parts.iter().all(is_name).then(|| parts.join("/"))
}

/// The lines of a file, which the compiler was given by a path relative to the workspace. Nothing says where the
/// workspace is, so several places are tried: a test runs in a folder below it, cargo names the package, a program
/// stands in its target folder, and this crate knows where it was built.
fn read(file: &str) -> Option<Vec<String>> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let program = std::env::current_exe().ok();
    let here = std::env::current_dir().ok();
    let starts = [here, package, program, Some(PathBuf::from(outside::CRATE))];
    let text = starts.iter().flatten().find_map(|start| find(start, file))?;
    Some(text.lines().map(str::to_owned).collect())
}

/// The text of a file of the workspace that a folder is in.
fn find(start: &Path, file: &str) -> Option<String> {
    let workspaces = start.ancestors().filter(|folder| folder.join("Cargo.lock").exists());
    workspaces.into_iter().find_map(|workspace| std::fs::read_to_string(workspace.join(file)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last line of `source`, with `^` where the place is.
    fn at(source: &str) -> (Sources, Place) {
        let column = source.lines().last().unwrap().find('^').unwrap() as u32 + 1;
        let lines: Vec<String> = source.replace('^', "").lines().map(str::to_owned).collect();
        let place = Place { file: "a.rs".to_owned(), line: lines.len() as u32, column };
        (Sources(BTreeMap::from([("a.rs".to_owned(), Some(lines))])), place)
    }

    #[test]
    fn a_thing_is_called_what_it_is_assigned_to() {
        for (source, name) in [
            ("    let total = Arc::new(^Mutex::new(0));", Some("total")),
            ("    let mut total: Mutex<u8> = ^Mutex::new(0);", Some("total")),
            ("    let (sender, receiver) = ^channel::bounded(1);", Some("sender/receiver")),
            ("        Cache { clock, items: ^RwLock::new(Vec::new()) }", Some("items")),
            ("    shards: (0..n).map(|_| CachePadded::new(^RwLock::new(0))).collect(),", Some("shards")),
            ("    ^Mutex::new(0)", None),
            ("    done: Arc::new(^AtomicBool::new(false)),", Some("done")),
            ("    let shared = Arc::new(Published { cell: ^UnsafeCell::new(0) });", Some("cell")),
            ("    let (value, ready) = (Shared::new(0, 1), ^AtomicBool::new(false));", Some("ready")),
            ("static TOTAL: Mutex<u8> = ^Mutex::new(0);", Some("TOTAL")),
        ] {
            let (mut sources, place) = at(source);
            assert_eq!(sources.name_of(&place).as_deref(), name, "{source}");
        }
    }

    #[test]
    fn a_line_is_in_the_function_that_is_indented_less() {
        let source =
            "impl A {\n    fn get(&self) -> u8 {\n        fn inner() {}\n        if x {\n            self.a.^lock()";
        let (mut sources, place) = at(source);
        assert_eq!(sources.function_of(&place).as_deref(), Some("get"));
        let source = "fn f<T>(\n    a: T,\n) -> u8\nwhere\n    T: Copy,\n{\n    a.^lock()";
        let (mut sources, place) = at(source);
        assert_eq!(sources.function_of(&place).as_deref(), Some("f"));
        let (mut sources, place) = at("let x = ^y();");
        assert_eq!(sources.function_of(&place), None);
    }

    #[test]
    fn a_file_that_is_not_there_tells_nothing() {
        let place = Place { file: "no/such/file.rs".to_owned(), line: 3, column: 1 };
        assert_eq!(Sources::default().name_of(&place), None);
    }

    /// Wherever a program is run.
    #[test]
    fn a_file_is_found_from_any_folder_of_its_workspace() {
        let own = |start: PathBuf| find(&start, "src/check/engine/source.rs").is_some();
        let workspace = Path::new(outside::CRATE);
        assert!(own(workspace.to_owned()) && own(workspace.join("models/src")) && !own(PathBuf::from("/")));
        assert!(read("src/check/engine/source.rs").is_some());
    }
}
