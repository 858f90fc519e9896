//! A read-write lock that readers pass without writing to a line that they share: what is behind the document's patterns
//! 1, 2 and 6 here.
//!
//! After Dice and Kogan, "BRAVO: Biased Locking for Reader-Writer Locks" (USENIX ATC 2019). A read-write lock lets
//! readers go together, but each writes the lock's cache line twice, so on several cores they wait for the line. While
//! the lock is *biased*, a reader only writes a mark into a line that is its thread's own. A writer takes the bias away
//! and waits until no mark is left.
//!
//! # Guarantees
//!
//! 1. Readers go together (`biased_lock/readers_go_together`).
//! 2. A writer is alone, and what it wrote all later readers see whole (`biased_lock/writer_is_alone`).
//! 3. A reader or writer that panics leaves the lock as if it had returned (`biased_lock/a_panic_unlocks`).
//!
//! # Cost
//!
//! | operation | writes to shared lines |
//! |---|---|
//! | read, biased | none: a store, a fence and a store on the thread's own line |
//! | read, else | the lock's, twice |
//! | write, biased | the lock's, four times, and a look at the line of each seat |
//! | write, else | the lock's, twice |
//!
//! A write takes the bias away. A thread that reads much more than it writes gives it back, be it as a reader or at the
//! end of its own write. So where writes are frequent, this is what it is made of, a read-write lock. Memory: a cache
//! line, and one a [seat](thread::seats).
//!
//! # Lock order
//!
//! A closure runs under the lock, and must not come back to it.

use std::fmt;
use std::marker::PhantomData;
use std::mem;

use crate::sync::atomic::{AtomicBool, Ordering, fence};
use crate::sync::{Backoff, CachePadded, Compound, RwLock, RwLockReadGuard, UnsafeCell, thread};

/// How many reads pay for a write that has to look at every mark. Measured: with 4 or 5 reads a write, as in a cache
/// that misses, a bias costs more than it saves; with 9 it saves more.
const READS_A_WRITE: u32 = 6;

/// A value behind a read-write lock for many reads and few writes. A thread gives the bias once its reads outweigh its
/// writes by `GIVES`, a write weighing six.
///
/// ```
/// use selvedge::patterns::biased_lock::BiasedLock;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let size: BiasedLock<(u32, u32)> = BiasedLock::new((3, 4));
/// thread::scope(|scope| {
///     scope.spawn(|| size.write(|size| *size = (5, 12)));
///     scope.spawn(|| assert!([(3, 4), (5, 12)].contains(&size.read(|size| *size))));
/// });
/// # });
/// ```
pub struct BiasedLock<T, const GIVES: u32 = 32> {
    compound: Compound,
    lock: CachePadded<Lock<T>>,
    seats: Box<[CachePadded<Seat>]>,
}

struct Lock<T> {
    /// Held by writers, and by readers who find no bias.
    gate: RwLock<()>,
    /// Whether readers may go past the gate. Only changed under it.
    is_biased: AtomicBool,
    value: UnsafeCell<T>,
}

/// What the thread of a seat writes, and nobody else.
struct Seat {
    /// Whether it reads past the gate, for writers to see.
    mark: AtomicBool,
    own: UnsafeCell<Own>,
}

/// What nobody else looks at.
#[derive(Default)]
struct Own {
    /// The mark.
    is_past: bool,
    /// By how much its reads outweigh its writes.
    lean: u32,
}

impl Own {
    /// Counts a read; whether a bias pays.
    #[inline]
    fn reads(&mut self, gives: u32) -> bool {
        // No further: a thread that turns to writing is to be seen soon.
        if self.lean < 2 * gives {
            self.lean += 1;
        }
        self.lean >= gives
    }

    /// Counts a write; whether a bias pays all the same.
    #[inline]
    fn writes(&mut self, gives: u32) -> bool {
        self.lean = self.lean.saturating_sub(READS_A_WRITE);
        self.lean >= gives
    }
}

impl Seat {
    /// # Safety
    ///
    /// The seat is that of this thread, and `with` does not come back to it.
    #[inline]
    unsafe fn own<R>(&self, with: impl FnOnce(&mut Own) -> R) -> R {
        // SAFETY: no other thread has the seat; one that had it before gave it back first, and `thread::seat` orders the
        // two.
        self.own.with_mut(|own| with(unsafe { &mut *own }))
    }
}

// SAFETY: the value goes to another thread with the lock, and comes back.
unsafe impl<T: Send, const GIVES: u32> Send for BiasedLock<T, GIVES> {}
// SAFETY: several threads read at once, hence `Sync`; a writer, who is alone, may be any of them, hence `Send`.
unsafe impl<T: Send + Sync, const GIVES: u32> Sync for BiasedLock<T, GIVES> {}

impl<T, const GIVES: u32> BiasedLock<T, GIVES> {
    /// A lock with this value behind it.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let seat = |_| CachePadded::new(Seat { mark: AtomicBool::new(false), own: UnsafeCell::default() });
        let lock = Lock { gate: RwLock::new(()), is_biased: AtomicBool::new(true), value: UnsafeCell::new(value) };
        let seats = (0..thread::seats()).map(seat).collect();
        BiasedLock { compound: Compound::new("biased lock"), lock: CachePadded::new(lock), seats }
    }

    /// What `read` makes of the value.
    #[track_caller]
    #[inline]
    pub fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.compound.call("read", || {
            let seat = self.seat();
            let past = seat.and_then(|seat| self.lock.go_past(seat, GIVES));
            let _through = if past.is_none() { Some(self.lock.go_through(seat, GIVES)) } else { None };
            // SAFETY: the mark keeps writers out, and `Mark` says why; or else the gate does, held shared.
            self.lock.value.with(|value| read(unsafe { &*value }))
        })
    }

    /// What `write` makes of the value, which it may change.
    #[track_caller]
    #[inline]
    pub fn write<R>(&self, write: impl FnOnce(&mut T) -> R) -> R {
        self.compound.call("write", || {
            // SAFETY: the seat is this thread's.
            let gives = self.seat().is_some_and(|seat| unsafe { seat.own(|own| own.writes(GIVES)) });
            let _alone = self.lock.gate.write();
            // Relaxed: it only changes under the gate.
            if self.lock.is_biased.load(Ordering::Relaxed) {
                self.take_bias();
            }
            // SAFETY: the gate keeps everyone else out, and without the bias nobody goes past it.
            let result = self.lock.value.with_mut(|value| write(unsafe { &mut *value }));
            if gives {
                // Release: pairs with the Acquire of those who go past the gate from now on, who see what was written.
                self.lock.is_biased.store(true, Ordering::Release);
            }
            result
        })
    }

    /// The seat of this thread, if it has one.
    #[inline]
    fn seat(&self) -> Option<&Seat> {
        self.seats.get(thread::seat()).map(|seat| &**seat)
    }

    /// Takes the bias away, and waits for those who went past the gate.
    #[cold]
    fn take_bias(&self) {
        // Relaxed: what orders it is the fence.
        self.lock.is_biased.store(false, Ordering::Relaxed);
        // SeqCst: pairs with the fence of a reader who has marked; see there.
        fence(Ordering::SeqCst);
        for seat in &self.seats {
            let backoff = Backoff::new();
            // Acquire: pairs with the Release of the reader who has left: its reads come before this write.
            while seat.mark.load(Ordering::Acquire) {
                backoff.snooze();
            }
        }
    }
}

impl<T> Lock<T> {
    /// Marks that the thread of a seat reads, if the lock is biased and the thread does not read already.
    #[inline]
    fn go_past<'a>(&self, seat: &'a Seat, gives: u32) -> Option<Mark<'a>> {
        // Relaxed: only a hint, looked at again below.
        if !self.is_biased.load(Ordering::Relaxed) {
            return None;
        }
        let mark = |own: &mut Own| {
            own.reads(gives);
            mem::replace(&mut own.is_past, true)
        };
        // SAFETY: the seat is this thread's.
        if unsafe { seat.own(mark) } {
            return None;
        }
        // Relaxed: what orders it is the fence.
        seat.mark.store(true, Ordering::Relaxed);
        let mark = Mark { seat, _thread: PhantomData };
        // SeqCst: pairs with the fence of a writer who takes the bias away. Either this thread sees that below, or the
        // writer sees the mark.
        fence(Ordering::SeqCst);
        // Acquire: pairs with the Release of the reader who gave the bias, who has seen the last write.
        self.is_biased.load(Ordering::Acquire).then_some(mark)
    }

    /// Holds the gate shared, and may give the bias.
    #[inline]
    fn go_through(&self, seat: Option<&Seat>, gives: u32) -> RwLockReadGuard<'_, ()> {
        let shared = self.gate.read();
        // SAFETY: the seat is this thread's.
        if seat.is_some_and(|seat| unsafe { seat.own(|own| own.reads(gives)) }) {
            // Release: pairs with the Acquire of those who go past the gate from now on. This thread has seen the last
            // write, by the gate.
            self.is_biased.store(true, Ordering::Release);
        }
        shared
    }
}

/// The mark of a thread that reads past the gate; gone when dropped, also by a panic.
///
/// It keeps writers out: a writer has the gate to itself, takes the bias away, and waits for every mark. A reader who
/// sees the bias *after* it has marked is seen by the next writer, by the two fences. What a writer sees instead of the
/// mark is an earlier `false`, if the reader sees the bias gone, or the one that ends the read.
struct Mark<'a> {
    seat: &'a Seat,
    /// A mark stays with its thread.
    _thread: PhantomData<*const ()>,
}

impl Drop for Mark<'_> {
    #[inline]
    fn drop(&mut self) {
        // Release: pairs with the Acquire of a writer who waits: what was read comes before what it writes.
        self.seat.mark.store(false, Ordering::Release);
        // SAFETY: the seat is that of the thread which has marked, and marks do not leave it.
        unsafe { self.seat.own(|own| own.is_past = false) };
    }
}

impl<T, const GIVES: u32> fmt::Debug for BiasedLock<T, GIVES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BiasedLock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    const GIVES: u32 = 32;

    #[test]
    fn a_bias_pays_where_reads_outweigh_writes() {
        let mut own = Own::default();
        assert_eq!((1..=32).filter(|_| own.reads(GIVES)).count(), 1, "the 32nd");
        (0..100).for_each(|_| _ = own.reads(GIVES));
        assert_eq!((0..10).filter(|_| own.writes(GIVES)).count(), 5, "from 64 down to 34");
        let mut own = Own::default();
        assert!((0..500).all(|_| !own.writes(GIVES) && (0..6).all(|_| !own.reads(GIVES))), "six reads a write");
        (0..32).for_each(|_| _ = own.reads(GIVES));
        (0..100).for_each(|_| _ = (0..9).all(|_| own.reads(GIVES)) && own.writes(GIVES));
        assert!(own.writes(GIVES), "nine reads a write");
    }

    /// Whoever goes past the gate leaves it to others.
    #[test]
    fn a_reader_goes_past_the_gate_of_a_biased_lock() {
        verify(|| {
            let lock: BiasedLock<u32> = BiasedLock::new(1);
            let is_free = || lock.read(|_| lock.lock.gate.try_write().is_some());
            assert!(is_free());
            lock.write(|value| *value = 2);
            assert!(!is_free(), "the writer took the bias");
            assert!(format!("{lock:?}").contains("BiasedLock"));
        });
    }
}
