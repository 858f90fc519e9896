//! Ordering bugs that were published, rebuilt small, broken and repaired. None of them shows under sequential consistency.

use std::sync::Arc;

use selvedge::check::{Engine, Explorer, Report, Verdict};
use selvedge::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicU32, AtomicUsize, fence};
use selvedge::sync::{UnsafeCell, thread};

use super::{explore, headline};

/// The broken one fails with these words, which no engine for sequential consistency would find, and says so of what would
/// repair it; the repaired one holds.
#[track_caller]
fn differ(words: &str, repair: &str, check: impl Fn(bool) + Copy + Send + Sync + 'static) {
    let broken: Report = explore(move || check(false));
    assert!(headline(&broken).contains(words), "{broken}");
    let Verdict::Failed(failure) = &broken.verdict else { unreachable!("it has a headline") };
    assert!(failure.details.last().is_some_and(|last| last.starts_with(repair)), "{broken}");
    let repaired = explore(move || check(true));
    assert_eq!(repaired.verdict, Verdict::Exhausted, "{repaired}");
}

#[track_caller]
fn hidden_from_dpor(check: impl Fn(bool) + Copy + Send + Sync + 'static) {
    let strong = Explorer::new(Engine::Dpor).run(move || check(false));
    assert_eq!(strong.verdict, Verdict::Exhausted, "{strong}");
}

/// A value with a count of its owners. Who finds that it is the only one may change it: the count has to be read so that
/// what the others did before they went is known.
#[test]
fn the_only_owner_has_to_acquire() {
    struct Counted {
        count: AtomicUsize,
        value: UnsafeCell<u32>,
    }
    // SAFETY: the accesses are what the test is about; tasks of an execution never run at once.
    unsafe impl Sync for Counted {}

    differ("data race", "with Acquire instead of Relaxed at tests/rc11/bugs.rs:", |repaired| {
        let counted = Arc::new(Counted { count: AtomicUsize::new(2), value: UnsafeCell::new(0) });
        let theirs = Arc::clone(&counted);
        let other = thread::spawn(move || {
            // SAFETY: no other task runs meanwhile.
            theirs.value.with(|value| unsafe { *value });
            theirs.count.fetch_sub(1, Release);
        });
        if counted.count.load(if repaired { Acquire } else { Relaxed }) == 1 {
            // SAFETY: no other task runs meanwhile.
            counted.value.with_mut(|value| unsafe { *value = 1 });
        }
        other.join().unwrap();
    });
}

/// A parker that takes its token by a store takes one that it has not read, and does not see what came before that.
#[test]
fn a_parker_takes_its_token_by_a_swap() {
    let check = |repaired: bool| {
        let shared = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let theirs = Arc::clone(&shared);
        let unparker = thread::spawn(move || {
            for value in [1, 2] {
                theirs.0.store(value, Relaxed);
                theirs.1.swap(1, Release);
            }
        });
        let taken = match repaired {
            true => shared.1.swap(0, Acquire) == 1,
            false => {
                let there = shared.1.load(Acquire) == 1;
                if there {
                    shared.1.store(0, Relaxed);
                }
                there
            }
        };
        let seen = shared.0.load(Relaxed);
        unparker.join().unwrap();
        assert!(!taken || shared.1.load(Relaxed) == 1 || seen == 2, "a token is gone, and its value unseen");
    };
    // Two are fewer than the orderings that would have to be raised.
    differ("its value unseen", "with a SeqCst fence after tests/rc11/bugs.rs:", check);
    hidden_from_dpor(check);
}

/// Who makes work looks for waiters, and who waits looks for work: one of the two has to see the other.
#[test]
fn a_count_of_waiters_beside_one_of_work_needs_fences() {
    let check = |repaired: bool| {
        let counts = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let look = move |counts: &[AtomicU32; 2], mine: usize| {
            counts[mine].fetch_add(1, Relaxed);
            if repaired {
                fence(SeqCst);
            }
            counts[1 - mine].load(Relaxed)
        };
        let theirs = Arc::clone(&counts);
        let waiter = thread::spawn(move || look(&theirs, 1));
        let waiters = look(&counts, 0);
        let work = waiter.join().unwrap();
        assert!(waiters + work > 0, "it sleeps, and there is work");
    };
    // One line that both run, where orderings would have to be raised on two.
    differ("it sleeps, and there is work", "with a SeqCst fence after tests/rc11/bugs.rs:", check);
    hidden_from_dpor(check);
}

/// A reader notes which version it reads, and looks again whether that is current; a writer puts another in its place, and
/// looks who reads the old one.
#[test]
fn the_second_look_of_a_reader_is_seq_cst() {
    let check = |repaired: bool| {
        let confirm: Ordering = if repaired { SeqCst } else { Acquire };
        let shared = Arc::new((AtomicU32::new(1), AtomicU32::new(0)));
        let theirs = Arc::clone(&shared);
        let writer = thread::spawn(move || {
            let old = theirs.0.swap(2, SeqCst);
            theirs.1.load(SeqCst) != old
        });
        let version = shared.0.load(Acquire);
        shared.1.store(version, SeqCst);
        let current = shared.0.load(confirm) == version;
        let freed = writer.join().unwrap();
        assert!(!(version == 1 && current && freed), "it is read, and freed");
    };
    differ("it is read, and freed", "with SeqCst instead of Acquire at", check);
    hidden_from_dpor(check);
}

/// A read-modify-write may read an older store than the last, and nothing is in the way but orderings.
#[test]
fn a_message_by_swaps_needs_release_and_acquire() {
    let check = |repaired: bool| {
        let [release, acquire] = if repaired { [Release, Acquire] } else { [Relaxed; 2] };
        let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let theirs = Arc::clone(&shared);
        let sender = thread::spawn(move || {
            theirs[1].store(1, Relaxed);
            theirs[0].store(1, release);
        });
        let (flag, value) = (shared[0].swap(1, acquire), shared[1].swap(1, Relaxed));
        sender.join().unwrap();
        assert!(flag == 0 || value == 1, "the flag is there, and the value is not");
    };
    differ("the value is not", "with Release instead of Relaxed at", check);
    let report = explore(move || check(false));
    let Verdict::Failed(failure) = &report.verdict else { panic!("it holds: {report}") };
    let repair = failure.details.last().expect("it says what would repair it");
    assert!(repair.contains(" and Acquire instead of Relaxed at "), "{repair}");
    hidden_from_dpor(check);
}
