//! The facade's channels, by their attempts: a queue with room for so many.

use std::collections::VecDeque;

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::sync::channel::{Receiver, Sender, bounded, unbounded};

use super::Structure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    TrySend(u32),
    TryRecv,
    Len,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Sent,
    Full,
    Received(u32),
    Empty,
    Holds(usize),
}

/// A queue with room for so many, if there is a bound.
struct Queue(Option<usize>);

impl Sequential for Queue {
    type State = VecDeque<u32>;
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> Self::State {
        VecDeque::new()
    }

    fn apply(&self, queue: &mut Self::State, op: &Op) -> Answer {
        match *op {
            Op::TrySend(_) if self.0.is_some_and(|room| queue.len() == room) => Answer::Full,
            Op::TrySend(message) => {
                queue.push_back(message);
                Answer::Sent
            }
            Op::TryRecv => queue.pop_front().map_or(Answer::Empty, Answer::Received),
            Op::Len => Answer::Holds(queue.len()),
        }
    }
}

type Ends = (Sender<u32>, Receiver<u32>);

fn programs(capacity: Option<usize>) -> Programs<Queue, Ends> {
    let make = move || capacity.map_or_else(unbounded, bounded);
    let perform = |(sender, receiver): &Ends, op: &Op| match *op {
        Op::TrySend(message) => sender.try_send(message).map_or(Answer::Full, |()| Answer::Sent),
        Op::TryRecv => receiver.try_recv().map_or(Answer::Empty, Answer::Received),
        Op::Len => Answer::Holds(receiver.len()),
    };
    Programs::new(Queue(capacity), make, perform)
        .operation(4, [1, 2, 3].map(Op::TrySend))
        .operation(4, [Op::TryRecv])
        .operation(1, [Op::Len])
        .after([Op::TryRecv, Op::TryRecv])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("channel_bounded_1", "bounded(1)", programs(Some(1))),
        Structure::new("channel_bounded_2", "bounded(2)", programs(Some(2))),
        Structure::new("channel_unbounded", "unbounded()", programs(None)),
    ]
}
