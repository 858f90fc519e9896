//! Everything about one structure, in a folder of its own: the subject and its broken twins, the checks, the operations
//! with their sequential specification and the programs that are made of them, and the workload on real threads.

use crate::check::Check;
use crate::structure::Structure;
use crate::workload::Entry;

/// The contents of a folder.
pub(crate) struct Room {
    /// The checks, those of the twins among them.
    pub(crate) checks: fn() -> Vec<Check>,
    /// The structures whose programs are enumerated and drawn, and their twins.
    pub(crate) structures: fn() -> Vec<Structure>,
    /// What `stress` runs on real threads.
    pub(crate) workloads: fn() -> Vec<Entry>,
}

impl Room {
    /// A room with checks only.
    pub(crate) const fn of_checks(checks: fn() -> Vec<Check>) -> Self {
        Room { checks, structures: Vec::new, workloads: Vec::new }
    }

    /// A room with programs only.
    pub(crate) const fn of_programs(structures: fn() -> Vec<Structure>) -> Self {
        Room { checks: Vec::new, structures, workloads: Vec::new }
    }
}
