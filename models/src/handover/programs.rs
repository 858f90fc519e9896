//! Handing things over: a request with a time-out, a queue that is closed, a service that is ended.

use selvedge::check::linearizability::{Next, Specification};
use selvedge::check::programs::Programs;
use selvedge::sync::Mutex;
use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::time::Clock;

use super::twins::{CloseWhileASenderWaits, ResultsSentAfterClose, TimeoutDropsTheValue};
use super::{CloseAfterTheResults, CloseTheChannel, Queue, Requester, Service, TICK, TimeoutKeepsTheValue};
use crate::reference::{Reference, answers};
use crate::structure::Structure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Request {
    Offer,
    /// Lets the time-out come.
    Advance,
    /// How many values have arrived, in time or late.
    Arrived,
}

/// The clock, the answers and the leftovers.
type Desk = (Clock, [(Sender<u32>, Receiver<u32>); 2]);

/// Every offer makes a value that arrives: how many there are.
fn requests<R: Requester>() -> Programs<Reference<usize, Request, usize>, Desk> {
    let apply = |arrived: &mut usize, op: &Request| {
        *arrived += usize::from(*op == Request::Offer);
        Some(if *op == Request::Arrived { *arrived } else { 0 })
    };
    let perform = |(clock, [answers, leftovers]): &Desk, op: &Request| {
        match op {
            Request::Offer => R::offer(clock, &answers.0, &leftovers.0),
            Request::Advance => clock.advance(TICK),
            Request::Arrived => return answers.1.len() + leftovers.1.len(),
        }
        0
    };
    // Each offer starts a thread, and engines support few threads.
    let programs =
        Programs::new(Reference { initial: 0, apply }, || (Clock::manual(), [unbounded(), unbounded()]), perform);
    programs.operations([Request::Offer, Request::Advance]).after([Request::Arrived])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pushing {
    Push(u32),
    Close,
}

/// A queue with room for one, until it is closed: whether it is full, and whether it is open.
fn pushes<Q: Queue + 'static>() -> Programs<Reference<(bool, bool), Pushing, bool>, Q> {
    let apply = |(full, open): &mut (bool, bool), op: &Pushing| {
        let answer = *open && *op != Pushing::Close;
        match op {
            Pushing::Push(_) if *open && *full => return None,
            Pushing::Push(_) => *full = true,
            Pushing::Close => *open = false,
        }
        Some(answer)
    };
    let perform = |queue: &Q, op: &Pushing| match *op {
        Pushing::Push(item) => queue.push(item),
        Pushing::Close => {
            queue.close();
            false
        }
    };
    let programs =
        Programs::new(Reference { initial: (false, true), apply }, Q::new, perform).unblock(|queue, _| queue.close());
    programs.operations([Pushing::Push(1), Pushing::Push(2), Pushing::Close])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Serving {
    Close,
    Read,
}

/// One result, which is there at the latest when the service has been closed: whether it has been read, and whether the
/// service is closed.
struct OneResult;

impl Specification for OneResult {
    type State = (bool, bool);
    type Op = Serving;
    type Ret = Option<u32>;

    fn initial(&self) -> (bool, bool) {
        (false, false)
    }

    fn step(
        &self,
        &(read, closed): &(bool, bool),
        op: &Serving,
        ret: Option<&Self::Ret>,
        next: &mut Next<(bool, bool)>,
    ) {
        let mut may = |answer, after| answers(next, ret, answer, after);
        match op {
            Serving::Close => may(None, (read, true)),
            Serving::Read => {
                if !read {
                    may(Some(7), (true, closed));
                }
                if read || !closed {
                    may(None, (read, closed));
                }
            }
        }
    }
}

fn services<S: Service + 'static>() -> Programs<OneResult, (Mutex<Option<S>>, Receiver<u32>)> {
    let make = || {
        let (service, results) = S::start();
        (Mutex::new(Some(service)), results)
    };
    let perform = |(service, results): &(Mutex<Option<S>>, Receiver<u32>), op: &Serving| match op {
        Serving::Read => results.try_recv().ok(),
        Serving::Close => {
            // A second close waits for the first.
            let mut service = service.lock();
            service.take().into_iter().for_each(S::close);
            None
        }
    };
    Programs::new(OneResult, make, perform)
        .operations([Serving::Close, Serving::Read])
        .after([Serving::Close, Serving::Read])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("request", "TimeoutKeepsTheValue", requests::<TimeoutKeepsTheValue>()).for_small_programs(),
        Structure::new("closed_queue", "CloseTheChannel", pushes::<CloseTheChannel>()),
        Structure::new("service", "CloseAfterTheResults", services::<CloseAfterTheResults>()),
        Structure::twin("request", "TimeoutDropsTheValue", requests::<TimeoutDropsTheValue>()).for_small_programs(),
        Structure::twin("closed_queue", "CloseWhileASenderWaits", pushes::<CloseWhileASenderWaits>()),
        Structure::twin("service", "ResultsSentAfterClose", services::<ResultsSentAfterClose>()),
    ]
}
