//! A failure as a file: what is needed to see it again, on another machine and after another edit.
//!
//! The schedule is kept as names of threads and operations, so that it outlives edits that have nothing to do with it.

use serde::{Deserialize, Serialize};

use super::Row;
use crate::check::programs::Program;
use crate::check::story::{Divergence, Story};
use crate::check::{Engine, Status};

/// The version of the format.
const SCHEMA: u32 = 1;

/// A failure, and how it came about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    /// The version of the format in which it was written.
    pub schema: u32,
    /// The version of selvedge that wrote it.
    pub version: String,
    /// `pattern/property`.
    pub check: String,
    /// The defect of the broken twin that fails, if it is a twin.
    pub defect: Option<String>,
    /// The engine that found it.
    pub engine: Engine,
    /// The seed of a sampler.
    pub seed: Option<u64>,
    /// What broke.
    pub headline: String,
    /// The test that the check is in, where its program is a test program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The program that failed, by the words of its operations, where the check is one of many programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program<String>>,
    /// The failing execution.
    pub story: Story,
}

impl Saved {
    /// The failure of a row, if it has one and its story is known.
    pub fn of(row: &Row) -> Option<Saved> {
        let headline = row.failure.as_deref()?.lines().next()?.to_owned();
        Some(Saved {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            check: row.check.clone(),
            defect: row.defect.clone(),
            engine: row.engine.engine()?,
            seed: row.seed,
            headline,
            test: row.test.clone(),
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
        if saved.schema != SCHEMA {
            return Err(format!("saved in format {}, and this version reads format {SCHEMA}", saved.schema));
        }
        saved.story.check().map_err(|error| format!("this is no saved failure: {error}"))?;
        Ok(saved)
    }

    /// A name for its file.
    pub fn file_name(&self) -> String {
        let subject = self.defect.as_deref().unwrap_or("pattern");
        let name = self.check.replace(|letter: char| !letter.is_alphanumeric() && !"_-.".contains(letter), "-");
        format!("{name}-{subject}-{}.json", self.engine.name())
    }

    /// The row of a replay; it is `ok` if a twin still fails as it did, or if a pattern no longer fails.
    ///
    /// # Errors
    ///
    /// If the story could not be followed, so that nothing is known.
    pub fn judge(&self, mut row: Row, diverged: Option<Divergence>) -> Result<Row, String> {
        let failed = (row.verdict == Status::Failed).then(|| self.is_that_of(&row));
        let is_twin = self.defect.is_some();
        let ok = match (failed, diverged) {
            (Some(same), _) => same && is_twin,
            (None, None) => !is_twin,
            (None, Some(diverged)) => {
                let with = self.defect.as_deref().map(|defect| format!(" with {defect}")).unwrap_or_default();
                return Err(format!("{}{with}: {diverged}", self.check));
            }
        };
        if let Some(story) = row.story.as_mut().filter(|story| story.preemptions() == self.story.preemptions()) {
            // A replay proves nothing about simpler schedules; the original search did.
            story.simpler = self.story.simpler;
        }
        Ok(Row { ok, ..row })
    }

    /// Whether a row has the same failure: the same headline, except for line numbers, which change with every edit.
    pub fn is_that_of(&self, row: &Row) -> bool {
        let headline = row.failure.as_deref().and_then(|failure| failure.lines().next());
        headline.map(without_lines) == Some(without_lines(&self.headline))
    }
}

/// A headline without the numbers of lines in it.
fn without_lines(headline: &str) -> String {
    let parts = headline.split(".rs:").map(|part| part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    parts.collect::<Vec<_>>().join(".rs")
}
