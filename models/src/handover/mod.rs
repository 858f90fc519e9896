//! Handing things over: no value is dropped on the way, and no thread waits for an end that is gone.

mod programs;
pub mod twins;

use std::time::Duration;

use selvedge::check::require;
use selvedge::sync::channel::{self, Receiver, Sender};
use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;
use selvedge::sync::{select, thread};

use self::twins::{CloseWhileASenderWaits, ConsumerLeftOnCancellation, ResultsSentAfterClose, TimeoutDropsTheValue};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { structures: programs::structures, ..Room::of_checks(checks) };

pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Gets an answer, or gives up.
pub trait Requester {
    /// Hands a value over to `answers` within a tick, or puts it among the leftovers.
    fn offer(clock: &Clock, answers: &Sender<u32>, leftover: &Sender<u32>);
}

/// A value that is not taken in time goes to the leftovers.
#[derive(Debug)]
pub enum TimeoutKeepsTheValue {}

impl Requester for TimeoutKeepsTheValue {
    fn offer(clock: &Clock, answers: &Sender<u32>, leftover: &Sender<u32>) {
        let (done, made) = channel::bounded(1);
        thread::spawn(move || done.send(7));
        select! {
            recv(made) -> value => answers.send(value.expect("it is made")).expect("the reader is here"),
            timeout(clock, TICK) => {
                // A value that comes too late is not lost.
                leftover.send(made.recv().expect("it is made")).expect("the reader is here");
            },
        }
    }
}

fn no_value_is_dropped<R: Requester>() {
    let clock = Clock::manual();
    let (answers, answered) = channel::unbounded();
    let (leftover, left) = channel::unbounded();
    together(|| R::offer(&clock, &answers, &leftover), || clock.advance(TICK));
    let values = answered.try_iter().chain(left.try_iter()).count();
    require(values == 1, || format!("lost value: one was made, and {values} arrived"));
}

/// Produces numbers until they are not wanted any more.
pub trait Producer {
    /// Produces on `numbers` until cancelled.
    fn produce(context: &Context, numbers: Sender<u32>);
    /// Consumes until cancelled.
    fn consume(context: &Context, numbers: Receiver<u32>);
}

/// The consumer drops its end when it leaves, so the producer learns of it.
#[derive(Debug)]
pub enum ConsumerTakesItsEnd {}

impl Producer for ConsumerTakesItsEnd {
    fn produce(_: &Context, numbers: Sender<u32>) {
        let _unwanted = (0..2).try_for_each(|number| numbers.send(number));
    }

    fn consume(context: &Context, numbers: Receiver<u32>) {
        let first = select! {
            recv(context.done()) -> _ => None,
            recv(numbers) -> number => number.ok(),
        };
        require(first.is_none_or(|number| number == 0), || format!("the first number was {first:?}"));
        drop(numbers);
    }
}

fn a_producer_ends_with_its_consumer<P: Producer>() {
    let context = Context::background(&Clock::manual()).child();
    let (numbers, consumed) = channel::bounded(0);
    let (ours, theirs) = (context.clone(), context.clone());
    let workers =
        [thread::spawn(move || P::produce(&ours, numbers)), thread::spawn(move || P::consume(&theirs, consumed))];
    context.cancel();
    workers.into_iter().for_each(|worker| worker.join().expect("no panic leaves a thread of a check"));
}

/// A queue that can be closed.
pub trait Queue: Send + Sync + Sized {
    /// A queue with room for one.
    fn new() -> Self;
    /// Waits for room, and puts an item in. Returns whether the queue was open.
    fn push(&self, item: u32) -> bool;
    /// Closes the queue; what is still in it is dropped.
    fn close(&self);
}

/// The channel itself is closed, by its receiving end: threads that wait for room learn of it.
#[derive(Debug)]
pub struct CloseTheChannel {
    items: Sender<u32>,
    taken: selvedge::sync::Mutex<Option<Receiver<u32>>>,
}

impl Queue for CloseTheChannel {
    fn new() -> Self {
        let (items, taken) = channel::bounded(1);
        CloseTheChannel { items, taken: selvedge::sync::Mutex::new(Some(taken)) }
    }

    fn push(&self, item: u32) -> bool {
        self.items.send(item).is_ok()
    }

    fn close(&self) {
        // Under the lock, so that a second close does not return before the first has closed the channel.
        let mut taken = self.taken.lock();
        drop(taken.take());
    }
}

fn a_close_wakes_whoever_waits<Q: Queue>() {
    let queue = Q::new();
    let (pushed, ()) = together(|| [queue.push(1), queue.push(2)], || queue.close());
    require(!pushed[1], || "a queue with room for one took two".to_owned());
}

/// A service whose results are read until it is closed.
pub trait Service: Send + Sync + Sized {
    /// A service with one job under way, and the end at which its results are read.
    fn start() -> (Self, Receiver<u32>);
    /// Ends the service.
    fn close(self);
}

/// The close waits for the job, whose sender is the last.
#[derive(Debug)]
pub struct CloseAfterTheResults {
    job: thread::JoinHandle<()>,
}

impl Service for CloseAfterTheResults {
    fn start() -> (Self, Receiver<u32>) {
        let (results, read) = channel::unbounded();
        let job = thread::spawn(move || results.send(7).expect("the reader is here"));
        (CloseAfterTheResults { job }, read)
    }

    fn close(self) {
        self.job.join().expect("the job does not panic");
    }
}

fn results_come_before_the_close<S: Service>() {
    let (service, results) = S::start();
    let (read, ()) = together(|| results.try_iter().count(), || service.close());
    let late = results.try_iter().count();
    require(read + late == 1, || format!("lost result: {read} were read before the close, and {late} after"));
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("handover", property, claim);
    let value = new("no_value_is_dropped", "a value that comes too late is not lost")
        .on("TimeoutKeepsTheValue", no_value_is_dropped::<TimeoutKeepsTheValue>)
        .loom_bound(3);
    let ends = new("a_producer_ends_with_its_consumer", "a producer whose consumer has left is not left behind")
        .on("ConsumerTakesItsEnd", a_producer_ends_with_its_consumer::<ConsumerTakesItsEnd>)
        .loom_bound(3);
    let wakes = new("a_close_wakes_whoever_waits", "a sender that waits for room learns of the close")
        .on("CloseTheChannel", a_close_wakes_whoever_waits::<CloseTheChannel>);
    let results = new("results_come_before_the_close", "after the close every result is there")
        .on("CloseAfterTheResults", results_come_before_the_close::<CloseAfterTheResults>);
    vec![
        value.twin("TimeoutDropsTheValue", no_value_is_dropped::<TimeoutDropsTheValue>),
        ends.twin("ConsumerLeftOnCancellation", a_producer_ends_with_its_consumer::<ConsumerLeftOnCancellation>),
        wakes.twin("CloseWhileASenderWaits", a_close_wakes_whoever_waits::<CloseWhileASenderWaits>),
        results.twin("ResultsSentAfterClose", results_come_before_the_close::<ResultsSentAfterClose>),
        value,
        ends,
        wakes,
        results,
    ]
}
