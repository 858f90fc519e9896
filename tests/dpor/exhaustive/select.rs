//! Selects over two channels, with and without a default, beside sends and receives on each. A thread has the ends that it
//! uses, and lets go of them in the end.

use selvedge::sync::channel::{Receiver, Sender};
use selvedge::sync::select;

use super::channel::{self, Main, UNBOUNDED};
use super::object::{Code, Object, Operation, Seats, operations};

/// Two channels with these capacities.
pub struct Select<const A: usize, const B: usize>;

/// The ends of both channels that a thread has.
#[derive(Default)]
pub struct Ends {
    to: [Option<Sender<u64>>; 2],
    from: [Option<Receiver<u64>>; 2],
    me: u64,
}

impl Ends {
    fn to(&self, channel: usize) -> &Sender<u64> {
        self.to[channel].as_ref().expect("it sends there")
    }

    fn from(&self, channel: usize) -> &Receiver<u64> {
        self.from[channel].as_ref().expect("it receives there")
    }
}

/// The numbers of the channels that an operation sends to, and of those that it receives from.
const USES: [(&[usize], &[usize]); 7] =
    [(&[], &[0, 1]), (&[], &[0, 1]), (&[0], &[]), (&[1], &[]), (&[0], &[]), (&[1], &[]), (&[], &[0])];

impl<const A: usize, const B: usize> Object for Select<A, B> {
    const NAME: &'static str = match (A, B) {
        (0, 0) => "selects_of_two_rendezvous",
        (_, 0) => "selects_of_a_channel_and_a_rendezvous",
        _ => "selects_of_two_channels",
    };
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        {
            let (a, b) = (own.from(0), own.from(1));
            select! {
                recv(a) -> message => (0, message),
                recv(b) -> message => (1, message),
            }
        },
        {
            let (a, b) = (own.from(0), own.from(1));
            select! {
                recv(a) -> message => Some((0, message)),
                recv(b) -> message => Some((1, message)),
                default => None,
            }
        },
        own.to(0).send(own.me),
        own.to(1).send(own.me),
        own.to(0).try_send(own.me),
        own.to(1).try_send(own.me),
        own.from(0).recv(),
    ];
    const CODE: Code = Code {
        make: match (A, B) {
            (0, 0) => "let own.channels = [channel::bounded(0), channel::bounded(0)];",
            (_, 0) => "let own.channels = [channel::bounded(1), channel::bounded(0)];",
            _ => "let own.channels = [channel::unbounded(), channel::bounded(1)];",
        },
        give: |ops| {
            let (to, from) = used(ops);
            format!("let own.ends = Ends::of(&own.channels, {to:?}, {from:?});")
        },
        give_up: "drop(own.channels);",
        begin: "",
        end: "drop(own.ends)",
    };
    const OPTIMAL: bool = false;

    type Main = [Main; 2];
    type Given = Ends;
    type Own<'a> = Ends;
    type Left = ();

    fn new(_: Seats) -> (Self, Self::Main) {
        (Select, [channel::make(A), channel::make(B)])
    }

    fn give(channels: &Self::Main, ops: &[usize]) -> Ends {
        let (to, from) = used(ops);
        let mut ends = Ends::default();
        for channel in 0..2 {
            ends.to[channel] = to[channel].then(|| channels[channel].0.clone());
            ends.from[channel] = from[channel].then(|| channels[channel].1.clone());
        }
        ends
    }

    fn begin(&self, ends: Ends, me: u64) -> Ends {
        Ends { me, ..ends }
    }

    fn end(ends: Ends) {
        drop(ends);
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

/// The channels that operations send to, and those that they receive from.
fn used(ops: &[usize]) -> ([bool; 2], [bool; 2]) {
    let mut used = ([false; 2], [false; 2]);
    for &op in ops {
        USES[op].0.iter().for_each(|&channel| used.0[channel] = true);
        USES[op].1.iter().for_each(|&channel| used.1[channel] = true);
    }
    used
}
