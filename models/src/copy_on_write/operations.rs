//! The operations on a value in versions, and their sequential specification: whole versions, and no update lost.

use selvedge::check::linearizability::Sequential;
use serde::{Deserialize, Serialize};

use super::Config;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// The current version.
    Load,
    /// Makes a new version, in which both numbers are larger by one.
    Increment,
}

/// The specification: both numbers.
#[derive(Debug)]
pub struct Versions;

impl Sequential for Versions {
    type State = u64;
    type Op = Op;
    type Ret = Option<[u64; 2]>;

    fn initial(&self) -> u64 {
        0
    }

    fn apply(&self, version: &mut u64, op: &Op) -> Option<[u64; 2]> {
        match op {
            Op::Load => return Some([*version; 2]),
            Op::Increment => *version += 1,
        }
        None
    }
}

/// Performs an operation.
pub fn perform<C: Config>(config: &C, op: &Op) -> Option<[u64; 2]> {
    match op {
        Op::Load => return Some(*config.load()),
        Op::Increment => config.increment(),
    }
    None
}
