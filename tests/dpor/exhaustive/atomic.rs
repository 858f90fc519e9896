//! Atomics: every way to read, write and do both, and compare-exchanges that succeed and fail.

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Atomic(AtomicU64);

pub struct Own<'a> {
    x: &'a AtomicU64,
}

impl Object for Atomic {
    const NAME: &'static str = "atomics";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.x.load(SeqCst),
        own.x.store(1, SeqCst),
        own.x.store(2, SeqCst),
        own.x.swap(1, SeqCst),
        own.x.fetch_add(1, SeqCst),
        own.x.compare_exchange(0, 1, SeqCst, SeqCst),
        own.x.compare_exchange(1, 2, SeqCst, SeqCst),
        own.x.compare_exchange(2, 1, SeqCst, SeqCst),
    ];
    const OF_TWO: &'static [usize] = &[0, 1, 4, 5];
    const CODE: Code = Code {
        make: "let own.x = Arc::new(AtomicU64::new(0));",
        give: |_| "let own.x = Arc::clone(&own.x);".to_owned(),
        give_up: "",
        begin: "",
        end: "()",
    };

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Atomic(AtomicU64::new(0)), ())
    }

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { x: &self.0 }
    }

    fn state(&self) -> Vec<u64> {
        vec![self.0.load(SeqCst)]
    }

    fn mirrored(op: usize) -> Option<usize> {
        // 1 and 2 for each other.
        [Some(0), Some(2), Some(1), None, None, None, Some(7), Some(6)][op]
    }
}
