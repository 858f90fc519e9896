//! In which column of a table a result stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::Engine;

/// The column of a result: its engine, or what else a night is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// Workloads on real threads.
    Stress,
    /// The same, in a build in which the threads are perturbed.
    Jitter,
    /// Whether the shards of a night are there.
    Shards,
    /// An engine.
    #[serde(untagged)]
    Engine(Engine),
}

impl Column {
    /// Its title.
    pub fn name(self) -> &'static str {
        match self {
            Column::Stress => "stress",
            Column::Jitter => "jitter",
            Column::Shards => "shards",
            Column::Engine(engine) => engine.name(),
        }
    }

    /// The engine, if it is one.
    pub fn engine(self) -> Option<Engine> {
        match self {
            Column::Engine(engine) => Some(engine),
            Column::Stress | Column::Jitter | Column::Shards => None,
        }
    }
}

impl PartialEq<Engine> for Column {
    fn eq(&self, other: &Engine) -> bool {
        self.engine() == Some(*other)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
