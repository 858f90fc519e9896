//! Read-write locks: readers together, a writer alone, and no torn read over several keys.

pub mod operations;
pub mod twins;
mod workload;

use selvedge::check::require;
use selvedge::patterns::safe_data;
use selvedge::sync::{channel, thread};

use self::twins::WriteKeyByKey;
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { checks, structures: operations::structures, workloads: workload::entries };

/// Two values that belong together, behind a lock.
pub trait SafeData: Send + Sync + Sized {
    /// Both zero.
    fn new() -> Self;
    /// Both, as they were at one moment.
    fn both(&self) -> [u64; 2];
    /// Writes both in one go.
    fn set_both(&self, value: u64);
    /// Adds to the first.
    fn increment(&self);
}

pub(crate) type Real = safe_data::SafeData<&'static str, u64>;

impl SafeData for Real {
    fn new() -> Self {
        let data = safe_data::SafeData::new();
        data.with_mut(|map| map.extend([("a", 0), ("b", 0)]));
        data
    }

    fn both(&self) -> [u64; 2] {
        self.with(|map| ["a", "b"].map(|key| map[key]))
    }

    fn set_both(&self, value: u64) {
        self.with_mut(|map| map.extend([("a", value), ("b", value)]));
    }

    fn increment(&self) {
        self.with_mut(|map| *map.entry("a").or_insert(0) += 1);
    }
}

fn read_sees_all_keys_of_a_write<D: SafeData>() {
    let data = D::new();
    let (_, seen) = together(|| data.set_both(1), || data.both());
    require(seen[0] == seen[1], || format!("torn read: one key was {} and the other {}", seen[0], seen[1]));
}

fn writers_exclude_each_other<D: SafeData>() {
    let data = D::new();
    together(|| data.increment(), || data.increment());
    let [total, _] = data.both();
    require(total == 2, || format!("lost update: two increments make {total}"));
}

fn reads_never_go_back<D: SafeData>() {
    let data = D::new();
    let (_, [first, second]) = together(|| [1, 2].map(|value| data.set_both(value)), || [data.both(), data.both()]);
    let torn = [first, second].into_iter().find(|seen| seen[0] != seen[1]);
    require(torn.is_none(), || format!("torn read: {torn:?}"));
    require(first[0] <= second[0], || format!("a reader saw {} after {}", second[0], first[0]));
}

/// Two increments each, on three threads.
fn three_writers_add_up<D: SafeData>() {
    let data = D::new();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..2).for_each(|_| data.increment()));
        }
    });
    let [total, _] = data.both();
    require(total == 6, || format!("lost update: six increments make {total}"));
}

/// Two readers meet inside: if one kept the other out, both would wait for ever.
fn readers_go_together() {
    let data = <Real as SafeData>::new();
    let (here, there) = channel::bounded(0);
    together(
        || data.with(|_| require(here.send(()).is_ok(), || "the other reader has gone".to_owned())),
        || data.with(|_| require(there.recv().is_ok(), || "the other reader has gone".to_owned())),
    );
}

fn nobody_left_behind<D: SafeData>() {
    let data = D::new();
    thread::scope(|scope| {
        scope.spawn(|| data.set_both(1));
        scope.spawn(|| data.both());
        scope.spawn(|| data.both());
    });
    require(data.both() == [1, 1], || "the write is gone".to_owned());
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("safe_data", property, claim);
    let torn = new("read_sees_all_keys_of_a_write", "no torn read over several keys")
        .on("SafeData", read_sees_all_keys_of_a_write::<Real>);
    vec![
        torn.twin("WriteKeyByKey", read_sees_all_keys_of_a_write::<WriteKeyByKey>),
        torn,
        new("writers_exclude_each_other", "a writer is alone").on("SafeData", writers_exclude_each_other::<Real>),
        new("readers_go_together", "a reader does not wait for another").on("SafeData", readers_go_together),
        new("nobody_left_behind", "readers and a writer all get in and out")
            .on("SafeData", nobody_left_behind::<Real>)
            .loom_bound(3),
        new("reads_never_go_back", "a reader sees whole writes, in the order in which they were made")
            .on("SafeData", reads_never_go_back::<Real>),
        new("three_writers_add_up", "three writers lose no update")
            .on("SafeData", three_writers_add_up::<Real>)
            .loom_bound(3),
    ]
}
