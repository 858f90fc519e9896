//! What a bench of patterns against their peers prints and `cargo ci bench` reads: one line of JSON for each contest.

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
    /// What keeps it from the goal if it misses it, and what was tried.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limit: String,
    /// The pattern first, then its peers.
    pub contenders: Vec<Contender>,
}

/// One of the implementations in a contest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// The crate or type.
    pub name: String,
    /// Its role among the others.
    pub role: Role,
    /// Operations a second, in the order of the rounds: those of one round were taken one after another.
    pub rates: Vec<f64>,
    /// How many of the gets found something; `None` if all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit_ratio: Option<f64>,
    /// Bytes that it holds for an entry, its fixed part included; `None` where it has no entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<f64>,
    /// Whether its instructions can be counted.
    pub countable: bool,
    /// Instructions of an operation on one thread; `None` if they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<f64>,
}

/// The role of a contender among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The pattern of this workspace.
    Ours,
    /// What a program could use instead.
    Peer,
    /// The document's program in Go; it may have half the pattern's throughput at most.
    Document,
}
