//! Threads that start threads, and join them, ask whether they have ended, or let go of them. A child
//! returns a value whose destructor adds to an atomic: who takes the value drops it then, or leaves it to main.

use std::sync::Arc;

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use selvedge::sync::thread::{self, JoinHandle};

use super::object::{Code, Object, Operation, Seats, operations};

/// What a child returns.
pub struct Value {
    x: Arc<AtomicU64>,
    seats: Seats,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.x.fetch_add(10_u64.pow(1 + self.seats.who() as u32), SeqCst);
    }
}

pub struct Children {
    x: Arc<AtomicU64>,
    seats: Seats,
}

pub struct Own {
    x: Arc<AtomicU64>,
    child: Box<dyn Fn() -> Child>,
    children: Vec<JoinHandle<Value>>,
    values: Vec<Value>,
}

type Child = Box<dyn FnOnce() -> Value + Send>;

const SPAWN: usize = 0;
const JOIN: usize = 1;
const LET_GO: usize = 3;
const IS_FINISHED: usize = 4;
const LOAD: usize = 5;

impl Object for Children {
    const NAME: &'static str = "threads";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.children.push(thread::spawn((own.child)())),
        own.values.extend(own.children.pop().map(|child| child.join().unwrap())),
        drop(own.children.pop().map(|child| child.join().unwrap())),
        drop(own.children.pop()),
        own.children.last().map(JoinHandle::is_finished),
        own.x.load(SeqCst),
        own.x.fetch_add(1, SeqCst),
    ];
    const CODE: Code = Code {
        make: concat!(
            "struct own.Value(Arc<AtomicU64>);\n",
            "impl Drop for own.Value {\n    fn drop(&mut self) {\n        self.0.fetch_add(10_u64.pow(1 + thread::seat().min(9) as u32), SeqCst);\n    }\n}\n",
            "let own.x = Arc::new(AtomicU64::new(0));",
        ),
        give: |_| "let own.x = Arc::clone(&own.x);".to_owned(),
        give_up: "",
        begin: concat!(
            "let own.child = || {\n    let value = own.Value(Arc::clone(&own.x));\n    move || value\n};\n",
            "let (mut own.children, mut own.values) = (Vec::<JoinHandle<own.Value>>::new(), Vec::<own.Value>::new());",
        ),
        end: "own.values",
    };

    /// They start others, each of which is dropped by somebody, and does something then.
    const THREADS: usize = 2;
    const PART: u64 = 100;

    type Main = ();
    type Given = ();
    type Own<'a> = Own;
    type Left = Vec<Value>;

    fn new(seats: Seats) -> (Self, ()) {
        (Children { x: Arc::new(AtomicU64::new(0)), seats }, ())
    }

    fn give((): &(), _: &[usize]) {}

    fn begin(&self, (): (), _: u64) -> Own {
        let (x, seats) = (Arc::clone(&self.x), self.seats.clone());
        let child = move || {
            let value = Value { x: Arc::clone(&x), seats: seats.clone() };
            Box::new(move || value) as Child
        };
        Own { x: Arc::clone(&self.x), child: Box::new(child), children: Vec::new(), values: Vec::new() }
    }

    fn end(Own { children, values, .. }: Own) -> Vec<Value> {
        drop(children);
        values
    }

    fn state(&self) -> Vec<u64> {
        vec![self.x.load(SeqCst)]
    }

    /// It starts one child at most, asks for one that it has, and does not let go of one as the last thing, which it does
    /// anyway.
    fn fits(ops: &[usize]) -> bool {
        let mut children = 0;
        for &op in ops {
            match op {
                SPAWN => children += 1,
                JOIN..=IS_FINISHED if children == 0 => return false,
                JOIN..=LET_GO => children -= 1,
                _ => (),
            }
        }
        let started = ops.iter().filter(|&&op| op == SPAWN).count();
        started <= 1 && ops.last() != Some(&LET_GO) && ops.iter().filter(|&&op| op >= LOAD).count() < 3
    }
}
