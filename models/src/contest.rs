//! What a bench of patterns against their peers prints and `cargo ci bench` reads: a line of JSON a contest.

use serde::{Deserialize, Serialize};

/// One operation under one setting, done by a pattern and by others in turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// The type of the pattern.
    pub pattern: String,
    /// The operation and its setting, as in `100000 keys, uniform, 99 % reads`.
    pub case: String,
    /// Threads that worked at once.
    pub threads: usize,
    /// Asked of the pattern: so many times the throughput of the fastest peer.
    pub goal: f64,
    /// What keeps it from the goal where it misses it, and what was tried.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limit: String,
    /// The pattern first, then its peers.
    pub contenders: Vec<Contender>,
}

/// One of those that did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// The crate or type.
    pub name: String,
    /// What it is to the others.
    pub role: Role,
    /// Operations a second, in the order of the rounds: those of one round were taken one after another.
    pub rates: Vec<f64>,
    /// How many of the gets found something; none where they all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit_ratio: Option<f64>,
    /// Whether its instructions can be counted.
    pub countable: bool,
    /// Instructions an operation takes on one thread; none where they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<f64>,
}

/// What a contender is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The pattern of this workspace.
    Ours,
    /// What one would use instead.
    Peer,
    /// The program of the document, in Go; it is asked for half the pattern's throughput at most.
    Document,
}
