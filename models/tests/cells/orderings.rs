//! How strong each ordering of the patterns and of the facade has to be, by all checks: `src/docs/orderings.md` has it as a
//! table. What is stronger than the checks need has a comment that begins with its name.
//!
//! With INSTA_UPDATE=always the table is written anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use libtest_mimic::{Failed, Trial};
use models::catalogue;
use models::check::{Budget, Check, Expectation};
use selvedge::check::protocol::Row;
use selvedge::check::protocol::orderings::{Refuted, Strength, strengths, unmet};
use selvedge::check::{Engine, Status};

/// Where orderings are that the table is about, from the root.
const FOLDERS: [&str; 2] = ["src/patterns", "src/sync"];
/// What is an engine's, or stands for a machine's.
const OUTSIDE: [&str; 2] = ["src/sync/engine", "src/sync/plain"];

/// How many lines of comment there may be above an ordering.
const COMMENT: usize = 4;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("models/ is in the workspace")
}

pub fn trials() -> Vec<Trial> {
    let trial = || Trial::test("orderings/are_as_strong_as_they_have_to_be", || compare().map_err(Failed::from));
    Engine::Rc11.is_built().then(trial).into_iter().collect()
}

fn compare() -> Result<(), String> {
    let is_asked = |check: &Check| check.defect.is_none() && check.expectation(Engine::Rc11) == Expectation::Holds;
    let rows: Vec<Row> =
        catalogue::checks().iter().filter(|check| is_asked(check)).map(|check| check.weaken(Budget::QUICK)).collect();
    if let Some(row) = rows.iter().find(|row| row.verdict != Status::Exhausted) {
        return Err(format!("{}: {}: {}", row.check, row.cell(), row.report()));
    }
    let strengths = strengths(&rows);
    let mut table =
        row(["in", "line", "ordering", "weakest that holds", "what a weaker one breaks"]) + &row(["---"; 5]);
    for file in files() {
        let text = fs::read_to_string(root().join(&file)).map_err(|error| format!("{file}: {error}"))?;
        for strength in strengths.iter().filter(|strength| strength.site.place.file == file) {
            explained(strength, &text)?;
            table += &told(&file, strength);
        }
        for (_, line) in unmet(&file, &text, &strengths) {
            table += &row([&file, &code(&line), "", "not known", "no check comes to it"]);
        }
    }
    let path = root().join("src/docs/orderings.md");
    let page = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    match page.contains(&table) {
        true => Ok(()),
        false if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") => {
            let before = page.split_inclusive('\n').take_while(|line| !line.starts_with('|'));
            let after = page.split_inclusive('\n').skip_while(|line| !line.starts_with('|'));
            let after = after.skip_while(|line| line.starts_with('|'));
            let page: String = before.chain([table.as_str()]).chain(after).collect();
            fs::write(&path, page).map_err(|error| error.to_string())
        }
        false => Err(format!("{} needs this table; run this test with INSTA_UPDATE=always\n{table}", path.display())),
    }
}

/// The files that are asked about, in order.
fn files() -> Vec<String> {
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the workspace can be read") {
            let path = entry.expect("an entry of the workspace can be read").path();
            let name = path.strip_prefix(root()).expect("it is in the workspace").to_string_lossy().into_owned();
            match path.is_dir() {
                true if !OUTSIDE.contains(&name.as_str()) => folders.push(path),
                true => (),
                false => files.extend(name.ends_with(".rs").then_some(name)),
            }
        }
    }
    files.sort();
    files
}

/// Why what is stronger than the checks need is so strong is said above it.
fn explained(strength: &Strength, text: &str) -> Result<(), String> {
    let site = &strength.site;
    let above = text.lines().take(site.place.line as usize - 1).collect::<Vec<_>>();
    let comment = format!("// {:?}: ", site.ordering);
    let is_said = above.iter().rev().take(COMMENT).any(|line| line.trim_start().starts_with(&comment));
    match is_said || !strength.could_be_weaker() {
        true => Ok(()),
        false => Err(format!(
            "{site}: {} passes all checks instead of {}: say why it is stronger in a comment that begins `{comment}`, or \
             weaken it",
            strength.weakest(),
            strength.written(),
        )),
    }
}

/// The row of an ordering, without what changes with every edit.
fn told(file: &str, strength: &Strength) -> String {
    let line = strength.site.source.as_ref().map(|(function, line)| format!("{}: {}", code(function), code(line)));
    // What stands behind a colon are lines and values.
    let breaks = |Refuted { ordering, check, why }: &Refuted| {
        let (ordering, why) = (ordering.map_or("none".to_owned(), |one| format!("{one:?}")), why.split(": ").next());
        // A bracket would begin a link.
        format!("{ordering}: `{check}`, {}", why.unwrap_or_default().replace('[', "\\["))
    };
    let why: Vec<String> = strength.refuted.iter().chain(&strength.undecided).map(breaks).collect();
    let why = if why.is_empty() { "nothing that these checks do".to_owned() } else { why.join("; ") };
    row([file, &line.unwrap_or_default(), &strength.written(), &strength.weakest(), &why])
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn row(cells: [&str; 5]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
