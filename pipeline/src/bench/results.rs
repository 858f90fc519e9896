//! The measurements, the machine and the compiler: the document of `--json`, which `--against` reads again.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use ci::machine::Machine;
use cli::input;
use models::contest::Contest;
use serde::{Deserialize, Serialize};

/// The version of the format.
const SCHEMA: u32 = 1;

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The version of the format.
    pub schema: u32,
    /// The version of selvedge.
    pub version: String,
    /// The compiler: `rustc 1.95.0 (59807616e 2026-04-14), x86_64`.
    pub compiler: String,
    pub machine: Machine,
    pub contests: Vec<Contest>,
}

impl Results {
    /// The results of this machine. The contests of a pattern are put together.
    pub fn new(mut contests: Vec<Contest>) -> anyhow::Result<Self> {
        let mut patterns: Vec<String> = Vec::new();
        contests.sort_by_cached_key(|contest| {
            let at = patterns.iter().position(|pattern| *pattern == contest.pattern);
            at.unwrap_or_else(|| {
                patterns.push(contest.pattern.clone());
                patterns.len() - 1
            })
        });
        let rates = contests.iter_mut().flat_map(|contest| &mut contest.contenders).flat_map(|one| &mut one.rates);
        // Fractions of an operation per second say nothing.
        rates.for_each(|rate| *rate = rate.round());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Results { schema: SCHEMA, version, compiler: compiler()?, machine: Machine::this(), contests })
    }

    /// Reads a document.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = input::text(path)?;
        let what = || format!("{} is no document of `cargo ci bench --json`", path.display());
        let results: Results = serde_json::from_str(&text).with_context(what)?;
        ensure!(results.schema == SCHEMA, "{} has schema {}, not {SCHEMA}", path.display(), results.schema);
        Ok(results)
    }

    /// The document, one line for each contest.
    pub fn json(&self) -> anyhow::Result<String> {
        let Results { schema, version, compiler, machine, contests } = self;
        let head =
            serde_json::json!({ "schema": schema, "version": version, "compiler": compiler, "machine": machine });
        let head = head.to_string();
        let lines: Vec<String> = contests.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        let head = head.strip_suffix('}').expect("it is an object");
        Ok(format!("{head},\"contests\":[\n{}\n]}}\n", lines.join(",\n")))
    }
}

fn compiler() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().context("failed to run rustc")?;
    Ok(format!("{}, {}", String::from_utf8_lossy(&output.stdout).trim(), std::env::consts::ARCH))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::bench::standing::tests::contest;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bench.json");
        let contests = vec![contest("one", &[("ours", &[1.25]), ("a", &[2.0])]), contest("two", &[("ours", &[3.0])])];
        let results = Results::new(contests).unwrap();
        assert_eq!(results.contests[0].contenders[0].rates, [1.0]);
        fs::write(&path, results.json().unwrap()).unwrap();
        assert_eq!(Results::read(&path).unwrap(), results);
        fs::write(&path, Results { schema: 2, ..results }.json().unwrap()).unwrap();
        assert!(Results::read(&path).unwrap_err().to_string().ends_with("has schema 2, not 1"));
        fs::write(&path, "{}").unwrap();
        let why = Results::read(&path).unwrap_err().to_string();
        assert!(why.ends_with("bench.json is no document of `cargo ci bench --json`"), "{why}");
    }

    #[test]
    fn the_contests_of_a_pattern_stand_together_in_their_order() {
        let of = |pattern: &str, case| Contest { pattern: pattern.to_owned(), ..contest(case, &[]) };
        let results = Results::new(vec![of("b", "1"), of("a", "2"), of("b", "3"), of("a", "4")]).unwrap();
        let cases: Vec<&str> = results.contests.iter().map(|contest| contest.case.as_str()).collect();
        assert_eq!(cases, ["1", "3", "2", "4"]);
    }
}
