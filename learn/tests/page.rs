//! The site of the lessons, as `cargo learn page` writes it, in a real browser: its games are played to every end.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

#[path = "../../pipeline/tests/browser/mod.rs"]
mod browser;

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use browser::{AHEAD, LOOKS, axe_finds_nothing, equal, everyone_can_read_it, open};
use libtest_mimic::{Failed, Trial};
use models::lessons::{self, Lesson};
use selvedge::check::Engine;
use serde_json::{Value, json};

/// The pages that are read by everyone.
const READ: [&str; 4] = ["index", "08_wait_in_a_loop", "16_cancellation", "20_store_buffering"];

/// The pages, by their names.
type Site = Vec<(String, String)>;

/// The site, which is written once.
fn site() -> Result<&'static Site, Failed> {
    static SITE: OnceLock<Result<Site, String>> = OnceLock::new();
    let write = || -> Result<Site, String> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site");
        let mut page = Command::new(env!("CARGO_BIN_EXE_learn"));
        let status = page.args(["page", "--out"]).arg(&folder).status().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("cargo learn page ended with {status}"));
        }
        let read =
            |entry: fs::DirEntry| Some((entry.file_name().into_string().ok()?, fs::read_to_string(entry.path()).ok()?));
        let entries = fs::read_dir(&folder).map_err(|error| error.to_string())?;
        Ok(entries.filter_map(|entry| read(entry.ok()?)).collect())
    };
    SITE.get_or_init(write).as_ref().map_err(|error| error.clone().into())
}

fn page(name: &str) -> Result<&'static str, Failed> {
    let page = site()?.iter().find(|(file, _)| file.strip_suffix(".html") == Some(name));
    Ok(page.ok_or_else(|| format!("there is no page of {name}"))?.1.as_str())
}

fn the_site_is_small_and_needs_nothing_else() -> Result<(), Failed> {
    let site = site()?;
    let size: usize = site.iter().map(|(_, page)| page.len()).sum();
    assert!(size < 5_000_000, "{size} bytes");
    assert_eq!(site.len(), lessons::ALL.len() + 1);
    for (name, page) in site {
        for outside in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{name}: {outside}");
        }
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for link in links {
            assert!(site.iter().any(|(file, _)| file == link), "{name} leads to {link}");
        }
    }
    Ok(())
}

/// What its text says that can come, which is the engine's table.
fn table(lesson: &Lesson) -> Vec<&'static str> {
    let block = lesson.texts().1.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    let lines = block.unwrap_or_default().lines().filter_map(|line| line.strip_prefix("  "));
    lines.filter_map(|line| line.rsplit_once("  ").map(|(value, _)| value.trim())).collect()
}

/// Every schedule of a game, by the keys: it reaches what the table has, and nothing else, and nobody is better than the least
/// that it names. What cannot come is said to.
fn every_end_is_one_of_the_table(name: &str, impossible: &str) -> Result<(), Failed> {
    let script = format!(
        "
        let ends = 0;
        const walk = (keys) => {{
            press('r');
            keys.forEach(press);
            const moves = document.querySelectorAll('#moves button').length;
            if (!moves) ends += 1;
            for (let key = 1; key <= moves; key += 1) walk([...keys, String(key)]);
        }};
        walk([]);
        press('r');
        const before = text('steps');
        press('1');
        press('Backspace');
        const taken_back = text('steps') === before;
        element('guess').value = {impossible:?};
        element('ask').requestSubmit();
        const rows = [...document.querySelectorAll('#found tr')].map((row) => [...row.cells].map((cell) => cell.textContent));
        leave({{
            ends,
            taken_back,
            values: rows.map(([value]) => value),
            worse: rows.filter(([, mine, fewest]) => mine !== fewest),
            tally: text('tally'),
            answer: text('answer'),
        }});"
    );
    let lesson = lessons::ALL.iter().find(|lesson| lesson.name == name).ok_or("it is one of the lessons")?;
    let mut seen = open(name, page(name)?, "", &[AHEAD], &script)?;
    let ends = seen.as_object_mut().and_then(|seen| seen.remove("ends")).and_then(|ends| ends.as_u64());
    assert!(ends > Some(table(lesson).len() as u64), "{name} has {ends:?} schedules");
    let found = table(lesson).len();
    let expected = json!({
        "taken_back": true,
        "values": table(lesson),
        "worse": [],
        "tally": format!("Outcomes: {found} of {found} found"),
        "answer": format!("{impossible} cannot come: no {} of the program gives it.", if lesson.engine == Engine::Rc11 { "execution" } else { "schedule" }),
        "complaints": [],
    });
    equal(&seen, &expected)
}

/// Where there is no game, each outcome has its story.
fn what_is_too_long_is_told() -> Result<(), Failed> {
    let script = "
        const stories = [...document.querySelectorAll('#told h4')].map((title) => title.textContent);
        leave({ stories, game: element('play') });";
    let seen = open("told", page("16_cancellation")?, "", &[AHEAD], script)?;
    equal(&seen, &json!({ "stories": ["0", "1", "2"], "game": Value::Null, "complaints": [] }))
}

fn main() {
    let mut trials = vec![
        Trial::test("the_site_is_small_and_needs_nothing_else", the_site_is_small_and_needs_nothing_else),
        Trial::test("what_is_too_long_is_told", what_is_too_long_is_told),
    ];
    let played = [
        ("02_the_text_is_wrong", "100"),
        ("03_you_are_the_scheduler", "3"),
        ("10_readers_and_writers", "(0, 1)"),
        ("20_store_buffering", "(2, 0)"),
        ("21_publish", "Some(41)"),
    ];
    for (name, impossible) in played {
        trials.push(Trial::test(format!("every_end_of_{name}_is_one_of_the_table"), move || {
            every_end_is_one_of_the_table(name, impossible)
        }));
    }
    for look in LOOKS {
        for name in READ {
            let title = format!("{name}_in_{}_is_readable", look.name);
            trials.push(Trial::test(title.clone(), move || everyone_can_read_it(&title, page(name)?, "#told", &look)));
        }
    }
    if let Ok(axe) = env::var("SELVEDGE_AXE") {
        for name in READ {
            let axe = axe.clone();
            trials.push(Trial::test(format!("axe_finds_nothing_in_{name}"), move || {
                axe_finds_nothing(&axe, &format!("axe_{name}"), page(name)?, "#told")
            }));
        }
    }
    browser::run(trials);
}
