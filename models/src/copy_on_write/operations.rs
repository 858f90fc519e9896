//! The operations on a value in versions, and their sequential specification: whole versions, and no update lost. And
//! those of the document's `ConfigManager`.

use std::collections::BTreeMap;

use selvedge::check::programs::Programs;
use selvedge::patterns::copy_on_write::{ConfigManager, CopyOnWrite};
use serde::{Deserialize, Serialize};

use super::Config;
use super::twins::{CopyBeforeLock, FieldsOfTwoVersions};
use crate::reference::Reference;
use crate::structure::{Orderings, Structure};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// The current version.
    Load,
    /// Makes a new version, in which both numbers are larger by one.
    Increment,
}

/// Both numbers, which are the same.
pub const SPECIFICATION: Specification = Reference {
    initial: 0,
    apply: |version, op| {
        match op {
            Op::Load => return Some(Some([*version; 2])),
            Op::Increment => *version += 1,
        }
        Some(None)
    },
};
/// Of a value in versions.
pub type Specification = Reference<u64, Op, Option<[u64; 2]>>;

/// Performs an operation.
pub fn perform<C: Config>(config: &C, op: &Op) -> Option<[u64; 2]> {
    match op {
        Op::Load => return Some(*config.load()),
        Op::Increment => config.increment(),
    }
    None
}

fn versions<C: Config + 'static>() -> Programs<Specification, C> {
    Programs::new(SPECIFICATION, C::new, perform)
        .operation(1, [Op::Load])
        .operation(2, [Op::Increment])
        .after([Op::Load])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Setting {
    Get(&'static str),
    Update(&'static str, &'static str),
}
use Setting::{Get, Update};

/// The settings by their names.
type Settings = Reference<BTreeMap<&'static str, &'static str>, Setting, Option<String>>;

fn settings() -> Programs<Settings, ConfigManager> {
    let perform = |manager: &ConfigManager, op: &Setting| match *op {
        Get(name) => manager.get_config().setting(name).map(str::to_owned),
        Update(name, value) => {
            manager.update_setting(name, value);
            None
        }
    };
    let apply = |settings: &mut BTreeMap<_, _>, op: &Setting| match *op {
        Get(name) => Some(settings.get(name).map(|&value: &&str| value.to_owned())),
        Update(name, value) => {
            settings.insert(name, value);
            Some(None)
        }
    };
    let settings = Reference { initial: BTreeMap::from([("host", "a")]), apply };
    Programs::new(settings, || ConfigManager::new([("host", "a")]), perform)
        .operation(2, [Get("host"), Get("port")])
        .operation(2, [Update("host", "b"), Update("host", "c")])
        .operation(1, [Update("port", "1"), Update("port", "2")])
        .after([Get("host"), Get("port")])
}

pub(super) fn structures() -> Vec<Structure> {
    type Real = CopyOnWrite<[u64; 2]>;
    vec![
        Structure::new("copy_on_write", "CopyOnWrite", versions::<Real>()).with_orderings(Orderings::Hidden),
        Structure::new("config_manager", "ConfigManager", settings()).with_orderings(Orderings::Hidden),
        Structure::twin("copy_on_write", "CopyBeforeLock", versions::<CopyBeforeLock>()),
        Structure::twin("copy_on_write", "FieldsOfTwoVersions", versions::<FieldsOfTwoVersions>()),
    ]
}
