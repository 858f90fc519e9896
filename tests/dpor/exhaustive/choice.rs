//! Choices beside an atomic, and weak exchanges, which choose whether to fail.

use selvedge::check;
use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Choices(AtomicU64);

pub struct Own<'a> {
    x: &'a AtomicU64,
}

impl Object for Choices {
    const NAME: &'static str = "choices";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.x.load(SeqCst),
        own.x.store(check::choose(3) as u64, SeqCst),
        own.x.compare_exchange_weak(0, 1, SeqCst, SeqCst),
        own.x.fetch_add(check::random().into(), SeqCst),
    ];
    const OF_TWO: &'static [usize] = &[0, 2, 3];
    const CODE: Code = Code {
        make: "let own.x = Arc::new(AtomicU64::new(0));",
        give: |_| "let own.x = Arc::clone(&own.x);".to_owned(),
        give_up: "",
        begin: "",
        end: "()",
    };
    const THREADS: usize = 3;
    const PART: u64 = 40;

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Choices(AtomicU64::new(0)), ())
    }

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { x: &self.0 }
    }

    fn state(&self) -> Vec<u64> {
        vec![self.0.load(SeqCst)]
    }
}
