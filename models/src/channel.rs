//! The facade's channels: a queue with a capacity, whose senders and receivers wait or only try.

use std::collections::VecDeque;

use selvedge::check::linearizability::{Next, Specification};
use selvedge::check::programs::Programs;
use selvedge::sync::channel::{Receiver, Sender, bounded, unbounded};

use crate::room::Room;
use crate::structure::{Structure, answers};

pub(crate) const ROOM: Room = Room::of_programs(structures);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Send(u32),
    Recv,
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

/// A queue with room for so many messages, if there is a bound.
struct Queue(Option<usize>);

impl Specification for Queue {
    type State = VecDeque<u32>;
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> Self::State {
        VecDeque::new()
    }

    fn step(&self, queue: &Self::State, op: &Op, ret: Option<&Answer>, next: &mut Next<Self::State>) {
        let full = self.0.is_some_and(|room| queue.len() == room);
        let mut after = queue.clone();
        let answer = match *op {
            Op::Send(_) if full => return,
            Op::TrySend(_) if full => Answer::Full,
            Op::Send(message) | Op::TrySend(message) => {
                after.push_back(message);
                Answer::Sent
            }
            Op::Recv | Op::TryRecv => match after.pop_front() {
                Some(message) => Answer::Received(message),
                None if *op == Op::Recv => return,
                None => Answer::Empty,
            },
            Op::Len => Answer::Holds(queue.len()),
        };
        answers(next, ret, answer, after);
    }
}

type Ends = (Sender<u32>, Receiver<u32>);

fn programs(capacity: Option<usize>) -> Programs<Queue, Ends> {
    let make = move || capacity.map_or_else(unbounded, bounded);
    let perform = |(sender, receiver): &Ends, op: &Op| match *op {
        Op::Send(message) => sender.send(message).map_or(Answer::Full, |()| Answer::Sent),
        Op::Recv => receiver.recv().map_or(Answer::Empty, Answer::Received),
        Op::TrySend(message) => sender.try_send(message).map_or(Answer::Full, |()| Answer::Sent),
        Op::TryRecv => receiver.try_recv().map_or(Answer::Empty, Answer::Received),
        Op::Len => Answer::Holds(receiver.len()),
    };
    let programs = Programs::new(Queue(capacity), make, perform).unblock(|(sender, receiver), op| {
        let unblocked = match op {
            Op::Recv => sender.try_send(0).is_ok(),
            _ => receiver.try_recv().is_ok(),
        };
        assert!(unblocked, "whoever waits to receive is at an empty channel, and whoever waits to send at a full one");
    });
    programs
        .operation(4, [1, 2, 3].map(Op::Send))
        .operation(4, [Op::Recv])
        .operation(2, [4, 5].map(Op::TrySend))
        .operation(2, [Op::TryRecv])
        .operation(1, [Op::Len])
        .after([Op::TryRecv, Op::TryRecv])
}

fn structures() -> Vec<Structure> {
    vec![
        Structure::new("channel_bounded_1", "bounded(1)", programs(Some(1))),
        Structure::new("channel_bounded_2", "bounded(2)", programs(Some(2))),
        Structure::new("channel_unbounded", "unbounded()", programs(None)),
    ]
}
