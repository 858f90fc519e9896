//! A value in versions: what a read costs, alone and with a writer who makes a version a millisecond; and an update.

use std::hint::black_box;
use std::sync::Arc;

use arc_swap::ArcSwap;
use models::contest::Role;
use parking_lot::{Mutex, RwLock};
use selvedge::patterns::copy_on_write::CopyOnWrite;

use crate::harness::{Case, Contender, Entry, Worker, over_and_over};

const THREADS: [usize; 4] = [1, 2, 4, 8];

/// A version: small, so that the way to it is what is measured.
type Version = [u64; 8];

/// Something that holds a version, how a worker of it reads, and an update.
struct Read<C, R> {
    config: C,
    reader: R,
    update: fn(&C),
    with_writer: bool,
}

impl<C: Sync, R: for<'a> Fn(&'a C) -> Worker<'a> + Sync> Contender for Read<C, R> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        (self.reader)(&self.config)
    }

    fn disturb(&self) {
        if self.with_writer {
            (self.update)(&self.config);
        }
    }
}

/// A reader that does so over and over.
fn reads<'a>(read: impl Fn() -> u64 + 'a) -> Worker<'a> {
    Box::new(move |operations| (0..operations).for_each(|_| _ = black_box(read())))
}

fn entries(with_writer: bool) -> Vec<Entry> {
    let first = Version::default;
    let (ours, swapped) = (CopyOnWrite::new(first()), ArcSwap::from_pointee(first()));
    let locked = RwLock::new(Arc::new(first()));
    let (mut writer, reader) = left_right::new_from_empty(first());
    writer.publish();
    let copies = LeftRight { writer: Mutex::new(writer), readers: reader.factory() };
    vec![
        entry("CopyOnWrite", Role::Ours, ours, with_writer, |c| _ = c.update(next), |c| reads(|| c.read(|v| v[0]))),
        entry("arc-swap", Role::Peer, swapped, with_writer, |c| _ = c.rcu(|v| next(v)), |c| reads(|| c.load()[0])),
        entry("left-right", Role::Peer, copies, with_writer, LeftRight::update, |copies| {
            let reader = copies.readers.handle();
            reads(move || reader.enter().expect("the writer is there")[0])
        }),
        entry("RwLock<Arc>", Role::Peer, locked, with_writer, update_locked, |locked| {
            reads(|| {
                let version = Arc::clone(&locked.read());
                version[0]
            })
        }),
    ]
}

fn entry<C: Sync + 'static>(
    name: &'static str,
    role: Role,
    config: C,
    with_writer: bool,
    update: fn(&C),
    reader: impl for<'a> Fn(&'a C) -> Worker<'a> + Sync + 'static,
) -> Entry {
    Entry { name, role, contender: Box::new(Read { config, reader, update, with_writer }), bytes: None }
}

pub fn cases() -> Vec<Case> {
    let case = |name, threads: &[usize], goal, entries: fn() -> Vec<Entry>| {
        Case::new("ConfigManager", name, threads, goal, "", entries)
    };
    vec![
        case("a read", &THREADS, 1.0, || entries(false)),
        case("a read, an update each millisecond", &THREADS, 1.0, || entries(true)),
        case("an update", &[1], 0.5, || {
            let ours = over_and_over(CopyOnWrite::new(Version::default()), |config| _ = config.update(next));
            let theirs = ArcSwap::from_pointee(Version::default());
            let theirs = over_and_over(theirs, |config| _ = config.rcu(|version| next(version)));
            vec![Entry::ours("CopyOnWrite", ours), Entry::peer("arc-swap", theirs)]
        }),
    ]
}

fn next(version: &Version) -> Version {
    version.map(|part| part + 1)
}

fn update_locked(locked: &RwLock<Arc<Version>>) {
    let mut current = locked.write();
    *current = Arc::new(next(&current));
}

/// The two copies of left-right; each reader has a handle of its own.
struct LeftRight {
    writer: Mutex<left_right::WriteHandle<Version, Increment>>,
    readers: left_right::ReadHandleFactory<Version>,
}

impl LeftRight {
    fn update(&self) {
        self.writer.lock().append(Increment).publish();
    }
}

/// The one change.
struct Increment;

impl left_right::Absorb<Increment> for Version {
    fn absorb_first(&mut self, _: &mut Increment, _: &Self) {
        *self = next(self);
    }

    fn sync_with(&mut self, first: &Self) {
        *self = *first;
    }
}
