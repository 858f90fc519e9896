//! Locks held across something that waits: the philosophers, a full channel, a callback, a reader that reads
//! again.

pub mod twins;

use selvedge::check::require;
use selvedge::sync::channel::{self, Sender};
use selvedge::sync::{Arc, Mutex, RwLock, thread};

use self::twins::{CallbackUnderTheLock, ReadAgainBehindAWriter, SendUnderTheLock, ThreePhilosophers};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room::of_checks(checks);

/// Three philosophers at a round table, with a fork between each two.
pub trait Table {
    /// The order in which philosopher `n` takes forks `n` and `n + 1`.
    fn forks(n: usize) -> [usize; 2];
}

/// The fork with the smaller number first: Dijkstra's own solution.
#[derive(Debug)]
pub enum SmallerForkFirst {}

impl Table for SmallerForkFirst {
    fn forks(n: usize) -> [usize; 2] {
        let (left, right) = (n, (n + 1) % 3);
        [left.min(right), left.max(right)]
    }
}

fn everyone_eats<T: Table>() {
    let forks = Arc::new([Mutex::new(0), Mutex::new(0), Mutex::new(0)]);
    let philosophers = [0, 1, 2].map(|n| {
        let forks = Arc::clone(&forks);
        thread::spawn(move || {
            let [first, second] = T::forks(n);
            let mut one = forks[first].lock();
            let mut other = forks[second].lock();
            *one += 1;
            *other += 1;
        })
    });
    philosophers.into_iter().for_each(|one| one.join().expect("no panic leaves a thread of a check"));
    require(forks.iter().all(|fork| *fork.lock() == 2), || "a meal was not counted".to_owned());
}

/// Something that counts, and reports on a channel with room for one.
pub trait Reporter: Send + Sync + Sized {
    /// A reporter on a channel.
    fn new(reports: Sender<u32>) -> Self;
    /// Counts one more, and reports.
    fn report(&self);
    /// The count.
    fn count(&self) -> u32;
}

/// The lock is released before the channel is waited for.
#[derive(Debug)]
pub struct SendAfterTheLock {
    count: Mutex<u32>,
    reports: Sender<u32>,
}

impl Reporter for SendAfterTheLock {
    fn new(reports: Sender<u32>) -> Self {
        SendAfterTheLock { count: Mutex::new(0), reports }
    }

    fn report(&self) {
        let count = {
            let mut count = self.count.lock();
            *count += 1;
            *count
        };
        self.reports.send(count).expect("the reader is here");
    }

    fn count(&self) -> u32 {
        *self.count.lock()
    }
}

/// The reader of the reports looks at the count before it reads.
fn a_full_channel_stops_nobody<R: Reporter>() {
    let (reports, read) = channel::bounded(1);
    let reporter = R::new(reports);
    together(
        || (0..2).for_each(|_| reporter.report()),
        || {
            for _ in 0..2 {
                let count = reporter.count();
                let report = read.recv().expect("the reporter is here");
                require(report <= 2 && count <= 2, || "a report that nobody made".to_owned());
            }
        },
    );
}

/// A list of listeners that are called with each new value.
pub trait Listeners: Send + Sync + Sized + 'static {
    /// An empty list.
    fn new() -> Self;
    /// How many values there have been.
    fn values(&self) -> u32;
    /// Adds a value, and calls the listener.
    fn publish(&self, listener: &dyn Fn());
}

/// The lock is released before the listener is called.
#[derive(Debug)]
pub struct CallbackAfterTheLock {
    values: Mutex<u32>,
}

impl Listeners for CallbackAfterTheLock {
    fn new() -> Self {
        CallbackAfterTheLock { values: Mutex::new(0) }
    }

    fn values(&self) -> u32 {
        *self.values.lock()
    }

    fn publish(&self, listener: &dyn Fn()) {
        *self.values.lock() += 1;
        listener();
    }
}

fn a_listener_may_ask_back<L: Listeners>() {
    let listeners = L::new();
    let ask = || require(listeners.values() > 0, || "the listener does not see the value".to_owned());
    together(|| listeners.publish(&ask), || listeners.publish(&ask));
}

/// A price list, in which the price of a pair is made of two reads.
pub trait Prices: Send + Sync + Sized {
    /// Two prices.
    fn new() -> Self;
    /// Their sum.
    fn pair(&self) -> u32;
    /// Both rise by one.
    fn raise(&self);
}

/// One read lock for both.
#[derive(Debug)]
pub struct ReadOnce {
    prices: RwLock<[u32; 2]>,
}

impl Prices for ReadOnce {
    fn new() -> Self {
        ReadOnce { prices: RwLock::new([1, 1]) }
    }

    fn pair(&self) -> u32 {
        self.prices.read().iter().sum()
    }

    fn raise(&self) {
        self.prices.write().iter_mut().for_each(|price| *price += 1);
    }
}

fn a_writer_between_two_reads<P: Prices>() {
    let prices = P::new();
    let (pair, ()) = together(|| prices.pair(), || prices.raise());
    require(pair == 2 || pair == 4, || format!("torn read: a pair cost {pair}"));
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("locks", property, claim);
    let eats =
        new("everyone_eats", "three philosophers all eat").on("SmallerForkFirst", everyone_eats::<SmallerForkFirst>);
    let full = new("a_full_channel_stops_nobody", "a full channel does not stop those who only want the lock")
        .on("SendAfterTheLock", a_full_channel_stops_nobody::<SendAfterTheLock>);
    let asks = new("a_listener_may_ask_back", "a callback may come back to whoever calls it")
        .on("CallbackAfterTheLock", a_listener_may_ask_back::<CallbackAfterTheLock>);
    let reads = new("a_writer_between_two_reads", "a reader does not wait for a writer that waits for it")
        .on("ReadOnce", a_writer_between_two_reads::<ReadOnce>);
    vec![
        eats.twin("ThreePhilosophers", everyone_eats::<ThreePhilosophers>),
        full.twin("SendUnderTheLock", a_full_channel_stops_nobody::<SendUnderTheLock>),
        asks.twin("CallbackUnderTheLock", a_listener_may_ask_back::<CallbackUnderTheLock>).in_every_schedule(),
        reads.twin("ReadAgainBehindAWriter", a_writer_between_two_reads::<ReadAgainBehindAWriter>),
        eats,
        full,
        asks,
        reads,
    ]
}
