//! Selects over two channels, with and without a default, beside operations on each: selects that receive from both, and
//! selects that send to one, or send to one and receive from the other. A thread has the ends that it uses; in the end it lets
//! go of its senders, and leaves its receivers to main, which keeps the schedules few.

use std::time::Duration;

use selvedge::sync::channel::{Receiver, Sender};
use selvedge::sync::select;

use super::channel::{self, Main, UNBOUNDED};
use super::object::{Code, Object, Operation, Seats, operations};

/// Selects that send, or selects that do not, and two channels with these capacities.
pub struct Select<const SENDS: bool, const A: usize, const B: usize>;

/// The ends of both channels that a thread has.
pub struct Ends {
    to_a: Option<Sender<u64>>,
    to_b: Option<Sender<u64>>,
    a: Option<Receiver<u64>>,
    b: Option<Receiver<u64>>,
    me: u64,
}

/// What it leaves to main.
pub type Left = [Option<Receiver<u64>>; 2];

impl Ends {
    /// Those of two channels that are used.
    fn of([(sender_a, receiver_a), (sender_b, receiver_b)]: &[Main; 2], [to_a, to_b, a, b]: [bool; 4]) -> Self {
        Ends {
            to_a: to_a.then(|| sender_a.clone()),
            to_b: to_b.then(|| sender_b.clone()),
            a: a.then(|| receiver_a.clone()),
            b: b.then(|| receiver_b.clone()),
            me: 0,
        }
    }

    /// Lets go of the senders.
    fn leave(self) -> Left {
        drop((self.to_a, self.to_b));
        [self.a, self.b]
    }
}

/// Whether an operation sends to one channel, or the other, and whether it receives from one, or the other: of selects that
/// do not send, and of those that do.
const USES: [[[bool; 4]; 7]; 2] = [
    [
        [false, false, true, true],
        [false, false, true, true],
        [true, false, false, false],
        [false, true, false, false],
        [true, false, false, false],
        [false, true, false, false],
        [false, false, true, false],
    ],
    [
        [true, false, false, true],
        [false, true, true, false],
        [true, false, true, false],
        [true, false, false, true],
        [false, false, true, false],
        [true, false, false, false],
        [false, false, true, false],
    ],
];

impl<const SENDS: bool, const A: usize, const B: usize> Select<SENDS, A, B> {
    /// What operations send to and receive from.
    fn used(ops: &[usize]) -> [bool; 4] {
        std::array::from_fn(|end| ops.iter().any(|&op| USES[usize::from(SENDS)][op][end]))
    }
}

impl<const SENDS: bool, const A: usize, const B: usize> Object for Select<SENDS, A, B> {
    const NAME: &'static str = match (SENDS, A, B) {
        (false, 0, 0) => "selects_of_two_rendezvous",
        (false, _, 0) => "selects_of_a_channel_and_a_rendezvous",
        (false, ..) => "selects_of_two_channels",
        (true, 0, 0) => "selects_that_send_of_two_rendezvous",
        (true, _, 0) => "selects_that_send_of_a_channel_and_a_rendezvous",
        (true, ..) => "selects_that_send_of_two_channels",
    };
    const OPERATIONS: &'static [Operation<Self>] = if SENDS {
        operations![own:
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
        ]
    } else {
        operations![own:
                {
                    let (a, b) = (own.a.as_ref().unwrap(), own.b.as_ref().unwrap());
                    select! {
                        recv(a) -> message => (0, message),
                        recv(b) -> message => (1, message),
                    }
                },
                {
                    let (a, b) = (own.a.as_ref().unwrap(), own.b.as_ref().unwrap());
                    select! {
                        recv(a) -> message => Some((0, message)),
                        recv(b) -> message => Some((1, message)),
                        default => None,
                    }
                },
                own.to_a.as_ref().unwrap().send(own.me),
                own.to_b.as_ref().unwrap().send(own.me),
                own.to_a.as_ref().unwrap().try_send(own.me),
                own.to_b.as_ref().unwrap().try_send(own.me),
                own.a.as_ref().unwrap().recv(),
        ]
    };
    const CODE: Code = Code {
        make: match (A, B) {
            (0, 0) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(0), channel::bounded(0)];"
            }
            (_, 0) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(1), channel::bounded(0)];"
            }
            (UNBOUNDED, _) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::unbounded(), channel::bounded(1)];"
            }
            _ => "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(1), channel::bounded(1)];",
        },
        give: |ops| given(Self::used(ops)),
        give_up: "drop(own.channels);",
        begin: "",
        end: "drop((own.to_a, own.to_b)), own.a, own.b",
    };
    const OPTIMAL: bool = false;
    const THREADS: usize = if SENDS { 3 } else { 4 };
    const PART: u64 = if SENDS { 40 } else { 200 };

    type Main = [Main; 2];
    type Given = Ends;
    type Own<'a> = Ends;
    type Left = Left;

    fn new(_: Seats) -> (Self, Self::Main) {
        (Select, [channel::make(A), channel::make(B)])
    }

    fn give(channels: &Self::Main, ops: &[usize]) -> Ends {
        Ends::of(channels, Self::used(ops))
    }

    fn begin(&self, ends: Ends, me: u64) -> Ends {
        Ends { me, ..ends }
    }

    fn end(ends: Ends) -> Self::Left {
        ends.leave()
    }

    /// Two channels of one kind can be exchanged for each other, but for selects that send to one and receive from the other.
    fn mirrored(op: usize) -> Option<usize> {
        let alike = (A == UNBOUNDED) == (B == UNBOUNDED) && (A == 0) == (B == 0);
        [Some(0), Some(1), Some(3), Some(2), Some(5), Some(4), None][op].filter(|_| alike && !SENDS)
    }
}

/// How a thread is handed the ends that are used.
fn given([to_a, to_b, a, b]: [bool; 4]) -> String {
    let end = |used: bool, what: &str, end: &str| match used {
        true => format!("Some(own.channels{end}.clone())"),
        false => format!("None::<channel::{what}<u64>>"),
    };
    let senders = [end(to_a, "Sender", "[0].0"), end(to_b, "Sender", "[1].0")].join(", ");
    let receivers = [end(a, "Receiver", "[0].1"), end(b, "Receiver", "[1].1")].join(", ");
    format!("let (own.to_a, own.to_b, own.a, own.b) = ({senders}, {receivers});")
}
