//! The front page stays one page, and nothing that it or another page links to is missing.

#![cfg(not(any(loom, shuttle)))]

use std::path::{Path, PathBuf};

const LINES: usize = 150;
const COLUMNS: usize = 120;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above its packages")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_readme_is_one_page() {
    let text = read(&root().join("README.md"));
    let lines = text.lines().count();
    assert!(
        lines <= LINES,
        "the README has {lines} lines, and may have {LINES}: what is more belongs to a folder's README"
    );
    let wide = text.lines().enumerate().find(|(_, line)| line.chars().count() > COLUMNS);
    assert_eq!(wide.map(|(at, line)| (at + 1, line)), None, "a line of the README has over {COLUMNS} columns");
}

/// A page has its table as a text, since a page of rustdoc is none that a program prints.
#[test]
fn the_pages_have_the_tables_that_are_printed() {
    use selvedge::check::{Engine, Environment};

    for (name, table) in [("engines", Engine::table()), ("own_crate", Environment::table())] {
        let page = read(&root().join(format!("src/docs/{name}.md")));
        assert!(page.contains(&table), "src/docs/{name}.md needs this table:\n{table}");
    }
}

#[test]
fn what_pages_link_to_is_there() {
    let pages = files(root(), ".md");
    assert!(pages.len() > 10, "only these pages were found: {pages:?}");
    let broken: Vec<String> = pages.iter().flat_map(|page| broken(page)).collect();
    assert!(broken.is_empty(), "there is nothing where these links lead:\n{}", broken.join("\n"));
}

/// What the glossary explains is said somewhere: in the code, or on a page.
#[test]
fn the_terms_of_the_glossary_are_used() {
    // A comment may go on in another line.
    let words = |text: &str| {
        let text = text.to_lowercase();
        text.split(|letter: char| letter.is_whitespace() || "/!".contains(letter))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let glossary = root().join("src/docs/glossary.md");
    let pages = [".rs", ".md"].into_iter().flat_map(|end| files(root(), end)).filter(|page| *page != glossary);
    let said: String = pages.map(|page| words(&read(&page))).collect();
    let text = read(&glossary);
    let terms: Vec<&str> = text.split("**").skip(1).step_by(2).collect();
    let unsaid: Vec<&&str> = terms.iter().filter(|term| !said.contains(&words(term))).collect();
    assert!(terms.len() > 50 && unsaid.is_empty(), "of {} terms these are said nowhere: {unsaid:?}", terms.len());
}

/// Every file with a name that ends so, but for those of folders that are not ours to write.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the workspace can be read") {
        let path = entry.expect("an entry of the workspace can be read").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy();
        match path.is_dir() {
            true if name.starts_with('.') || name == "target" => {}
            true => found.extend(files(&path, end)),
            false => found.extend(name.ends_with(end).then(|| path.clone())),
        }
    }
    found
}

/// The links of a page to files that are not there, and those to items, which only rustdoc knows: a page is read on a
/// code host as well, and `src/docs/links.in` says which items are meant.
fn broken(page: &Path) -> Vec<String> {
    let text = read(page);
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let defined = text.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
    let targets = inline.chain(defined.map(|(_, target)| target));
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    let folder = page.parent().expect("a page is in a folder");
    let missing = files.filter(|file| !folder.join(file.split('#').next().unwrap_or(file)).exists());
    missing.map(|file| format!("{}: {file}", page.display())).collect()
}
