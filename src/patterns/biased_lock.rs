//! A read-write lock that readers pass without writing to a line that they share: what is behind the document's patterns
//! 1, 2 and 6 here.
//!
//! After Dice and Kogan, "BRAVO: Biased Locking for Reader-Writer Locks" (USENIX ATC 2019). A read-write lock lets
//! readers go together, but each writes the lock's cache line twice, so on several cores they wait for the line. While
//! the lock is *biased*, a reader only writes a mark into a line that is its thread's own. A writer takes the bias away
//! and waits until no mark is left.
//!
//! Between its mark and its second look at the bias a reader needs a fence, which is most of what a read costs. Where a
//! thread has read past the gate for long the bias is *free*: the reader does without, and a writer who takes it away has
//! the system pass a fence on every processor ([`AsymmetricFence`]).
//!
//! # Guarantees
//!
//! 1. Readers go together (`biased_lock/readers_go_together`).
//! 2. A writer is alone, and what it wrote all later readers see whole (`biased_lock/writer_is_alone`,
//!    `biased_lock/free_bias_is_sound`).
//! 3. A reader or writer that panics leaves the lock as if it had returned (`biased_lock/a_panic_unlocks`).
//!
//! # Cost
//!
//! | operation | writes to shared lines |
//! |---|---|
//! | read, biased | none: a store, a fence and a store on the thread's own line; no fence where the bias is free |
//! | read, else | the lock's, twice |
//! | write, biased | the lock's, four times, and a look at the line of each seat |
//! | write, free | the same, and a call of the system of a microsecond or two, at most once in `FREES` reads |
//! | write, else | the lock's, twice |
//!
//! Who finds the lock taken looks again after a microsecond or so, some times, and then sleeps ([why](super::scaling)).
//!
//! A write takes the bias away. A thread that reads much more than it writes gives it back, be it as a reader or at the
//! end of its own write. So where writes are frequent, this is what it is made of, a read-write lock. Memory: a cache
//! line, and one a [seat](thread::seats).
//!
//! # Lock order
//!
//! A closure runs under the lock, and must not come back to it.

mod lean;

use std::fmt;
use std::marker::PhantomData;
use std::mem;

use lean::Lean;

use crate::sync::atomic::{AtomicBool, AtomicU8, Ordering, fence};
use crate::sync::{
    AsymmetricFence, Backoff, CachePadded, Compound, RwLock, RwLockReadGuard, UnsafeCell, patience, thread,
};

/// No reader goes past the gate.
const NONE: u8 = 0;
/// Who goes past the gate fences between its mark and its second look at the bias.
const FENCED: u8 = 1;
/// Who goes past the gate leaves that to the writer, whose heavy fence is one for all readers.
const FREE: u8 = 2;

/// A value behind a read-write lock for many reads and few writes. A thread gives the bias once its reads outweigh its
/// writes by `GIVES`, a write weighing six, and frees it of its fence after `FREES` reads past the gate in a row.
///
/// ```
/// use selvedge::patterns::biased_lock::BiasedLock;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let size: BiasedLock<(u32, u32)> = BiasedLock::new((3, 4));
/// thread::scope(|scope| {
///     scope.spawn(|| size.write(|size| *size = (5, 12)));
///     assert!([(3, 4), (5, 12)].contains(&size.read(|size| *size)));
/// });
/// # });
/// ```
pub struct BiasedLock<T, const GIVES: u32 = 32, const FREES: u32 = 1024> {
    compound: Compound,
    lock: CachePadded<Lock<T>>,
    seats: Box<[CachePadded<Seat>]>,
}

struct Lock<T> {
    /// Held by writers, and by readers who find no bias.
    gate: RwLock<()>,
    /// Whether readers may go past the gate, and how. Only changed under it: readers raise it, and writers do as they like.
    bias: AtomicU8,
    /// None where the system has none: there no bias is ever free.
    order: Option<AsymmetricFence>,
    /// After how many reads it is.
    frees: u32,
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
    lean: Lean,
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
unsafe impl<T: Send, const GIVES: u32, const FREES: u32> Send for BiasedLock<T, GIVES, FREES> {}
// SAFETY: several threads read at once, hence `Sync`; a writer, who is alone, may be any of them, hence `Send`.
unsafe impl<T: Send + Sync, const GIVES: u32, const FREES: u32> Sync for BiasedLock<T, GIVES, FREES> {}

impl<T, const GIVES: u32, const FREES: u32> BiasedLock<T, GIVES, FREES> {
    /// A lock with this value behind it.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let seat = |_| CachePadded::new(Seat { mark: AtomicBool::new(false), own: UnsafeCell::default() });
        let order = AsymmetricFence::new();
        let lock = Lock {
            gate: RwLock::new(()),
            bias: AtomicU8::new(FENCED),
            frees: if order.is_some() { FREES } else { u32::MAX },
            order,
            value: UnsafeCell::new(value),
        };
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
            let gives = self.seat().is_some_and(|seat| unsafe { seat.own(|own| own.lean.writes(GIVES)) });
            let _alone = patience::write(&self.lock.gate);
            // Relaxed: it only changes under the gate.
            let bias = self.lock.bias.load(Ordering::Relaxed);
            if bias != NONE {
                self.take(bias);
            }
            // SAFETY: the gate keeps everyone else out, and without the bias nobody goes past it.
            let result = self.lock.value.with_mut(|value| write(unsafe { &mut *value }));
            if gives {
                // Release: pairs with the Acquire of those who go past the gate from now on, who see what was written.
                self.lock.bias.store(FENCED, Ordering::Release);
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
    fn take(&self, bias: u8) {
        // Relaxed: what orders it is the fence.
        self.lock.bias.store(NONE, Ordering::Relaxed);
        match &self.lock.order {
            Some(order) if bias == FREE => order.heavy(),
            // SeqCst: pairs with the fence of a reader who has marked; see there.
            _ => fence(Ordering::SeqCst),
        }
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
        let bias = self.bias.load(Ordering::Relaxed);
        let stays = |own: &mut Own| match bias {
            NONE => true,
            FENCED if own.lean.reads_fenced(gives, self.frees) => true,
            _ => mem::replace(&mut own.is_past, true),
        };
        // SAFETY: the seat is this thread's.
        if unsafe { seat.own(stays) } {
            return None;
        }
        // Relaxed: what orders it is the fence.
        seat.mark.store(true, Ordering::Relaxed);
        let mark = Mark { seat, _thread: PhantomData };
        match &self.order {
            Some(order) if bias == FREE => order.light(),
            // SeqCst: pairs with the fence of a writer who takes the bias away. Either this thread sees that below, or
            // the writer sees the mark.
            _ => fence(Ordering::SeqCst),
        }
        // Acquire: pairs with the Release of who gave the bias, who has seen the last write. Another bias is taken away
        // by another fence.
        (self.bias.load(Ordering::Acquire) == bias).then_some(mark)
    }

    /// Holds the gate shared, and may raise the bias.
    #[inline]
    fn go_through(&self, seat: Option<&Seat>, gives: u32) -> RwLockReadGuard<'_, ()> {
        let shared = patience::read(&self.gate);
        // SAFETY: the seat is this thread's.
        let pays = seat.map_or(NONE, |seat| unsafe { seat.own(|own| own.lean.reads_through(gives, self.frees)) });
        // Relaxed: looked at first, since most find nothing to raise.
        if pays > self.bias.load(Ordering::Relaxed) {
            // Release: pairs with the Acquire of those who go past the gate from now on. This thread has seen the last
            // write, by the gate. The greater of the two: other readers raise it meanwhile.
            self.bias.fetch_max(pays, Ordering::Release);
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

impl<T, const GIVES: u32, const FREES: u32> fmt::Debug for BiasedLock<T, GIVES, FREES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BiasedLock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

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

    #[test]
    fn a_bias_is_freed_and_taken() {
        verify(|| {
            let lock: BiasedLock<u32, 1, 2> = BiasedLock::new(1);
            // Relaxed: nobody else is there.
            let bias = || lock.lock.bias.load(Ordering::Relaxed);
            let free = if lock.lock.order.is_some() { FREE } else { FENCED };
            let after = [(); 4].map(|()| (lock.read(|value| *value), bias()).1);
            assert_eq!(after, [FENCED, FENCED, free, free]);
            lock.write(|value| *value = 2);
            assert_eq!((bias(), lock.read(|value| *value), bias()), (NONE, 2, FENCED));
        });
    }
}
