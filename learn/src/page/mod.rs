//! `cargo learn page`: the lessons as a site that needs nothing but a browser.
//!
//! 1. Every page is one file: no network, no server, no other file but for links.
//! 2. What can come of a program is what its engine says, asked when the site is made. The engines are in another build than
//!    this program: it builds `models` as `cargo verify` does, and asks that.
//! 3. In the game of a lesson the student is the scheduler, and under weak memory says what is read besides. It has
//!    [every schedule](selvedge::check::Explorer::schedules) of the program, so that what cannot be reached in it cannot be
//!    reached. A program with too many to be played has a story of each outcome instead.

mod text;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use ci::page::fill;
use ci::repository::Runner;
use ci::view::View;
use cli::{files, process, say};
use models::lessons::{self, Lesson};
use selvedge::check::Engine;
use serde::Serialize;
use serde_json::Value;

use self::text::Text;

/// How the pages look: as those of `cargo verify`, and what is theirs alone.
const STYLE: [&str; 2] = [include_str!("../../../ci/src/page/page.css"), include_str!("lesson.css")];
/// The script of a lesson's page.
const SCRIPTS: [&str; 2] = [include_str!("../../../ci/src/page/code.js"), include_str!("game.js")];

/// What `lesson.html` is filled with.
#[derive(Debug, Serialize)]
struct Page<'a> {
    style: [&'static str; 2],
    scripts: [&'static str; 2],
    summary: &'a str,
    text: Text,
    /// What the engine says.
    said: &'a Value,
    memory_model: &'static str,
    weak: bool,
    before: Option<Link>,
    after: Option<Link>,
}

/// What `index.html` is filled with.
#[derive(Debug, Serialize)]
struct Index {
    style: [&'static str; 2],
    summary: &'static str,
    lessons: Vec<Link>,
}

#[derive(Clone, Debug, Serialize)]
struct Link {
    file: String,
    title: &'static str,
}

/// Writes the site into a folder, which is made if it is not there.
///
/// # Errors
///
/// If the engines cannot be built or asked, or something cannot be written.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    say!("Asking the engines what can come of each lesson.");
    let view = View::new();
    let models = Runner::Models.build(Engine::Dpor.cfg(), &view)?;
    view.end();
    let asked = process::output(Command::new(models).arg("games"))?;
    ensure!(asked.status.success(), "failed to ask the engines: models ended with {}", asked.status);
    let said: Vec<Value> = serde_json::from_slice(&asked.stdout).context("failed to read what the engines say")?;
    for (name, page) in pages(&said)? {
        files::write(&folder.join(name), &page)?;
    }
    say!("Now open {}.", folder.join("index.html").display());
    Ok(())
}

/// The pages, by the names of their files.
fn pages(said: &[Value]) -> anyhow::Result<Vec<(String, String)>> {
    let links: Vec<Link> = lessons::ALL.iter().map(Link::to).collect();
    let index = Index { style: STYLE, summary: "the lessons", lessons: links.clone() };
    let mut pages = vec![("index.html".to_owned(), fill(include_str!("index.html"), &index)?)];
    for (at, lesson) in lessons::ALL.iter().enumerate() {
        let of = said.iter().find(|said| said["name"] == lesson.name);
        let page = Page {
            style: STYLE,
            scripts: SCRIPTS,
            summary: lesson.title(),
            text: Text::of(lesson),
            said: of.with_context(|| format!("the engines say nothing of {}", lesson.name))?,
            memory_model: lesson.engine.memory_model(),
            weak: lesson.engine == Engine::Rc11,
            before: at.checked_sub(1).map(|before| links[before].clone()),
            after: links.get(at + 1).cloned(),
        };
        pages.push((links[at].file.clone(), fill(include_str!("lesson.html"), &page)?));
    }
    Ok(pages)
}

impl Link {
    fn to(lesson: &Lesson) -> Self {
        Link { file: format!("{}.html", lesson.name), title: lesson.title() }
    }
}
