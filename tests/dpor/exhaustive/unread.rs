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
    by: &'a AtomicU64,
    message: Box<dyn Fn() -> Message + 'a>,
    senders: Vec<Sender<Message>>,
    receivers: Vec<Receiver<Message>>,
}

const SEND: usize = 0;
const RECV: usize = 1;
const TRY_RECV: usize = 2;
const DROP_SENDER: usize = 3;
const DROP_RECEIVER: usize = 4;

fn sends(op: usize) -> bool {
    matches!(op, SEND | DROP_SENDER)
}

fn receives(op: usize) -> bool {
    matches!(op, RECV | TRY_RECV | DROP_RECEIVER)
}

/// Whether a thread sends, and whether it receives.
fn used(ops: &[usize]) -> (bool, bool) {
    (ops.iter().any(|&op| sends(op)), ops.iter().any(|&op| receives(op)))
}

impl Object for Unread {
    const NAME: &'static str = "messages_with_destructors";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.senders[0].send((own.message)()).is_ok(),
        drop(own.receivers[0].recv()),
        drop(own.receivers[0].try_recv()),
        drop(own.senders.pop()),
        drop(own.receivers.pop()),
        own.by.load(SeqCst),
    ];
    const CODE: Code = Code {
        make: concat!(
            "struct own.Message(Arc<AtomicU64>);
",
            "impl Drop for own.Message {
    fn drop(&mut self) {
        self.0.fetch_add(10_u64.pow(1 + thread::seat() as u32), SeqCst);
    }
}
",
            "let own.by = Arc::new(AtomicU64::new(0));
",
            "let (own.sender, own.receiver) = channel::unbounded();",
        ),
        give: |ops| {
            let (sends, receives) = used(ops);
            let vec = |has: bool, end: &str| if has { format!("vec![own.{end}.clone()]") } else { "vec![]".to_owned() };
            let (senders, receivers) = (vec(sends, "sender"), vec(receives, "receiver"));
            format!(
                "let own.by = Arc::clone(&own.by);\n    let (mut own.senders, mut own.receivers): (Vec<channel::Sender<own.Message>>, Vec<channel::Receiver<own.Message>>) = ({senders}, {receivers});"
            )
        },
        give_up: "drop((own.sender, own.receiver));",
        begin: "let own.message = || own.Message(Arc::clone(&own.by));",
        end: "drop((own.senders, own.receivers))",
    };

    const PART: u64 = 100;

    type Main = (Sender<Message>, Receiver<Message>);
    type Given = (Vec<Sender<Message>>, Vec<Receiver<Message>>);
    type Own<'a> = Own<'a>;
    type Left = ();

    fn new(seats: Seats) -> (Self, Self::Main) {
        (Unread { by: Arc::new(AtomicU64::new(0)), seats }, channel::unbounded())
    }

    fn give((sender, receiver): &Self::Main, ops: &[usize]) -> Self::Given {
        let (sends, receives) = used(ops);
        (sends.then(|| sender.clone()).into_iter().collect(), receives.then(|| receiver.clone()).into_iter().collect())
    }

    fn begin(&self, (senders, receivers): Self::Given, _: u64) -> Own<'_> {
        let message = || Message { by: Arc::clone(&self.by), seats: self.seats.clone() };
        Own { by: &self.by, message: Box::new(message), senders, receivers }
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
        let last = ops.len() == 1 || !matches!(ops.last(), Some(&(DROP_SENDER | DROP_RECEIVER)));
        last && fits(DROP_SENDER, &sends) && fits(DROP_RECEIVER, &receives)
    }
}
