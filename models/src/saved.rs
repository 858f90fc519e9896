//! A failure as a file: what is needed to see it again, on another machine and after another edit.
//!
//! The schedule is kept by the names of threads and operations, so that it outlives edits that have nothing to
//! do with it. A file in `models/regressions/` is run by every `cargo test` under the engines.

use std::time::Duration;

use selvedge::check::programs::Program;
use selvedge::check::story::Story;
use selvedge::check::{Engine, Explorer};
use serde::{Deserialize, Serialize};

use crate::row::Row;
use crate::{catalogue, programs};

/// A headline without the numbers of lines in it, which change with every edit.
fn without_lines(headline: &str) -> String {
    let parts = headline.split(".rs:").map(|part| part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    parts.collect::<Vec<_>>().join(".rs")
}

/// The version of the format.
pub const SCHEMA: u32 = 1;

/// A failure, and how it came about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// [`SCHEMA`] when it was written.
    pub schema: u32,
    /// The version of selvedge that wrote it.
    pub version: String,
    /// `pattern/property`.
    pub check: String,
    /// The broken twin that fails, if it is none of the patterns.
    pub defect: Option<String>,
    /// Who found it.
    pub engine: String,
    /// The seed of a sampler.
    pub seed: Option<u64>,
    /// What broke.
    pub headline: String,
    /// The program that failed, by the words of its operations, where the check is one of many programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program<String>>,
    /// The execution in which it did.
    pub story: Story,
}

impl Saved {
    /// The failure of a row, if it is one and its story is known.
    pub fn of(row: &Row) -> Option<Saved> {
        let headline = row.failure.as_deref()?.lines().next()?.to_owned();
        Some(Saved {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            check: row.check.clone(),
            defect: row.defect.clone(),
            engine: row.engine.clone(),
            seed: row.seed,
            headline,
            program: row.program.clone(),
            story: row.story.clone()?,
        })
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Saved, String> {
        let saved: Saved = serde_json::from_str(text).map_err(|error| format!("this is no saved failure: {error}"))?;
        match saved.schema {
            SCHEMA => Ok(saved),
            other => Err(format!("saved in format {other}, and this version reads format {SCHEMA}")),
        }
    }

    /// The engine that found it.
    ///
    /// # Errors
    ///
    /// If there is none of that name.
    pub fn engine(&self) -> Result<Engine, String> {
        Engine::from_name(&self.engine).ok_or_else(|| format!("there is no engine {}", self.engine))
    }

    /// A name for its file.
    pub fn file_name(&self) -> String {
        let subject = self.defect.as_deref().unwrap_or("pattern");
        format!("{}-{subject}-{}.json", self.check.replace('/', "-"), self.engine)
    }

    /// Runs it again, in a build that has its engine. The row is `ok` if it is still as it is to be: a twin fails as
    /// it did, and a pattern does not fail any more.
    ///
    /// # Errors
    ///
    /// If the check or the engine is not there, or what it did cannot be done any more.
    pub fn replay(&self, time_limit: Duration) -> Result<Row, String> {
        let name = self.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
        let gone = || format!("there is no check {}{name} any more", self.check);
        let engine = self.engine()?;
        if !Engine::available().any(|available| available == engine) {
            return Err(format!("the engine {} is not in this build", self.engine));
        }
        let explorer = Explorer::new(engine).seed(self.seed.unwrap_or(0)).time_limit(time_limit).simplify(false);
        let (mut row, diverged) = match &self.program {
            Some(program) => {
                let structure = programs::find(&self.check, self.defect.as_deref()).ok_or_else(gone)?;
                structure.replay(program, &self.story, &explorer)?
            }
            None => {
                let check = catalogue::find(&self.check, self.defect.as_deref()).ok_or_else(gone)?;
                let (report, diverged) = explorer.replay(&self.story, check.body());
                (check.row(&report), diverged)
            }
        };
        let headline = row.failure.as_deref().and_then(|failure| failure.lines().next());
        let failed =
            (row.verdict == "failed").then_some(headline.map(without_lines) == Some(without_lines(&self.headline)));
        let ok = match (failed, self.defect.is_some(), &diverged) {
            (Some(same), is_twin, _) => same && is_twin,
            (None, is_twin, None) => !is_twin,
            (None, _, Some(diverged)) => return Err(format!("{}{name}: {diverged}", self.check)),
        };
        if let Some(story) = row.story.as_mut().filter(|story| story.preemptions() == self.story.preemptions()) {
            // One replay proves nothing about simpler schedules; the search before it has.
            story.simpler = self.story.simpler;
        }
        Ok(Row { ok, ..row })
    }
}
