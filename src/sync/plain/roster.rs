//! The threads that a check on real threads has started: which are alive, and how they failed.
//!
//! Outside of a check there is no roster, and starting a thread costs one read of a thread-local.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldhash::fast::FixedState;
use parking_lot::{Condvar, Mutex};

use crate::sync::memory::Memory;
use crate::sync::place::Place;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Roster>>> = const { RefCell::new(None) };
    static CATCHING: Cell<u32> = const { Cell::new(0) };
}

/// A panic that nothing caught.
#[derive(Clone, Debug)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    pub(crate) violation: bool,
    pub(crate) location: Option<Place>,
}

/// The threads of one check.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    /// The seed of its choices.
    seed: u64,
    inner: Mutex<Inner>,
    /// What the check has allocated.
    memory: Mutex<Memory>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    live: BTreeMap<u64, String>,
    started: u64,
    panicked: Option<Panicked>,
    drawn: u64,
}

impl Roster {
    /// The roster of a check whose choices are drawn from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Roster { seed, inner: Mutex::default(), memory: Mutex::default(), changed: Condvar::new() }
    }

    /// The line that made a block which the check has not freed.
    pub(crate) fn leaked(&self) -> Option<&'static Location<'static>> {
        self.memory.lock().leaked()
    }

    /// The next number that is drawn.
    pub(crate) fn draw(&self) -> u64 {
        let mut inner = self.inner.lock();
        inner.drawn += 1;
        FixedState::with_seed(self.seed).hash_one(inner.drawn)
    }

    /// The roster of the check that this thread belongs to.
    pub(crate) fn current() -> Option<Arc<Roster>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Enters a thread that is about to start.
    pub(crate) fn enter(self: &Arc<Self>, name: String) -> Present {
        let mut inner = self.inner.lock();
        let id = inner.started;
        inner.started += 1;
        inner.live.insert(id, name);
        Present { roster: Arc::clone(self), id }
    }

    /// Records the first panic of the check that nothing caught.
    pub(crate) fn record_panic(&self, panicked: Panicked) {
        self.inner.lock().panicked.get_or_insert(panicked);
        self.changed.notify_all();
    }

    /// The first panic that nothing caught.
    pub(crate) fn panicked(&self) -> Option<Panicked> {
        self.inner.lock().panicked.clone()
    }

    /// Waits up to `patience` for all threads to end or one to panic; returns the names of those alive.
    pub(crate) fn wait_for_all(&self, patience: Duration) -> Vec<String> {
        let deadline = Instant::now() + patience;
        let mut inner = self.inner.lock();
        while !inner.live.is_empty() && inner.panicked.is_none() {
            if self.changed.wait_until(&mut inner, deadline).timed_out() {
                break;
            }
        }
        inner.live.values().cloned().collect()
    }
}

/// What the running check has allocated, if this thread belongs to one.
pub(crate) fn with_memory<R>(f: impl FnOnce(&mut Memory) -> R) -> Option<R> {
    Roster::current().map(|roster| f(&mut roster.memory.lock()))
}

impl Drop for Roster {
    fn drop(&mut self) {
        self.memory.get_mut().clear();
    }
}

/// Lives as long as its thread.
#[derive(Debug)]
pub(crate) struct Present {
    roster: Arc<Roster>,
    id: u64,
}

impl Present {
    /// Runs the code of this thread: the threads that it starts are entered in the roster too.
    pub(crate) fn supervise<T>(self, f: impl FnOnce() -> T) -> T {
        CURRENT.set(Some(Arc::clone(&self.roster)));
        f()
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.roster.inner.lock().live.remove(&self.id);
        self.roster.changed.notify_all();
    }
}

/// Wraps a thread's code so that the thread is entered in the roster of its parent, if that has one.
pub(super) fn enrolled<T, F: FnOnce() -> T>(
    name: Option<&str>,
    started: &'static Location<'static>,
    f: F,
) -> impl FnOnce() -> T + use<T, F> {
    let present = Roster::current().map(|roster| {
        let line = Place::of(started);
        roster.enter(name.map_or_else(|| format!("the thread started at {line}"), str::to_owned))
    });
    move || {
        #[cfg(jitter)]
        super::jitter::begin();
        match present {
            Some(present) => present.supervise(f),
            None => f(),
        }
    }
}

/// Marks this thread as inside of a `catch_unwind`, until dropped.
#[derive(Debug)]
pub(crate) struct Catching;

impl Catching {
    pub(crate) fn new() -> Self {
        CATCHING.set(CATCHING.get() + 1);
        Catching
    }

    /// Whether a panic on this thread will be caught.
    pub(crate) fn is_catching() -> bool {
        CATCHING.get() > 0
    }
}

impl Drop for Catching {
    fn drop(&mut self) {
        CATCHING.set(CATCHING.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn panicked(message: &str) -> Panicked {
        Panicked { message: message.to_owned(), violation: false, location: None }
    }

    #[test]
    fn who_is_left_is_known_by_name() {
        let roster = Arc::new(Roster::default());
        let [first, second, third] = ["first", "second", "third"].map(|name| roster.enter(name.to_owned()));
        drop(second);
        assert_eq!(roster.wait_for_all(Duration::ZERO), ["first", "third"]);
        drop((first, third));
        assert!(roster.wait_for_all(HOUR).is_empty());
    }

    /// Threads are not waited for once the check has failed, and its first failure is the one that counts.
    #[test]
    fn a_panic_ends_the_wait() {
        let roster = Arc::new(Roster::default());
        let _present = roster.enter("first".to_owned());
        ["one", "two"].into_iter().for_each(|message| roster.record_panic(panicked(message)));
        assert_eq!(roster.wait_for_all(HOUR), ["first"]);
        assert_eq!(roster.panicked().map(|panicked| panicked.message).as_deref(), Some("one"));
    }
}
