//! The facade's channels: a queue with a capacity, whose senders and receivers wait or only try.

use std::collections::VecDeque;

use selvedge::check::programs::Programs;
use selvedge::sync::channel::{Receiver, Sender, bounded, unbounded};

use crate::reference::Reference;
use crate::room::Room;
use crate::structure::Structure;

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

type Ends = (Sender<u32>, Receiver<u32>);

/// No bound.
const UNBOUNDED: usize = usize::MAX;

/// A queue with room for so many messages.
fn programs<const ROOM: usize>() -> Programs<Reference<VecDeque<u32>, Op, Answer>, Ends> {
    let make = || if ROOM == UNBOUNDED { unbounded() } else { bounded(ROOM) };
    let apply = |queue: &mut VecDeque<u32>, op: &Op| {
        let full = queue.len() == ROOM;
        match *op {
            Op::Send(_) if full => None,
            Op::TrySend(_) if full => Some(Answer::Full),
            Op::Send(message) | Op::TrySend(message) => {
                queue.push_back(message);
                Some(Answer::Sent)
            }
            Op::Recv => queue.pop_front().map(Answer::Received),
            Op::TryRecv => Some(queue.pop_front().map_or(Answer::Empty, Answer::Received)),
            Op::Len => Some(Answer::Holds(queue.len())),
        }
    };
    let perform = |(sender, receiver): &Ends, op: &Op| match *op {
        Op::Send(message) => sender.send(message).map_or(Answer::Full, |()| Answer::Sent),
        Op::Recv => receiver.recv().map_or(Answer::Empty, Answer::Received),
        Op::TrySend(message) => sender.try_send(message).map_or(Answer::Full, |()| Answer::Sent),
        Op::TryRecv => receiver.try_recv().map_or(Answer::Empty, Answer::Received),
        Op::Len => Answer::Holds(receiver.len()),
    };
    let programs = Programs::new(Reference { initial: VecDeque::new(), apply }, make, perform).unblock(
        |(sender, receiver), op| {
            let unblocked = match op {
                Op::Recv => sender.try_send(0).is_ok(),
                _ => receiver.try_recv().is_ok(),
            };
            assert!(
                unblocked,
                "whoever waits to receive is at an empty channel, and whoever waits to send at a full one"
            );
        },
    );
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
        Structure::new("channel_bounded_1", "bounded(1)", programs::<1>()),
        Structure::new("channel_bounded_2", "bounded(2)", programs::<2>()),
        Structure::new("channel_unbounded", "unbounded()", programs::<UNBOUNDED>()),
    ]
}
