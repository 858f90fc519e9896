//! The catalogue: every room, in the order of the document, and lists over all rooms.

use selvedge::check::Engine;
use selvedge::check::protocol::{Cell, Listing, Pair, SCHEMA, Workload};

use crate::check::Check;
use crate::room::Room;
use crate::structure::Structure;
use crate::workload::Entry;
use crate::{
    account, biased_lock, buffer, channel, context, copy_on_write, counter, free_list, gate, handover, litmus, locks,
    map, memory, pairs, published, safe_data, ttl_cache, worker_pool,
};

/// The patterns in the order of the document, then the idioms that they are made of, and rooms with programs only.
const ROOMS: [Room; 17] = [
    account::ROOM,
    counter::ROOM,
    biased_lock::ROOM,
    safe_data::ROOM,
    copy_on_write::ROOM,
    map::ROOM,
    worker_pool::ROOM,
    context::ROOM,
    ttl_cache::ROOM,
    buffer::ROOM,
    gate::ROOM,
    locks::ROOM,
    handover::ROOM,
    free_list::ROOM,
    memory::ROOM,
    channel::ROOM,
    published::ROOM,
];

/// Every check, in the order of the document.
pub fn checks() -> Vec<Check> {
    ROOMS.iter().flat_map(|room| (room.checks)()).collect()
}

/// Every structure, and then the twins.
pub fn structures() -> Vec<Structure> {
    let all = ROOMS.iter().flat_map(|room| (room.structures)());
    let (twins, own): (Vec<_>, Vec<_>) = all.partition(|structure| structure.is_twin);
    own.into_iter().chain(twins).collect()
}

/// Every workload, and then the broken twins'.
pub fn workloads() -> Vec<Entry> {
    let all = ROOMS.iter().flat_map(|room| (room.workloads)());
    let (twins, own): (Vec<_>, Vec<_>) = all.partition(|entry| entry.is_twin);
    [own, twins].concat()
}

/// Every cell of the checks, over the engines of all builds.
pub fn cells() -> Vec<Cell> {
    let cells = |check: &Check| Engine::ALL.map(|engine| check.cell(engine));
    checks().iter().flat_map(cells).collect()
}

/// Everything that there is, as `cargo verify` reads it.
pub fn listing() -> Listing {
    let structures = structures();
    let pair = |pair: &pairs::Pair| Pair {
        name: pair.name.to_owned(),
        defects: pair.defects.iter().map(|&defect| defect.to_owned()).collect(),
        correct: pair.correct.text.to_owned(),
        broken: pair.broken.text.to_owned(),
    };
    let workload = |entry: Entry| Workload {
        pattern: entry.pattern.to_owned(),
        subject: entry.subject.to_owned(),
        is_twin: entry.is_twin,
    };
    Listing {
        schema: SCHEMA,
        cells: cells().into_iter().chain(structures.iter().map(Structure::cell)).collect(),
        drawn: structures.iter().flat_map(Structure::drawn_cells).collect(),
        workloads: workloads().into_iter().map(workload).collect(),
        pairs: pairs::ALL.iter().map(pair).collect(),
        litmus: litmus::all().len(),
    }
}

/// The check of that name against the pattern, or against the twin with that defect.
pub fn find(name: &str, defect: Option<&str>) -> Option<Check> {
    checks().into_iter().find(|check| check.name() == name && check.defect == defect)
}

/// The structure whose cell has these names.
pub fn find_structure(check: &str, defect: Option<&str>) -> Option<Structure> {
    let name = check.strip_prefix(Listing::PROGRAMS)?;
    structures().into_iter().find(|structure| structure.name == name && structure.defect() == defect)
}
