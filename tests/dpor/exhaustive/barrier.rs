//! Barriers for two: of three who come, one is left.

use std::sync::Arc;

use selvedge::sync::Barrier;

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Crossing(Arc<Barrier>);

pub struct Own<'a> {
    barrier: &'a Barrier,
}

impl Object for Crossing {
    const NAME: &'static str = "barriers";
    const OPERATIONS: &'static [Operation<Self>] = operations![own: own.barrier.wait().is_leader()];
    const OF_TWO: &'static [usize] = &[0];
    const CODE: Code = Code {
        make: "let own.barrier = std::sync::Arc::new(Barrier::new(2));",
        give: |_| "let own.barrier = std::sync::Arc::clone(&own.barrier);".to_owned(),
        give_up: "",
        begin: "",
        end: "()",
    };

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Crossing(Arc::new(Barrier::new(2))), ())
    }

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { barrier: &self.0 }
    }
}
