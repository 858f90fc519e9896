//! Selects over two channels, with and without a default, beside sends and receives on each. A thread has the ends that it
//! uses; in the end it lets go of its senders, and leaves its receivers to main, which keeps the schedules few.

use selvedge::sync::channel::{Receiver, Sender};
use selvedge::sync::select;

use super::channel::{self, Main, UNBOUNDED};
use super::object::{Code, Object, Operation, Seats, operations};

/// Two channels with these capacities.
pub struct Select<const A: usize, const B: usize>;

/// The ends of both channels that a thread has.
pub struct Ends {
    pub to_a: Option<Sender<u64>>,
    pub to_b: Option<Sender<u64>>,
    pub a: Option<Receiver<u64>>,
    pub b: Option<Receiver<u64>>,
    pub me: u64,
}

/// What it leaves to main.
pub type Left = [Option<Receiver<u64>>; 2];

impl Ends {
    /// Those of two channels that are used.
    pub fn of([(sender_a, receiver_a), (sender_b, receiver_b)]: &[Main; 2], [to_a, to_b, a, b]: [bool; 4]) -> Self {
        Ends {
            to_a: to_a.then(|| sender_a.clone()),
            to_b: to_b.then(|| sender_b.clone()),
            a: a.then(|| receiver_a.clone()),
            b: b.then(|| receiver_b.clone()),
            me: 0,
        }
    }

    /// Lets go of the senders.
    pub fn leave(self) -> Left {
        drop((self.to_a, self.to_b));
        [self.a, self.b]
    }
}

/// Whether an operation sends to one channel, or the other, and whether it receives from one, or the other.
const USES: [[bool; 4]; 7] = [
    [false, false, true, true],
    [false, false, true, true],
    [true, false, false, false],
    [false, true, false, false],
    [true, false, false, false],
    [false, true, false, false],
    [false, false, true, false],
];

impl<const A: usize, const B: usize> Object for Select<A, B> {
    const NAME: &'static str = match (A, B) {
        (0, 0) => "selects_of_two_rendezvous",
        (_, 0) => "selects_of_a_channel_and_a_rendezvous",
        _ => "selects_of_two_channels",
    };
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
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
    ];
    const CODE: Code = Code {
        make: match (A, B) {
            (0, 0) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(0), channel::bounded(0)];"
            }
            (_, 0) => {
                "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::bounded(1), channel::bounded(0)];"
            }
            _ => "let own.channels: [(_, channel::Receiver<u64>); 2] = [channel::unbounded(), channel::bounded(1)];",
        },
        give: |ops| given(used(ops)),
        give_up: "drop(own.channels);",
        begin: "",
        end: "drop((own.to_a, own.to_b)), own.a, own.b",
    };
    const OPTIMAL: bool = false;
    const PART: u64 = 200;

    type Main = [Main; 2];
    type Given = Ends;
    type Own<'a> = Ends;
    type Left = Left;

    fn new(_: Seats) -> (Self, Self::Main) {
        (Select, [channel::make(A), channel::make(B)])
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

    /// The two channels of one kind can be exchanged for each other.
    fn mirrored(op: usize) -> Option<usize> {
        let alike = (A == UNBOUNDED) == (B == UNBOUNDED) && (A == 0) == (B == 0);
        [Some(0), Some(1), Some(3), Some(2), Some(5), Some(4), None][op].filter(|_| alike)
    }
}

/// How a thread is handed the ends that are used.
pub fn given([to_a, to_b, a, b]: [bool; 4]) -> String {
    let end = |used: bool, what: &str, end: &str| match used {
        true => format!("Some(own.channels{end}.clone())"),
        false => format!("None::<channel::{what}<u64>>"),
    };
    let senders = [end(to_a, "Sender", "[0].0"), end(to_b, "Sender", "[1].0")].join(", ");
    let receivers = [end(a, "Receiver", "[0].1"), end(b, "Receiver", "[1].1")].join(", ");
    format!("let (own.to_a, own.to_b, own.a, own.b) = ({senders}, {receivers});")
}

/// What operations send to and receive from.
fn used(ops: &[usize]) -> [bool; 4] {
    std::array::from_fn(|end| ops.iter().any(|&op| USES[op][end]))
}
