//! Counters: an addition each, by one thread and by several at once. Each has a cache line of its own.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use fast_counter::ConcurrentCounter;
use parking_lot::Mutex;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use selvedge::sync::CachePadded;

use crate::harness::{Case, Contender, Entry, over_and_over, working};

const THREADS: [usize; 4] = [1, 2, 4, 8];
/// Stripes of those that have them, as many as the most writers.
const STRIPES: usize = 8;

const LIMIT: &str = "The same instructions, but for fast-counter, which takes twice as many: what differs is how \
often the line changes hands, and where the loop lies. Tried: a cache line for each, instead of one where it came to \
lie.";

pub fn cases() -> Vec<Case> {
    let case = |name, threads: &[usize], goal, entries: fn() -> Vec<Entry>| {
        Case::new("counters", name, threads, goal, LIMIT, entries)
    };
    vec![
        case("an addition, atomic", &THREADS, 1.0, || vec![Entry::ours("AtomicCounter", own_atomic()), bare_atomic()]),
        case("an addition, behind a mutex", &THREADS, 1.0, || {
            let (ours, theirs) = (CachePadded::new(MutexCounter::new()), CachePadded::new(Mutex::new(0_u64)));
            let ours = Entry::ours("MutexCounter", over_and_over(ours, |counter| counter.add(1)));
            vec![ours, Entry::peer("Mutex<u64>", over_and_over(theirs, |total| *total.lock() += 1))]
        }),
        // From two writers on.
        case("an addition, striped, against one atomic", &THREADS[1..], 2.0, || vec![striped(), bare_atomic()]),
        case("an addition, striped", &THREADS, 1.0, || {
            let fast = over_and_over(ConcurrentCounter::new(STRIPES), |counter| counter.add(1));
            vec![striped(), Entry::peer("fast-counter", fast)]
        }),
    ]
}

pub fn own_atomic() -> impl Contender {
    over_and_over(CachePadded::new(AtomicCounter::new()), |counter| counter.add(1))
}

fn bare_atomic() -> Entry {
    let total = CachePadded::new(AtomicU64::new(0));
    Entry::peer("AtomicU64", over_and_over(total, |total| _ = total.fetch_add(1, Ordering::Relaxed)))
}

/// Each of its threads has a handle.
fn striped() -> Entry {
    let counter = StripedCounter::new(STRIPES).expect("there are stripes");
    let striped = working(counter, |counter, _| {
        let handle = counter.handle();
        Box::new(move |operations| (0..operations).for_each(|_| black_box(&handle).add(1)))
    });
    Entry::ours("StripedCounter", striped)
}
