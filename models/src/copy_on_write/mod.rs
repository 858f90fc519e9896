//! Copy-on-write: one whole version, versions that never go back, and no update lost.

pub mod operations;
pub mod twins;
mod workload;

use selvedge::check::require;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::sync::{Arc, channel, thread};

use self::twins::{CopyBeforeLock, FieldsOfTwoVersions};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { checks, structures: operations::structures, workloads: workload::entries };

/// Two numbers that change together, each change a new version.
pub trait Config: Send + Sync + Sized {
    /// Both zero.
    fn new() -> Self;
    /// The version that is current.
    fn load(&self) -> Arc<[u64; 2]>;
    /// Makes a new version, in which both are larger by one.
    fn increment(&self);
}

impl Config for CopyOnWrite<[u64; 2]> {
    fn new() -> Self {
        CopyOnWrite::new([0, 0])
    }

    fn load(&self) -> Arc<[u64; 2]> {
        self.load()
    }

    fn increment(&self) {
        self.update(|old| old.map(|n| n + 1));
    }
}

fn reader_sees_one_version<C: Config>() {
    let config = C::new();
    let (_, seen) = together(
        || config.increment(),
        || {
            let version = config.load();
            let before = *version;
            let _ = config.load();
            (before, *version)
        },
    );
    let (before, after) = seen;
    require(before[0] == before[1], || format!("two fields of different versions: {before:?}"));
    require(before == after, || format!("a version changed under its reader: {before:?} became {after:?}"));
}

fn versions_never_go_back<C: Config>() {
    let config = C::new();
    let (_, seen) = together(|| (0..2).for_each(|_| config.increment()), || [config.load()[0], config.load()[0]]);
    require(seen[0] <= seen[1], || format!("a reader saw version {} after version {}", seen[1], seen[0]));
}

fn concurrent_updates_survive<C: Config>() {
    let config = C::new();
    together(|| config.increment(), || config.increment());
    let total = config.load()[0];
    require(total == 2, || format!("lost update: two updates make {total}"));
}

/// Each thread writes, and finds at least its own update.
fn own_update_is_seen<C: Config>() {
    let config = C::new();
    let write_and_read = || {
        config.increment();
        *config.load()
    };
    let (one, other) = together(write_and_read, write_and_read);
    let last = *config.load();
    require(last == [2, 2], || format!("lost update: two updates make {last:?}"));
    let versions = [one, other].map(|seen| seen[0]);
    require(versions.iter().all(|seen| (1..=2).contains(seen)) && versions.contains(&2), || {
        format!("after their own updates the writers saw versions {versions:?}")
    });
}

/// A version is made only when a reader has been there meanwhile: if it waited for the copy, both would wait for ever.
fn a_reader_waits_for_no_copy() {
    let config = CopyOnWrite::new(0);
    let (here, seen) = channel::bounded(1);
    together(
        || {
            let versions = [*config.load(), config.read(|version| *version)];
            here.send(versions).expect("there is room for it");
        },
        || {
            config.update(|old| {
                let versions = seen.recv().ok();
                require(versions == Some([0, 0]), || format!("before there was another, a reader saw {versions:?}"));
                old + 1
            })
        },
    );
}

fn nobody_left_behind<C: Config>() {
    let config = C::new();
    thread::scope(|scope| {
        scope.spawn(|| config.increment());
        scope.spawn(|| config.increment());
        scope.spawn(|| config.load());
    });
    require(*config.load() == [2, 2], || "an update is gone".to_owned());
}

fn checks() -> Vec<Check> {
    type Real = CopyOnWrite<[u64; 2]>;
    let new = |property, claim| Check::new("copy_on_write", property, claim);
    let survive = new("concurrent_updates_survive", "two concurrent updates both survive")
        .on("CopyOnWrite", concurrent_updates_survive::<Real>);
    let whole = new("reader_sees_one_version", "a reader sees one whole version, and it never changes under them")
        .on("CopyOnWrite", reader_sees_one_version::<Real>)
        .loom_bound(3);
    vec![
        survive.twin("CopyBeforeLock", concurrent_updates_survive::<CopyBeforeLock>),
        survive,
        whole.twin("FieldsOfTwoVersions", reader_sees_one_version::<FieldsOfTwoVersions>),
        whole,
        new("versions_never_go_back", "the versions that one reader sees never go back")
            .on("CopyOnWrite", versions_never_go_back::<Real>)
            .loom_bound(3),
        new("nobody_left_behind", "readers and writers all get in and out")
            .on("CopyOnWrite", nobody_left_behind::<Real>)
            .loom_bound(3),
        new("a_reader_waits_for_no_copy", "a reader gets a version while another is made")
            .on("CopyOnWrite", a_reader_waits_for_no_copy),
        new("own_update_is_seen", "a writer finds its own update, and the last one finds both")
            .on("CopyOnWrite", own_update_is_seen::<Real>)
            .loom_bound(3),
    ]
}
