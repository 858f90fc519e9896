//! Messages whose destructors do something that others see: who receives them drops them, or who drops the last receiver.

use std::sync::Arc;

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use selvedge::sync::channel::{self, Receiver, Sender};

use super::object::{Code, Object, Operation, Seats, operations};

/// A message that notes who drops it.
pub struct Message {
    by: Arc<AtomicU64>,
    seats: Seats,
}

impl Drop for Message {
    fn drop(&mut self) {
        self.by.fetch_add(10_u64.pow(1 + self.seats.who() as u32), SeqCst);
    }
}

pub struct Unread {
    by: Arc<AtomicU64>,
    seats: Seats,
}

pub struct Own<'a> {
    unread: &'a Unread,
    senders: Vec<Sender<Message>>,
    receivers: Vec<Receiver<Message>>,
}

impl Own<'_> {
    fn message(&self) -> Message {
        Message { by: Arc::clone(&self.unread.by), seats: self.unread.seats.clone() }
    }
}

const SEND: usize = 0;
const DROP_SENDER: usize = 3;
const DROP_RECEIVER: usize = 4;

fn sends(op: usize) -> bool {
    matches!(op, SEND | DROP_SENDER)
}

impl Object for Unread {
    const NAME: &'static str = "messages_with_destructors";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.senders[0].send(own.message()).is_ok(),
        drop(own.receivers[0].recv()),
        drop(own.receivers[0].try_recv()),
        drop(own.senders.pop()),
        drop(own.receivers.pop()),
        own.unread.by.load(SeqCst),
    ];
    const CODE: Code = Code {
        make: "let own.unread = Arc::new(Unread::new()); let (own.sender, own.receiver) = channel::unbounded();",
        give: |_| "let own.ends = own.unread.ends(&own.sender, &own.receiver);".to_owned(),
        give_up: "drop((own.sender, own.receiver));",
        begin: "let mut own = own.ends;",
        end: "drop(own.ends)",
    };

    type Main = (Sender<Message>, Receiver<Message>);
    type Given = (Vec<Sender<Message>>, Vec<Receiver<Message>>);
    type Own<'a> = Own<'a>;
    type Left = ();

    fn new(seats: Seats) -> (Self, Self::Main) {
        (Unread { by: Arc::new(AtomicU64::new(0)), seats }, channel::unbounded())
    }

    fn give((sender, receiver): &Self::Main, ops: &[usize]) -> Self::Given {
        let sends = ops.iter().any(|&op| sends(op));
        let receives = ops.iter().any(|op| (1..=2).contains(op) || *op == DROP_RECEIVER);
        (sends.then(|| sender.clone()).into_iter().collect(), receives.then(|| receiver.clone()).into_iter().collect())
    }

    fn begin(&self, (senders, receivers): Self::Given, _: u64) -> Own<'_> {
        Own { unread: self, senders, receivers }
    }

    fn end(Own { senders, receivers, .. }: Own<'_>) {
        drop((senders, receivers));
    }

    fn state(&self) -> Vec<u64> {
        vec![self.by.load(SeqCst)]
    }

    /// An end is dropped once, and used before; as the last of several things it is dropped anyway.
    fn fits(ops: &[usize]) -> bool {
        let fits = |drop: usize, mine: &dyn Fn(usize) -> bool| {
            let dropped = ops.iter().position(|&op| op == drop);
            dropped.is_none_or(|at| !ops[at + 1..].iter().any(|&op| mine(op)))
        };
        let receives = |op: usize| (1..=2).contains(&op) || op == DROP_RECEIVER;
        let last = ops.len() == 1 || !matches!(ops.last(), Some(&(DROP_SENDER | DROP_RECEIVER)));
        last && fits(DROP_SENDER, &sends) && fits(DROP_RECEIVER, &receives)
    }
}
