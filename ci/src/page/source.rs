//! Lines of the workspace's own source, at the time when a page is made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use serde::Serialize;

use crate::builds;

/// How many lines are shown before and after a wanted one.
const AROUND: u32 = 7;

/// The text of a file of the workspace. `None` for a file elsewhere: a page is given to others, and must say nothing
/// about the machine that made it.
pub fn read(path: &str) -> Option<String> {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| fs::read_to_string(builds::root().join(path)).ok()).flatten()
}

/// Parts of a file.
#[derive(Debug, Serialize)]
pub struct Excerpts {
    /// From the root of the workspace.
    pub path: String,
    /// The lines that are shown, by their number.
    lines: BTreeMap<u32, String>,
}

impl Excerpts {
    /// The text around some lines of a file; empty if the file is not of this workspace.
    pub fn around(path: &str, wanted: impl Iterator<Item = u32>) -> Self {
        let text = read(path).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        let mut lines = BTreeMap::new();
        for line in wanted {
            for near in line.saturating_sub(AROUND).max(1)..=line + AROUND {
                if let Some(text) = all.get(near as usize - 1) {
                    lines.entry(near).or_insert_with(|| (*text).to_owned());
                }
            }
        }
        Excerpts { path: path.to_owned(), lines }
    }

    /// A line by its number.
    #[cfg(test)]
    pub fn line(&self, number: u32) -> Option<&str> {
        self.lines.get(&number).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_with_its_file() {
        let excerpts = Excerpts::around("ci/src/page/source.rs", [1, 40_000].into_iter());
        assert!(excerpts.line(1).is_some_and(|line| line.starts_with("//! Lines")));
        assert_eq!(excerpts.lines.len(), 1 + AROUND as usize);
    }

    #[test]
    fn nothing_is_read_outside_of_the_workspace() {
        for path in ["/etc/passwd", "../Cargo.toml", "src/../../etc/passwd"] {
            assert!(read(path).is_none(), "{path}");
        }
    }
}
