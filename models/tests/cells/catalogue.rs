//! `cargo test -p models`: every cell of the catalogue that this build can run, as a test of its own.
//!
//! With `--cfg loom` and `--cfg shuttle` in RUSTFLAGS these are the engines' cells, as typed in the
//! README. The budget is the everyday one.

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use models::catalogue;
use models::check::{Budget, Check, Expectation};
use selvedge::check::Engine;
use selvedge::check::protocol::Cell;

/// The patterns of the document.
const PATTERNS: [&str; 9] = [
    "account",
    "counter",
    "safe_data",
    "copy_on_write",
    "sharded_map",
    "concurrent_map",
    "worker_pool",
    "context",
    "ttl_cache",
];

/// What the names of cells begin with: `cargo ci` leaves them out, since `cargo verify` has run them.
const CELLS: &str = "cells/";

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("the_catalogue_is_sound", || sound().map_err(Failed::from)),
        Trial::test("the_defects_are_explained", || explained().map_err(Failed::from)),
        Trial::test("the_list_names_what_there_is", || listed().map_err(Failed::from)),
        Trial::test("the_guarantees_name_checks_that_there_are", || named().map_err(Failed::from)),
    ];
    for check in catalogue::checks() {
        for engine in Engine::available() {
            let twin = check.defect.map(|defect| format!("[{defect}]")).unwrap_or_default();
            let check = check.clone();
            trials.push(Trial::test(format!("{CELLS}{}{twin}::{}", check.name(), engine.name()), move || {
                let row = check.run(engine, Budget::QUICK);
                if row.ok { Ok(()) } else { Err(format!("{}: {}", row.cell(), row.report()).into()) }
            }));
        }
    }
    trials
}

/// `catalogue.txt` has a line for each check and each twin, drawn or not, of its name, its pattern's and its defect's, and for
/// each workload. The
/// runner looks there before it builds anything. With INSTA_UPDATE=always it is written anew.
fn listed() -> Result<(), String> {
    let listing = catalogue::listing();
    let line = |cell: &Cell| {
        let words = [Some(&cell.check), Some(&cell.pattern), cell.defect.as_ref()];
        words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ") + "\n"
    };
    let mut lines: Vec<String> = listing.cells.iter().chain(&listing.drawn).map(line).collect();
    let own = listing.workloads.iter().filter(|workload| !workload.is_twin);
    lines.extend(own.map(|workload| format!("stress/{} {}\n", workload.subject, workload.pattern)));
    lines.sort();
    lines.dedup();
    let (path, list) = (concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue.txt"), lines.concat());
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        return std::fs::write(path, list).map_err(|error| error.to_string());
    }
    match std::fs::read_to_string(path) {
        Ok(text) if text == list => Ok(()),
        _ => Err(format!("{path} does not name what there is; run this test with INSTA_UPDATE=always")),
    }
}

/// Every file of the galleries says what is wrong, where it comes from, how it shows, and who has seen or repaired it.
fn explained() -> Result<(), String> {
    let defects = ["**Wrong:** ", "**From:** ", "**Shortest interleaving:** ", "**Seen by** "];
    let published = ["**Published:** ", "**Found:** ", "**Wrong:** ", "**Shortest interleaving:** ", "**Repair:** "];
    twins()?.iter().try_for_each(|folder| every_file_has(folder, &defects))?;
    every_file_has(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/published")), &published)?;
    catalogue::checks().iter().try_for_each(says_who_sees_it)
}

/// The file of a twin says that the sequentially consistent engines cannot see it where they are not expected to, and
/// only there; and that `rc11` sees it, wherever it speaks of them.
fn says_who_sees_it(check: &Check) -> Result<(), String> {
    let Some(defect) = check.defect else { return Ok(()) };
    let letters = defect.char_indices().map(|(at, letter)| match letter {
        _ if letter.is_uppercase() && at > 0 => format!("_{}", letter.to_lowercase()),
        _ => letter.to_lowercase().to_string(),
    });
    let name = letters.collect::<String>() + ".rs";
    let mut files = twins()?.into_iter().map(|folder| folder.join(&name));
    // Some stand in the file of their pattern.
    let Some((file, text)) = files.find_map(|file| Some((file.clone(), std::fs::read_to_string(file).ok()?))) else {
        return Ok(());
    };
    // A line break is nothing but a space.
    let text = text.replace("\n//! ", " ");
    let is_blind = matches!(check.expectation(Engine::Dpor), Expectation::Blind(_));
    let says_so = text.contains("are sequentially consistent and cannot see it") == is_blind;
    let is_weak = text.contains("sequentially consistent");
    match says_so && (!is_weak || text.contains("**Seen by** loom and `rc11`")) {
        true => Ok(()),
        false => Err(format!("{} says another thing of the engines than is expected of them", file.display())),
    }
}

/// The checks that the guarantees of the patterns name are there; `*` stands for any letters.
fn named() -> Result<(), String> {
    let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../src"));
    let patterns = std::fs::read_dir(sources.join("patterns")).map_err(|error| error.to_string())?;
    let files = patterns.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let checks: Vec<String> = catalogue::listing().cells.into_iter().map(|cell| cell.check).collect();
    let is_check = |name: &str| {
        let (begin, end) = name.split_once('*').unwrap_or((name, ""));
        checks
            .iter()
            .any(|check| check == name || name.contains('*') && check.starts_with(begin) && check.ends_with(end))
    };
    for file in files.chain(["patterns/ttl_cache/mod.rs", "sync/context.rs"].map(|file| sources.join(file))) {
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let header: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let Some((_, guarantees)) = header.split_once("# Guarantees") else { continue };
        let quoted = guarantees.split('`').skip(1).step_by(2);
        let mut names = quoted.filter(|name| name.matches('/').count() == 1 && !name.starts_with("tests/"));
        if let Some(name) = names.find(|name| !is_check(name)) {
            return Err(format!("{}: there is no check {name}", file.display()));
        }
    }
    Ok(())
}

/// The folders of the twins, one of each structure.
fn twins() -> Result<Vec<PathBuf>, String> {
    let rooms = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).map_err(|error| error.to_string())?;
    let folders = rooms.flatten().map(|room| room.path().join("twins"));
    Ok(folders.filter(|folder| folder.is_dir()).collect())
}

fn every_file_has(folder: &Path, parts: &[&str]) -> Result<(), String> {
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let missing = parts.iter().find(|part| !text.contains(&format!("//! {part}")));
        if let Some(missing) = missing.filter(|_| !["mod.rs", "programs.rs"].iter().any(|file| path.ends_with(file))) {
            return Err(format!("{} has no line {missing}", path.display()));
        }
    }
    Ok(())
}

/// Names are unique, every pattern of the document has three checks and a twin, every twin somebody
/// who catches it, and the README of this crate names all twins.
fn sound() -> Result<(), String> {
    let checks = catalogue::checks();
    let mut names: Vec<_> = checks.iter().map(|check| (check.name(), check.defect)).collect();
    names.sort();
    names.dedup();
    if names.len() != checks.len() {
        return Err("two checks have the same name".to_owned());
    }
    for pattern in PATTERNS {
        let own = checks.iter().filter(|check| check.pattern == pattern && check.defect.is_none()).count();
        let twins = checks.iter().filter(|check| check.pattern == pattern && check.defect.is_some()).count();
        if own < 3 || twins < 1 {
            return Err(format!("{pattern} has {own} checks and {twins} twins; it needs three and one"));
        }
    }
    let readme = include_str!("../../README.md");
    if let Some(defect) = checks.iter().filter_map(|check| check.defect).find(|defect| !readme.contains(defect)) {
        return Err(format!("models/README.md does not name {defect}"));
    }
    let caught = |check: &Check| Engine::ALL.iter().any(|&engine| check.expectation(engine) == Expectation::Caught);
    match checks.iter().filter(|check| check.defect.is_some()).find(|check| !caught(check)) {
        Some(check) => Err(format!("{} with {:?} is caught by nobody", check.name(), check.defect)),
        None => Ok(()),
    }
}
