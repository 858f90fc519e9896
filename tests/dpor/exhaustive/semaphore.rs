//! Counting semaphores with one permit. What a thread has in the end, it gives back then.

use std::sync::Arc;

use selvedge::sync::{Permit, Semaphore};

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Permits(Arc<Semaphore>);

pub struct Own<'a> {
    semaphore: &'a Semaphore,
    permits: Vec<Permit<'a>>,
}

const DROP: usize = 2;

impl Object for Permits {
    const NAME: &'static str = "semaphores";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.semaphore.acquire().map(|permit| own.permits.push(permit)).is_ok(),
        own.semaphore.try_acquire().map(|permit| own.permits.push(permit)).is_ok(),
        drop(own.permits.pop()),
        own.semaphore.release(1),
        own.semaphore.close(),
        own.semaphore.available_permits(),
    ];
    const OF_TWO: &'static [usize] = &[0, 1, 2, 3];
    const CODE: Code = Code {
        make: "let own.semaphore = std::sync::Arc::new(Semaphore::new(1));",
        give: |_| "let own.semaphore = std::sync::Arc::clone(&own.semaphore);".to_owned(),
        give_up: "",
        begin: "let mut own.permits = Vec::new();",
        end: "drop(own.permits)",
    };

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Permits(Arc::new(Semaphore::new(1))), ())
    }

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { semaphore: &self.0, permits: Vec::new() }
    }

    fn state(&self) -> Vec<u64> {
        vec![self.0.available_permits() as u64]
    }

    /// It drops what it may have, and not as the last thing, since it does that anyway.
    fn fits(ops: &[usize]) -> bool {
        let mut may_have = 0;
        for &op in ops {
            match op {
                0 | 1 => may_have += 1,
                DROP if may_have == 0 => return false,
                DROP => may_have -= 1,
                _ => (),
            }
        }
        ops.last() != Some(&DROP)
    }
}
