//! Perturbation: the facade on real threads, with pauses before its operations that are drawn from a seed.
//!
//! A real thread seldom stops where it matters: between two of its operations on an object that another thread is about
//! to use as well. So before an operation a thread may lie in wait: it goes on when others have come to the same object
//! a few times, or when it has waited long enough. The other threads then find it half way through, as in a schedule
//! that breaks something. Some pauses are a yield, a spin, a sleep or a move to another core instead, for failures that
//! depend on time and not on other threads. A thread whose objects no other thread uses is seldom paused.
//!
//! Pauses at synchronization operations are an old idea (Edelstein and others' ConTest, IBM Systems Journal 2002), and so
//! is to wait at an access for its counterpart (Park and others' CTrigger, ASPLOS 2009; Li and others' TSVD, SOSP 2019).
//!
//! - What a thread draws depends on the seed and on its number; the schedule that results is still the machine's.
//! - The pauses order no memory: they use only relaxed loads and stores, so that weak orderings stay as weak as the
//!   machine's.
//! - It is a build of its own, `--cfg jitter`; without it none of this code exists.

pub mod atomic;
pub mod channel;
mod locks;

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub use locks::{Condvar, Mutex, RwLock};

/// Of operations on an object that another thread has used last, one in so many is perturbed.
const SHARED: u64 = 4;
/// Of all other operations, one in so many.
const ALONE: u64 = 64;
/// How long a thread lies in wait at most: about as long as another takes to start.
const AMBUSH: Duration = Duration::from_micros(100);

/// The record of an object, found by its address. Two objects may share a slot, which costs at most a needless pause.
struct Slot {
    /// The thread that came last; threads count from 1.
    last: AtomicU64,
    /// How often threads have come.
    visits: AtomicU32,
}

static SLOTS: [Slot; 1 << 10] = [const { Slot { last: AtomicU64::new(0), visits: AtomicU32::new(0) } }; 1 << 10];
static SEED: AtomicU64 = AtomicU64::new(0);
/// Numbers threads, from 1.
static THREADS: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static STREAM: Stream = Stream::new();
}

/// The generator of a thread's pauses.
struct Stream {
    thread: u64,
    state: Cell<u64>,
}

impl Stream {
    fn new() -> Self {
        let thread = THREADS.fetch_add(1, Ordering::Relaxed);
        let state = Cell::new(SEED.load(Ordering::Relaxed) ^ thread.wrapping_mul(0xd134_2543_de82_ef95));
        Stream { thread, state }
    }

    /// The next number (Steele and others' SplitMix, OOPSLA 2014).
    fn draw(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Draws the pauses of threads that have not been perturbed yet from `seed`.
pub(in crate::sync) fn seed(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
}

/// This thread is about to perform an operation on the object at an address.
pub(in crate::sync) fn before(address: usize) {
    // A thread that is ending has nothing left to draw from.
    let _ = STREAM.try_with(|stream| {
        let place = (address as u64 >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.len().ilog2());
        let slot = &SLOTS[place as usize];
        let last = slot.last.load(Ordering::Relaxed);
        slot.last.store(stream.thread, Ordering::Relaxed);
        // Two threads that come at once may count as one, which only makes a pause longer.
        let visits = slot.visits.load(Ordering::Relaxed).wrapping_add(1);
        slot.visits.store(visits, Ordering::Relaxed);
        let one_in = if last == 0 || last == stream.thread { ALONE } else { SHARED };
        let draw = stream.draw();
        if draw.is_multiple_of(one_in) {
            pause(slot, visits, draw >> 32);
        }
    });
}

/// A thread of a program is about to begin. It may wait for the next, so that both run at once.
pub(in crate::sync) fn begin() {
    static THRESHOLD: u8 = 0;
    before(address(&THRESHOLD));
}

/// Where an object is.
fn address<T: ?Sized>(object: &T) -> usize {
    std::ptr::from_ref(object).addr()
}

fn pause(slot: &Slot, visits: u32, draw: u64) {
    let much = draw >> 4;
    match draw % 16 {
        0..10 => lie_in_wait(slot, visits.wrapping_add(much as u32 % 4)),
        10..12 => std::thread::yield_now(),
        12..13 => (0..much % 1_024).for_each(|_| std::hint::spin_loop()),
        13..15 => std::thread::sleep(Duration::from_micros(much % 64)),
        _ => change_core(much),
    }
}

/// Waits until threads have come here more often than `visits` says.
fn lie_in_wait(slot: &Slot, visits: u32) {
    let began = Instant::now();
    while slot.visits.load(Ordering::Relaxed).wrapping_sub(visits) as i32 <= 0 {
        match began.elapsed() {
            // The next thread may come on another core; so spin first: a busy system returns late from a yield.
            waited if waited < AMBUSH / 10 => std::hint::spin_loop(),
            waited if waited < AMBUSH => std::thread::yield_now(),
            _ => return,
        }
    }
}

/// Goes to one of the machine's cores, and from there wherever the system wants.
#[cfg(target_os = "linux")]
fn change_core(draw: u64) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let Ok(all) = sched_getaffinity(None) else { return };
    let place = draw as usize % all.count().max(1) as usize;
    let Some(core) = (0..CpuSet::MAX_CPU).filter(|&core| all.is_set(core)).nth(place) else { return };
    let mut one = CpuSet::new();
    one.set(core);
    // If the system refuses, the thread stays where it is.
    let _ = sched_setaffinity(None, &one).and_then(|()| sched_setaffinity(None, &all));
}

/// If a thread cannot choose a core, it yields the one that it has.
#[cfg(not(target_os = "linux"))]
fn change_core(_: u64) {
    std::thread::yield_now();
}

#[cfg(test)]
mod tests {
    use crate::check::{Engine, Explorer, Verdict};
    use crate::sync::atomic::{AtomicU64, Ordering};
    use crate::sync::{Arc, thread};

    #[test]
    fn a_window_of_nanoseconds_is_met() {
        // Unperturbed, real threads seldom lose this update in so many executions.
        let report = Explorer::new(Engine::Threads).executions(10_000).run(|| {
            let total = Arc::new(AtomicU64::new(0));
            let add = |total: &AtomicU64| total.store(total.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
            let theirs = Arc::clone(&total);
            let other = thread::spawn(move || add(&theirs));
            add(&total);
            other.join().unwrap();
            assert_eq!(total.load(Ordering::SeqCst), 2);
        });
        assert!(matches!(report.verdict, Verdict::Failed(_)), "{report}");
    }
}
