//! Memory orderings: what one thread writes before a release, another sees after the acquire.
//!
//! loom and `rc11` tell all of these pairs apart. `dpor` and the samplers, which are sequentially consistent, tell
//! those apart that leave a data race, and so not the sequence locks, whose data are atomics. Each unsafe block is an
//! access to a cell that the ordering under test has to protect; all of these engines report two that are not ordered.

#![allow(unsafe_code, reason = "what is under test is what makes these accesses sound")]

pub mod twins;

use selvedge::check::require;
use selvedge::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use selvedge::sync::{Mutex, UnsafeCell, thread};

use self::twins::{
    DoubleCheckedWithRelaxed, PublishWithRelaxed, ReferenceCountWithRelaxed, SequenceLockWithoutFences,
    SpinLockReleasedWithRelaxed,
};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room::of_checks(checks);

/// The orderings of one form of an algorithm; the broken one differs only in this line.
pub trait Orderings: Send + Sync + 'static {
    /// The ordering with which it tells others.
    const TELL: Ordering;
    /// The ordering with which it listens.
    const HEAR: Ordering;
    /// Whether it has the algorithm's fences.
    const FENCES: bool = true;
}

/// Release, and Acquire.
#[derive(Debug)]
pub enum ReleaseAcquire {}

impl Orderings for ReleaseAcquire {
    const TELL: Ordering = Ordering::Release;
    const HEAR: Ordering = Ordering::Acquire;
}

/// A number that an ordering protects.
struct Protected(UnsafeCell<u64>);

// SAFETY: every access goes through `get` or `set`, whose callers have to order it; the checks find out whether they
// do, and loom reports accesses that are not ordered.
unsafe impl Sync for Protected {}

impl Protected {
    fn get(&self) -> u64 {
        // SAFETY: see the impl of Sync.
        self.0.with(|value| unsafe { *value })
    }

    fn set(&self, new: u64) {
        // SAFETY: see the impl of Sync.
        self.0.with_mut(|value| unsafe { *value = new });
    }
}

/// Message passing: a value, and a flag that says it is there.
fn published_value_is_seen<O: Orderings>() {
    let (value, ready) = (Protected(UnsafeCell::new(0)), AtomicBool::new(false));
    let (_, seen) = together(
        || {
            value.set(42);
            ready.store(true, O::TELL);
        },
        || ready.load(O::HEAR).then(|| value.get()),
    );
    require(seen.is_none_or(|value| value == 42), || format!("published 42, and {seen:?} was seen"));
}

/// A spin lock: what is written inside is seen by the next one inside.
fn spin_lock_protects<O: Orderings>() {
    let (value, locked) = (Protected(UnsafeCell::new(0)), AtomicBool::new(false));
    let increment = || {
        while locked.compare_exchange(false, true, O::HEAR, Ordering::Relaxed).is_err() {
            // Waiting by loads (test and test-and-set) is kinder to the cache, and ends under loom,
            // where a read-modify-write may go on reading the old value for ever.
            while locked.load(Ordering::Relaxed) {
                thread::yield_now();
            }
        }
        value.set(value.get() + 1);
        locked.store(false, O::TELL);
    };
    together(increment, increment);
    let total = value.get();
    require(total == 2, || format!("lost update: two increments make {total}"));
}

/// Double-checked initialization: a thread that sees that it is done sees what was done.
fn initialized_once<O: Orderings>() {
    let (value, done, lock) = (Protected(UnsafeCell::new(0)), AtomicBool::new(false), Mutex::new(()));
    let get = || {
        if !done.load(O::HEAR) {
            let _initializing = lock.lock();
            // Relaxed: whoever stores it holds the lock.
            if !done.load(Ordering::Relaxed) {
                value.set(42);
                done.store(true, O::TELL);
            }
        }
        value.get()
    };
    let seen = together(get, get);
    require(seen == (42, 42), || format!("initialized to 42, and {seen:?} were seen"));
}

/// A sequence lock (Boehm, MSPC 2012): a reader keeps what it has read only if no thread wrote meanwhile.
fn sequence_lock_reads_whole<O: Orderings>() {
    let (sequence, data) = (AtomicU64::new(0), [AtomicU64::new(0), AtomicU64::new(0)]);
    let (_, seen) = together(
        || {
            sequence.store(1, Ordering::Relaxed);
            if O::FENCES {
                // Release: orders the odd number before the data.
                fence(Ordering::Release);
            }
            data.iter().for_each(|half| half.store(7, Ordering::Relaxed));
            sequence.store(2, O::TELL);
        },
        || {
            let before = sequence.load(O::HEAR);
            let halves = [data[0].load(Ordering::Relaxed), data[1].load(Ordering::Relaxed)];
            if O::FENCES {
                // Acquire: orders the data before the second look.
                fence(Ordering::Acquire);
            }
            let after = sequence.load(Ordering::Relaxed);
            (before == after && before % 2 == 0).then_some(halves)
        },
    );
    require(seen.is_none_or(|[one, other]| one == other), || format!("torn read: {seen:?}"));
}

/// A reference count: the last owner frees only when the others have read for the last time.
fn freed_after_the_last_use<O: Orderings>() {
    let (value, owners) = (Protected(UnsafeCell::new(42)), AtomicU64::new(2));
    let release = || {
        let last_use = value.get();
        // Release: this owner's uses happen before it leaves.
        if owners.fetch_sub(1, O::TELL) == 1 {
            if O::FENCES {
                // Acquire: pairs with the Release of the owners that have left.
                fence(Ordering::Acquire);
            }
            value.set(0);
        }
        last_use
    };
    let seen = together(release, release);
    require(seen == (42, 42), || format!("used after it was freed: {seen:?}"));
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("memory", property, claim);
    let published = new("published_value_is_seen", "who sees the flag sees the value")
        .on("ReleaseAcquire", published_value_is_seen::<ReleaseAcquire>);
    let spin = new("spin_lock_protects", "a spin lock hands on what was written inside")
        .on("ReleaseAcquire", spin_lock_protects::<ReleaseAcquire>)
        .loom_bound(3);
    let once = new("initialized_once", "who sees that it is initialized sees the value")
        .on("ReleaseAcquire", initialized_once::<ReleaseAcquire>);
    let sequence = new("sequence_lock_reads_whole", "a sequence lock returns no torn read")
        .on("ReleaseAcquire", sequence_lock_reads_whole::<ReleaseAcquire>)
        .loom_bound(3);
    let count = new("freed_after_the_last_use", "the last owner frees after the last use")
        .on("ReleaseAcquire", freed_after_the_last_use::<ReleaseAcquire>);
    vec![
        published.twin("PublishWithRelaxed", published_value_is_seen::<PublishWithRelaxed>),
        spin.twin("SpinLockReleasedWithRelaxed", spin_lock_protects::<SpinLockReleasedWithRelaxed>),
        once.twin("DoubleCheckedWithRelaxed", initialized_once::<DoubleCheckedWithRelaxed>),
        sequence
            .twin("SequenceLockWithoutFences", sequence_lock_reads_whole::<SequenceLockWithoutFences>)
            .without_a_data_race(),
        count.twin("ReferenceCountWithRelaxed", freed_after_the_last_use::<ReferenceCountWithRelaxed>),
        published,
        spin,
        once,
        sequence,
        count,
    ]
}
