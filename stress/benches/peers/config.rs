//! A value in versions: what a read costs, alone and with a writer who makes a version a millisecond; and an update.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::Arc;

use arc_swap::ArcSwap;
use models::contest::Role;
use parking_lot::{Mutex, RwLock};
use selvedge::patterns::copy_on_write::CopyOnWrite;

use crate::harness::{Case, Contender, Entry, Worker};

const THREADS: [usize; 4] = [1, 2, 4, 8];

/// A version: small, so that the way to it is what is measured.
type Version = [u64; 8];

trait Versions: Sync {
    /// Does so many reads on one thread.
    fn read(&self, times: u64);
    fn update(&self);
}

struct Read<C> {
    config: C,
    with_writer: bool,
}

impl<C: Versions> Contender for Read<C> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|operations| self.config.read(operations))
    }

    fn disturb(&self) {
        if self.with_writer {
            self.config.update();
        }
    }
}

struct Update<C>(C);

impl<C: Versions> Contender for Update<C> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|operations| (0..operations).for_each(|_| self.0.update()))
    }
}

pub fn cases() -> Vec<Case> {
    let reads = [("a read", false), ("a read, an update each millisecond", true)];
    let reads = reads.map(|(name, with_writer)| Case {
        pattern: "ConfigManager",
        name: name.to_owned(),
        threads: THREADS.to_vec(),
        goal: 1.0,
        limit: "",
        entries: Box::new(move || {
            vec![
                entry("CopyOnWrite", Role::Ours, CopyOnWrite::new(Version::default()), with_writer),
                entry("arc-swap", Role::Peer, ArcSwap::from_pointee(Version::default()), with_writer),
                entry("left-right", Role::Peer, LeftRight::new(), with_writer),
                entry("RwLock<Arc>", Role::Peer, RwLock::new(Arc::new(Version::default())), with_writer),
            ]
        }),
    });
    let update = Case {
        pattern: "ConfigManager",
        name: "an update".to_owned(),
        threads: vec![1],
        goal: 0.5,
        limit: "",
        entries: Box::new(|| {
            vec![
                Entry::ours("CopyOnWrite", Update(CopyOnWrite::new(Version::default()))),
                Entry::peer("arc-swap", Update(ArcSwap::from_pointee(Version::default()))),
            ]
        }),
    };
    reads.into_iter().chain([update]).collect()
}

fn entry<C: Versions + 'static>(name: &'static str, role: Role, config: C, with_writer: bool) -> Entry {
    Entry { name, role, contender: Box::new(Read { config, with_writer }) }
}

fn next(version: &Version) -> Version {
    version.map(|part| part + 1)
}

impl Versions for CopyOnWrite<Version> {
    fn read(&self, times: u64) {
        (0..times).for_each(|_| _ = black_box(CopyOnWrite::read(self, |version| version[0])));
    }

    fn update(&self) {
        CopyOnWrite::update(self, next);
    }
}

impl Versions for ArcSwap<Version> {
    fn read(&self, times: u64) {
        (0..times).for_each(|_| _ = black_box(self.load()[0]));
    }

    fn update(&self) {
        self.rcu(|version| next(version));
    }
}

impl Versions for RwLock<Arc<Version>> {
    fn read(&self, times: u64) {
        (0..times).for_each(|_| {
            let version = Arc::clone(&RwLock::read(self));
            black_box(version[0]);
        });
    }

    fn update(&self) {
        let mut current = self.write();
        *current = Arc::new(next(&current));
    }
}

/// The two copies of left-right; each reader has a handle of its own.
struct LeftRight {
    writer: Mutex<left_right::WriteHandle<Version, Increment>>,
    readers: left_right::ReadHandleFactory<Version>,
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

impl LeftRight {
    fn new() -> LeftRight {
        let (mut writer, reader) = left_right::new_from_empty(Version::default());
        writer.publish();
        LeftRight { writer: Mutex::new(writer), readers: reader.factory() }
    }
}

thread_local! {
    /// The handle of this thread, and whose it is.
    static HANDLE: RefCell<Option<(usize, left_right::ReadHandle<Version>)>> = const { RefCell::new(None) };
}

impl Versions for LeftRight {
    fn read(&self, times: u64) {
        let address = std::ptr::from_ref(self).addr();
        HANDLE.with_borrow_mut(|handle| {
            if handle.as_ref().is_none_or(|(of, _)| *of != address) {
                *handle = Some((address, self.readers.handle()));
            }
            let (_, handle) = handle.as_ref().expect("it was just made");
            (0..times).for_each(|_| _ = black_box(handle.enter().expect("the writer is there")[0]));
        });
    }

    fn update(&self) {
        self.writer.lock().append(Increment).publish();
    }
}
