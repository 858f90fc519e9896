//! Selects that send: to one of two channels, or to one and from the other, beside operations on each. A thread has the ends
//! that it uses; in the end it lets go of its senders, and leaves its receivers to main.

use std::time::Duration;

use selvedge::sync::select;

use super::channel::{self, Main};
use super::object::{Code, Object, Operation, Seats, operations};
use super::select::{Ends, Left, given};

/// Two channels with these capacities.
pub struct SelectSends<const A: usize, const B: usize>;

/// Whether an operation sends to one channel, or the other, and whether it receives from one, or the other.
const USES: [[bool; 4]; 7] = [
    [true, false, false, true],
    [false, true, true, false],
    [true, false, true, false],
    [true, false, false, true],
    [false, false, true, false],
    [true, false, false, false],
    [false, false, true, false],
];

impl<const A: usize, const B: usize> Object for SelectSends<A, B> {
    const NAME: &'static str = match (A, B) {
        (0, 0) => "selects_that_send_of_two_rendezvous",
        (_, 0) => "selects_that_send_of_a_channel_and_a_rendezvous",
        _ => "selects_that_send_of_two_channels",
    };
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        select! {
            send(own.to_a.as_ref().unwrap(), own.me) -> sent => (0, sent.map(|()| 0).map_err(|_| ())),
            recv(own.b.as_ref().unwrap()) -> message => (1, message.map_err(|_| ())),
        },
        select! {
            send(own.to_b.as_ref().unwrap(), own.me) -> sent => (0, sent.map(|()| 0).map_err(|_| ())),
            recv(own.a.as_ref().unwrap()) -> message => (1, message.map_err(|_| ())),
        },
        select! {
            send(own.to_a.as_ref().unwrap(), own.me) -> sent => (0, sent.map(|()| 0).map_err(|_| ())),
            recv(own.a.as_ref().unwrap()) -> message => (1, message.map_err(|_| ())),
        },
        select! {
            send(own.to_a.as_ref().unwrap(), own.me) -> sent => Some((0, sent.map(|()| 0).map_err(|_| ()))),
            recv(own.b.as_ref().unwrap()) -> message => Some((1, message.map_err(|_| ()))),
            default => None,
        },
        own.a.as_ref().unwrap().recv_timeout(Duration::ZERO).map_err(|error| error.is_timeout()),
        own.to_a.as_ref().unwrap().send(own.me),
        own.a.as_ref().unwrap().recv(),
    ];
    const CODE: Code = Code {
        make: match (A, B) {
            (0, 0) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(0), channel::bounded(0)];"
            }
            (_, 0) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(1), channel::bounded(0)];"
            }
            _ => "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(1), channel::bounded(1)];",
        },
        give: |ops| given(used(ops)),
        give_up: "drop(own.channels);",
        begin: "",
        end: "drop((own.to_a, own.to_b)), own.a, own.b",
    };
    const OPTIMAL: bool = false;
    const THREADS: usize = 3;
    const PART: u64 = 40;

    type Main = [Main; 2];
    type Given = Ends;
    type Own<'a> = Ends;
    type Left = Left;

    fn new(_: Seats) -> (Self, Self::Main) {
        (SelectSends, [channel::make(A), channel::make(B)])
    }

    fn give(channels: &Self::Main, ops: &[usize]) -> Ends {
        Ends::of(channels, used(ops))
    }

    fn begin(&self, ends: Ends, me: u64) -> Ends {
        Ends { me, ..ends }
    }

    fn end(ends: Ends) -> Self::Left {
        ends.leave()
    }

    fn state(&self) -> Vec<u64> {
        Vec::new()
    }
}

/// What operations send to and receive from.
fn used(ops: &[usize]) -> [bool; 4] {
    std::array::from_fn(|end| ops.iter().any(|&op| USES[op][end]))
}
