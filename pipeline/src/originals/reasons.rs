//! Why an original may fail: `pipeline/originals.toml`.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, ensure};
use ci::builds;
use serde::Deserialize;

use super::Engine;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reasons {
    /// The reasons themselves, by short names.
    kinds: BTreeMap<String, String>,
    /// Which tests have them.
    #[serde(default)]
    reasons: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    engine: Engine,
    kind: String,
    file: String,
    /// Their names in that file.
    tests: Vec<String>,
}

impl Reasons {
    pub(super) fn read() -> anyhow::Result<Reasons> {
        let path = builds::root().join("pipeline/originals.toml");
        let text = fs::read_to_string(&path).context("failed to read pipeline/originals.toml")?;
        let reasons: Reasons = toml::from_str(&text).context("failed to understand pipeline/originals.toml")?;
        for Reason { kind, .. } in &reasons.reasons {
            ensure!(reasons.kinds.contains_key(kind), "pipeline/originals.toml has no reason called `{kind}`");
        }
        Ok(reasons)
    }

    /// Why this test of a file may fail.
    pub(super) fn of(&self, engine: Engine, file: &str, test: &str) -> Option<&str> {
        let is_it = |reason: &&Reason| {
            reason.engine == engine && reason.file == file && reason.tests.iter().any(|name| name == test)
        };
        self.reasons.iter().find(is_it).map(|reason| self.kinds[&reason.kind].as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::source::Released;
    use super::*;

    /// Each reason is needed once, by a test that there is.
    #[test]
    fn every_reason_is_of_a_test_of_the_released_crate() {
        let (reasons, released) = (Reasons::read().unwrap(), Released::find().unwrap());
        let files: BTreeMap<String, String> = released.files(Engine::Plain).unwrap().into_iter().collect();
        let mut seen = BTreeSet::new();
        for Reason { engine, file, tests, .. } in &reasons.reasons {
            let text = ["tests", "examples"].iter().find_map(|folder| files.get(&format!("{folder}/{file}.rs")));
            let text = text.unwrap_or_else(|| panic!("there is no file `{file}`"));
            for test in tests {
                let name = test.rsplit("::").next().expect("a name has a part");
                assert!(text.contains(&format!("fn {name}()")), "there is no test `{test}` in {file}.rs");
                assert!(seen.insert((engine, file, test)), "{file}::{test} has two reasons");
            }
        }
        for kind in reasons.kinds.keys() {
            assert!(reasons.reasons.iter().any(|reason| reason.kind == *kind), "nothing needs the reason `{kind}`");
        }
    }
}
