//! Channels without a bound, with room for one message, and rendezvous. A thread has the ends that it uses, and lets go of
//! what is left of them in the end, of senders first.

use std::ops::RangeFrom;

use selvedge::sync::channel::{self, Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError};

use super::object::{Answer, Code, Object, Operation, Seats, operations};

/// The capacity of a channel without a bound.
pub const UNBOUNDED: usize = usize::MAX;

pub struct Channel<const CAPACITY: usize>;

/// The ends that a thread has, and the messages that it is to send.
pub struct Ends {
    pub senders: Vec<Sender<u64>>,
    pub receivers: Vec<Receiver<u64>>,
    pub messages: RangeFrom<u64>,
}

pub type Main = (Sender<u64>, Receiver<u64>);
pub type Given = (Vec<Sender<u64>>, Vec<Receiver<u64>>);

pub fn make(capacity: usize) -> Main {
    if capacity == UNBOUNDED { channel::unbounded() } else { channel::bounded(capacity) }
}

const SEND: usize = 0;
const TRY_SEND: usize = 1;
const LEN: usize = 4;
const DROP_SENDER: usize = 5;
const DROP_RECEIVER: usize = 6;
const CLONE_SENDER: usize = 7;
const CLONE_RECEIVER: usize = 8;

fn sends(op: usize) -> bool {
    matches!(op, SEND | TRY_SEND | DROP_SENDER | CLONE_SENDER)
}

/// Whether each end is used while there is one, and a clone is for the sake of a drop that is not the last.
fn fits(ops: &[usize]) -> bool {
    let fits = |drop: usize, clone: usize, mine: &dyn Fn(usize) -> bool| {
        let (mut has, mut spare) = (1, 0);
        for &op in ops.iter().filter(|&&op| mine(op)) {
            if has == 0 {
                return false;
            }
            if op == clone {
                (has, spare) = (has + 1, spare + 1);
            } else if op == drop {
                (has, spare) = (has - 1, 0.max(spare - 1));
            }
        }
        spare == 0
    };
    // What it drops as the last of several things it would drop anyway.
    let last = ops.len() == 1 || !matches!(ops.last(), Some(&(DROP_SENDER | DROP_RECEIVER)));
    let clones = |op: &usize| matches!(*op, CLONE_SENDER | CLONE_RECEIVER);
    let last = last || ops.iter().any(clones);
    last && fits(DROP_SENDER, CLONE_SENDER, &sends) && fits(DROP_RECEIVER, CLONE_RECEIVER, &|op| !sends(op))
}

impl<const CAPACITY: usize> Object for Channel<CAPACITY> {
    const NAME: &'static str = match CAPACITY {
        UNBOUNDED => "channels_without_a_bound",
        0 => "rendezvous",
        _ => "channels_for_one",
    };
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.senders[0].send(own.messages.next().unwrap()),
        own.senders[0].try_send(own.messages.next().unwrap()),
        own.receivers[0].recv(),
        own.receivers[0].try_recv(),
        own.receivers[0].len(),
        drop(own.senders.pop()),
        drop(own.receivers.pop()),
        own.senders.push(own.senders[0].clone()),
        own.receivers.push(own.receivers[0].clone()),
    ];
    const OF_TWO: &'static [usize] = &[0, 1, 2, 3];
    const CODE: Code = Code {
        make: match CAPACITY {
            UNBOUNDED => "let (own.sender, own.receiver) = channel::unbounded();",
            0 => "let (own.sender, own.receiver) = channel::bounded(0);",
            _ => "let (own.sender, own.receiver) = channel::bounded(1);",
        },
        give: |ops| {
            let vec = |has: bool, end: &str| if has { format!("vec![own.{end}.clone()]") } else { "vec![]".to_owned() };
            let senders = vec(ops.iter().any(|&op| sends(op)), "sender");
            let receivers = vec(ops.iter().any(|&op| !sends(op)), "receiver");
            format!(
                "let (mut own.senders, mut own.receivers): (Vec<channel::Sender<u64>>, Vec<channel::Receiver<u64>>) = ({senders}, {receivers});"
            )
        },
        give_up: "drop((own.sender, own.receiver));",
        begin: "let mut own.messages = 10 * own.me..;",
        end: "drop((own.senders, own.receivers))",
    };
    const PART: u64 = if CAPACITY == 0 { 100 } else { 200 };

    type Main = Main;
    type Given = Given;
    type Own<'a> = Ends;
    type Left = ();

    fn new(_: Seats) -> (Self, Main) {
        (Channel, make(CAPACITY))
    }

    fn give((sender, receiver): &Main, ops: &[usize]) -> Given {
        let (senders, receivers): (Vec<usize>, Vec<usize>) = ops.iter().partition(|&&op| sends(op));
        (
            senders.first().map(|_| sender.clone()).into_iter().collect(),
            receivers.first().map(|_| receiver.clone()).into_iter().collect(),
        )
    }

    fn begin(&self, (senders, receivers): Given, me: u64) -> Ends {
        Ends { senders, receivers, messages: 10 * me.. }
    }

    fn end(Ends { senders, receivers, .. }: Ends) {
        drop((senders, receivers));
    }

    fn fits(ops: &[usize]) -> bool {
        // A length is asked of a receiver, and a thread that asks nothing else of it is one of its own.
        fits(ops) && (ops.len() == 1 || ops.iter().any(|&op| op != LEN))
    }
}

impl Answer for RecvError {
    fn number(self) -> u64 {
        0
    }
}

impl<T> Answer for SendError<T> {
    fn number(self) -> u64 {
        0
    }
}

impl Answer for TryRecvError {
    fn number(self) -> u64 {
        self.is_empty().into()
    }
}

impl<T> Answer for TrySendError<T> {
    fn number(self) -> u64 {
        self.is_full().into()
    }
}
