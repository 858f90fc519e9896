//! Waiting for an event: no thread waits for one that has already happened.

pub mod twins;

use selvedge::check::{Engine, require};
use selvedge::sync::atomic::{AtomicBool, Ordering};
use selvedge::sync::{Arc, Condvar, Mutex, WaitGroup, thread};

use self::twins::{AddInsideTheThread, ClaimByAWeakExchange, FlagSetWithoutTheLock, PassUnderIf};
use crate::check::{Check, Expectation};
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room::of_checks(checks);

/// A gate that opens once.
pub trait Gate: Send + Sync + Sized + 'static {
    /// A closed gate.
    fn new() -> Self;
    /// Opens it.
    fn open(&self);
    /// Waits until it is open.
    fn pass(&self);
}

/// A flag that changes under the lock of the condition variable that announces it.
#[derive(Debug)]
pub struct FlagUnderTheLock {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate for FlagUnderTheLock {
    fn new() -> Self {
        FlagUnderTheLock { open: Mutex::new(false), opened: Condvar::new() }
    }

    fn open(&self) {
        *self.open.lock() = true;
        self.opened.notify_all();
    }

    fn pass(&self) {
        let mut open = self.open.lock();
        self.opened.wait_while(&mut open, |open| !*open);
    }
}

fn everyone_passes<G: Gate>() {
    let gate = Arc::new(G::new());
    let waiters = [0, 1].map(|_| {
        let gate = Arc::clone(&gate);
        thread::spawn(move || gate.pass())
    });
    gate.open();
    waiters.into_iter().for_each(|waiter| waiter.join().expect("no panic leaves a thread of a check"));
}

fn nobody_passes_a_closed_gate<G: Gate>() {
    let gate = Arc::new((G::new(), AtomicBool::new(false)));
    let theirs = Arc::clone(&gate);
    let waiter = thread::spawn(move || {
        theirs.0.pass();
        require(theirs.1.load(Ordering::SeqCst), || "somebody passed a closed gate".to_owned());
    });
    gate.1.store(true, Ordering::SeqCst);
    gate.0.open();
    waiter.join().expect("no panic leaves a thread of a check");
}

/// Something that one thread can have.
pub trait Claim: Send + Sync + Sized + 'static {
    /// It is free.
    fn new() -> Self;
    /// Takes it if it is free, and returns whether it was.
    fn take(&self) -> bool;
}

/// An exchange that fails only if another thread was faster.
#[derive(Debug)]
pub struct ClaimByAnExchange {
    taken: AtomicBool,
}

impl Claim for ClaimByAnExchange {
    fn new() -> Self {
        ClaimByAnExchange { taken: AtomicBool::new(false) }
    }

    fn take(&self) -> bool {
        self.taken.compare_exchange(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

fn somebody_takes_it<C: Claim>() {
    let claim = C::new();
    let takes = together(|| claim.take(), || claim.take());
    require(takes.0 != takes.1, || format!("of two one has to take it: {takes:?}"));
}

/// Starts workers, and waits for them.
pub trait Team {
    /// Runs `work` on two threads, and returns when both are done.
    fn work(work: impl Fn() + Clone + Send + 'static);
}

/// The ticket is taken before the thread is started.
#[derive(Debug)]
pub enum AddBeforeTheThread {}

impl Team for AddBeforeTheThread {
    fn work(work: impl Fn() + Clone + Send + 'static) {
        let group = WaitGroup::new();
        for _ in 0..2 {
            let (work, ticket) = (work.clone(), group.add());
            thread::spawn(move || {
                work();
                drop(ticket);
            });
        }
        group.wait();
    }
}

fn the_wait_is_for_everyone<T: Team>() {
    let done = Arc::new(Mutex::new(0));
    let count = Arc::clone(&done);
    T::work(move || *count.lock() += 1);
    let done = *done.lock();
    require(done == 2, || format!("the wait ended with {done} of 2 workers through"));
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("gate", property, claim);
    let passes = new("everyone_passes", "who waits for an event learns of it, whenever it happens")
        .on("FlagUnderTheLock", everyone_passes::<FlagUnderTheLock>);
    let waits = new("the_wait_is_for_everyone", "a wait group counts every thread that was started before the wait")
        .on("AddBeforeTheThread", the_wait_is_for_everyone::<AddBeforeTheThread>);
    let closed = new("nobody_passes_a_closed_gate", "who wakes without a reason looks again")
        .on("FlagUnderTheLock", nobody_passes_a_closed_gate::<FlagUnderTheLock>)
        .spuriously();
    let takes = new("somebody_takes_it", "of two who claim what is free one has it")
        .on("ClaimByAnExchange", somebody_takes_it::<ClaimByAnExchange>)
        .spuriously();
    let reasons = Expectation::Blind("parking_lot's condition variables wake nobody without a reason");
    vec![
        passes.twin("FlagSetWithoutTheLock", everyone_passes::<FlagSetWithoutTheLock>),
        waits.twin("AddInsideTheThread", the_wait_is_for_everyone::<AddInsideTheThread>),
        closed.twin("PassUnderIf", nobody_passes_a_closed_gate::<PassUnderIf>).expect(Engine::Threads, reasons),
        takes.twin("ClaimByAWeakExchange", somebody_takes_it::<ClaimByAWeakExchange>),
        passes,
        waits,
        closed,
        takes,
    ]
}
