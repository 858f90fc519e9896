//! Counters: exact totals, and each value handed out once.

pub mod operations;
pub mod twins;
mod workload;

use selvedge::check::require;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use selvedge::sync::{Arc, WaitGroup, thread};

use self::twins::{LoadThenStore, StripeSummedTwice};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { checks, structures: operations::structures, workloads: workload::entries };

/// A number that threads add to.
pub trait Counter: Send + Sync + Sized + 'static {
    /// A counter at zero.
    fn new() -> Self;
    /// Adds.
    fn add(&self, n: u64);
    /// The total, when no thread adds any more.
    fn total(&self) -> u64;
}

/// A counter that hands out numbers.
pub trait FetchAdd: Counter {
    /// Adds, and returns the value before.
    fn fetch_add(&self, n: u64) -> u64;
}

macro_rules! counter {
    ($counter:ident) => {
        impl Counter for $counter {
            fn new() -> Self {
                $counter::new()
            }

            fn add(&self, n: u64) {
                self.add(n);
            }

            fn total(&self) -> u64 {
                self.get()
            }
        }

        impl FetchAdd for $counter {
            fn fetch_add(&self, n: u64) -> u64 {
                self.fetch_add(n)
            }
        }
    };
}

counter!(AtomicCounter);
counter!(MutexCounter);

impl Counter for StripedCounter {
    fn new() -> Self {
        StripedCounter::new(2).expect("two stripes are a valid count")
    }

    fn add(&self, n: u64) {
        self.handle().add(n);
    }

    fn total(&self) -> u64 {
        self.sum()
    }
}

fn total_is_exact<C: Counter>() {
    let counter = C::new();
    let twice = || (0..2).for_each(|_| counter.add(1));
    together(twice, twice);
    let total = counter.total();
    require(total == 4, || format!("lost update: four increments make {total}"));
}

fn each_value_once<C: FetchAdd>() {
    let counter = C::new();
    let (one, other) = together(|| counter.fetch_add(1), || counter.fetch_add(1));
    require([one, other] == [0, 1] || [one, other] == [1, 0], || format!("handed out {one} and {other}"));
}

/// Two numbers for each thread: its second is larger than its first, and no other thread has either.
fn values_grow_in_each_thread<C: FetchAdd>() {
    let counter = C::new();
    let twice = || [counter.fetch_add(1), counter.fetch_add(1)];
    let (one, other) = together(twice, twice);
    require(one[0] < one[1] && other[0] < other[1], || format!("a value went back: {one:?} and {other:?}"));
    let mut all = [one, other].concat();
    all.sort_unstable();
    require(all == [0, 1, 2, 3], || format!("handed out {one:?} and {other:?}"));
}

fn three_threads_add_up<C: Counter>() {
    let counter = C::new();
    thread::scope(|scope| {
        for n in [1, 2, 4] {
            let counter = &counter;
            scope.spawn(move || counter.add(n));
        }
    });
    let total = counter.total();
    require(total == 7, || format!("lost update: 1 + 2 + 4 make {total}"));
}

/// A sum taken during additions counts what is there, and nothing twice.
fn sum_counts_nothing_twice<C: Counter>() {
    let counter = C::new();
    let (_, sum) = together(|| (0..3).for_each(|_| counter.add(1)), || counter.total());
    require(sum <= 3, || format!("three increments, and the sum was {sum}"));
}

/// The document's mutex example: a WaitGroup, threads, and an exact total at the end.
fn wait_group_sees_the_total<C: Counter>() {
    let counter = Arc::new(C::new());
    let group = WaitGroup::new();
    let threads = [1, 2].map(|n| {
        let (counter, ticket) = (Arc::clone(&counter), group.add());
        thread::spawn(move || {
            counter.add(n);
            drop(ticket);
        })
    });
    group.wait();
    let total = counter.total();
    require(total == 3, || format!("after the wait the total was {total} and not 3"));
    threads.into_iter().for_each(|thread| thread.join().expect("no panic leaves a thread of a check"));
}

fn checks() -> Vec<Check> {
    const EXACT: &str = "the total is exact whatever the schedule";
    const ONCE: &str = "each value is returned once";
    const GROW: &str = "the values that one thread is given grow, and nobody else is given them";
    const WAITED: &str = "after the wait everything is counted, and nobody is left behind";
    let new = |property, claim| Check::new("counter", property, claim);
    let exact = new("atomic_total_is_exact", EXACT).on("AtomicCounter", total_is_exact::<AtomicCounter>);
    let sums = new("striped_sum_counts_nothing_twice", "a sum taken meanwhile counts no addition twice")
        .on("StripedCounter", sum_counts_nothing_twice::<StripedCounter>);
    vec![
        exact.twin("LoadThenStore", total_is_exact::<LoadThenStore>),
        exact,
        sums.twin("StripeSummedTwice", sum_counts_nothing_twice::<StripeSummedTwice>),
        sums,
        new("mutex_total_is_exact", EXACT).on("MutexCounter", total_is_exact::<MutexCounter>),
        new("striped_total_is_exact", EXACT).on("StripedCounter", total_is_exact::<StripedCounter>),
        new("atomic_hands_out_each_value_once", ONCE).on("AtomicCounter", each_value_once::<AtomicCounter>),
        new("mutex_hands_out_each_value_once", ONCE).on("MutexCounter", each_value_once::<MutexCounter>),
        new("atomic_values_grow_in_each_thread", GROW).on("AtomicCounter", values_grow_in_each_thread::<AtomicCounter>),
        new("mutex_values_grow_in_each_thread", GROW).on("MutexCounter", values_grow_in_each_thread::<MutexCounter>),
        new("atomic_three_threads_add_up", EXACT).on("AtomicCounter", three_threads_add_up::<AtomicCounter>),
        new("mutex_three_threads_add_up", EXACT).on("MutexCounter", three_threads_add_up::<MutexCounter>),
        new("striped_three_threads_add_up", EXACT)
            .on("StripedCounter", three_threads_add_up::<StripedCounter>)
            .loom_bound(3),
        new("wait_group_sees_the_total", WAITED).on("MutexCounter", wait_group_sees_the_total::<MutexCounter>),
    ]
}
