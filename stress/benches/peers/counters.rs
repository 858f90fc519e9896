//! Counters: an addition each, by one thread and by several at once. Each has a cache line of its own.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use selvedge::sync::CachePadded;

use crate::harness::{Case, Contender, Entry, Worker};

const THREADS: [usize; 4] = [1, 2, 4, 8];
/// Stripes of those that have them, as many as the most writers.
const STRIPES: usize = 8;

const LIMIT: &str = "The same instructions, but for fast-counter, which takes twice as many: what differs is how \
often the line changes hands, and where the loop lies. Tried: a cache line for each, instead of one where it came to \
lie.";

pub fn cases() -> Vec<Case> {
    let case = |name: &str, threads: &[usize], goal, entries: fn() -> Vec<Entry>| Case {
        pattern: "counters",
        name: name.to_owned(),
        threads: threads.to_vec(),
        goal,
        limit: LIMIT,
        entries: Box::new(entries),
    };
    vec![
        case("an addition, atomic", &THREADS, 1.0, || {
            let ours = Entry::ours("AtomicCounter", CachePadded::new(AtomicCounter::new()));
            vec![ours, Entry::peer("AtomicU64", CachePadded::new(AtomicU64::new(0)))]
        }),
        case("an addition, behind a mutex", &THREADS, 1.0, || {
            let ours = Entry::ours("MutexCounter", CachePadded::new(MutexCounter::new()));
            vec![ours, Entry::peer("Mutex<u64>", CachePadded::new(Mutex::new(0_u64)))]
        }),
        // From two writers on.
        case("an addition, striped, against one atomic", &THREADS[1..], 2.0, || {
            vec![
                Entry::ours("StripedCounter", StripedCounter::new(STRIPES).expect("there are stripes")),
                Entry::peer("AtomicU64", CachePadded::new(AtomicU64::new(0))),
            ]
        }),
        case("an addition, striped", &THREADS, 1.0, || {
            vec![
                Entry::ours("StripedCounter", StripedCounter::new(STRIPES).expect("there are stripes")),
                Entry::peer("fast-counter", fast_counter::ConcurrentCounter::new(STRIPES)),
            ]
        }),
    ]
}

impl Contender for CachePadded<AtomicCounter> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(move |operations| (0..operations).for_each(|_| black_box(self).add(1)))
    }
}

impl Contender for CachePadded<MutexCounter> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(move |operations| (0..operations).for_each(|_| black_box(self).add(1)))
    }
}

impl Contender for StripedCounter {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        let handle = self.handle();
        Box::new(move |operations| (0..operations).for_each(|_| black_box(&handle).add(1)))
    }
}

impl Contender for CachePadded<AtomicU64> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(move |operations| (0..operations).for_each(|_| _ = black_box(self).fetch_add(1, Ordering::Relaxed)))
    }
}

impl Contender for CachePadded<Mutex<u64>> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(move |operations| (0..operations).for_each(|_| *black_box(self).lock() += 1))
    }
}

impl Contender for fast_counter::ConcurrentCounter {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(move |operations| (0..operations).for_each(|_| black_box(self).add(1)))
    }
}
