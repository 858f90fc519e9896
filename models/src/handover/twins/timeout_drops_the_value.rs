//! **Wrong:** when the timeout wins, the channel of the answer is dropped, with the answer in it.
//!
//! **From:** `select` with `time.After`, and a result that is made all the same.
//!
//! **Shortest interleaving:** the time is up · the value is sent · nobody ever receives it.
//!
//! **Seen by** every engine: time passes when the check says so, and so at every point.

use std::time::Duration;

use selvedge::sync::channel::{self, Sender};
use selvedge::sync::time::Clock;
use selvedge::sync::{select, thread};

use crate::handover::Requester;

/// A request that forgets an answer that comes too late.
#[derive(Debug)]
pub enum TimeoutDropsTheValue {}

impl Requester for TimeoutDropsTheValue {
    fn offer(clock: &Clock, answers: &Sender<u32>, _: &Sender<u32>) {
        let (done, made) = channel::bounded(1);
        thread::spawn(move || done.send(7));
        select! {
            recv(made) -> value => answers.send(value.expect("it is made")).expect("the reader is here"),
            timeout(clock, Duration::from_millis(10)) => (),
        }
    }
}
