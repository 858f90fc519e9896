//! Values that are written once, by whoever comes first.

use std::sync::Arc;

use selvedge::sync::OnceLock;

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Written(Arc<OnceLock<u64>>);

pub struct Own<'a> {
    lock: &'a OnceLock<u64>,
    me: u64,
}

impl Object for Written {
    const NAME: &'static str = "once";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.lock.get().copied(),
        own.lock.set(own.me),
        *own.lock.get_or_init(|| own.me),
        *own.lock.wait(),
    ];
    const OF_TWO: &'static [usize] = &[0, 2];
    const CODE: Code = Code {
        make: "let own.lock = std::sync::Arc::new(OnceLock::new());",
        give: |_| "let own.lock = std::sync::Arc::clone(&own.lock);".to_owned(),
        give_up: "",
        begin: "let own.me = selvedge::sync::thread::seat() as u64;",
        end: "()",
    };

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Written(Arc::new(OnceLock::new())), ())
    }

    fn begin(&self, (): (), me: u64) -> Own<'_> {
        Own { lock: &self.0, me }
    }

    fn state(&self) -> Vec<u64> {
        vec![self.0.get().copied().unwrap_or_default()]
    }
}
