//! Barriers for two: of three who come, one is left.

use std::sync::Arc;

use selvedge::sync::Barrier;

use super::object::{Code, Object, Operation, Seats, operations};

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

    type Main = ();
    type Given = ();
    type Own<'a> = Own<'a>;
    type Left = ();

    fn new(_: Seats) -> (Self, ()) {
        (Crossing(Arc::new(Barrier::new(2))), ())
    }

    fn give((): &(), _: &[usize]) {}

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { barrier: &self.0 }
    }

    fn end(_: Own<'_>) {}

    fn state(&self) -> Vec<u64> {
        Vec::new()
    }
}
