//! Condition variables, each with its mutex: waits with and without a condition, and for a time, notifications with the mutex held and
//! without.

use std::time::Duration;

use selvedge::sync::{Condvar, Mutex, MutexGuard};

use super::object::{Code, Object, Operation, Seats, operations, shared};

/// The mutex, with whether what is waited for has come, and who has slept, in the order in which they went on.
pub struct Sleepers(Mutex<(bool, u64)>, Condvar);

pub struct Own<'a> {
    lock: &'a Mutex<(bool, u64)>,
    wakes: &'a Condvar,
    me: u64,
    held: Option<MutexGuard<'a, (bool, u64)>>,
}

const LOCK: usize = 0;
const UNLOCK: usize = 1;
const WAIT: usize = 2;
const AWAIT: usize = 3;
const SET: usize = 4;
const WAIT_FOR: usize = 7;

impl Object for Sleepers {
    const NAME: &'static str = "condvars";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.held = Some(own.lock.lock()),
        drop(own.held.take()),
        {
            let guard = own.held.get_or_insert_with(|| own.lock.lock());
            own.wakes.wait(guard);
            guard.1 = guard.1 * 10 + own.me;
            guard.1
        },
        {
            let guard = own.held.get_or_insert_with(|| own.lock.lock());
            own.wakes.wait_while(guard, |state| !state.0);
            guard.1 = guard.1 * 10 + own.me;
            guard.1
        },
        own.held.get_or_insert_with(|| own.lock.lock()).0 = true,
        own.wakes.notify_one(),
        own.wakes.notify_all(),
        {
            let guard = own.held.get_or_insert_with(|| own.lock.lock());
            let timed_out = own.wakes.wait_for(guard, Duration::ZERO).timed_out();
            guard.1 = guard.1 * 10 + own.me;
            u64::from(timed_out) * 100_000 + guard.1
        },
    ];
    const OF_TWO: &'static [usize] = &[WAIT, AWAIT, SET, 5];
    const CODE: Code = Code {
        make: "let own.pair = Arc::new((Mutex::new((false, 0)), Condvar::new()));",
        give: |_| "let own.pair = Arc::clone(&own.pair);".to_owned(),
        give_up: "",
        begin: "let ((own.lock, own.wakes), mut own.held) = (&*own.pair, None::<MutexGuard<(bool, u64)>>);",
        end: "drop(own.held)",
    };

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Sleepers(Mutex::new((false, 0)), Condvar::new()), ())
    }

    fn begin(&self, (): (), me: u64) -> Own<'_> {
        Own { lock: &self.0, wakes: &self.1, me, held: None }
    }

    fn state(&self) -> Vec<u64> {
        let state = self.0.lock();
        vec![state.0.into(), state.1]
    }

    /// It locks what it does not hold, and unlocks what it holds, though not as the last thing, which it does anyway.
    fn fits(ops: &[usize]) -> bool {
        let mut holds = false;
        for &op in ops {
            match op {
                LOCK if holds => return false,
                UNLOCK if !holds => return false,
                UNLOCK => holds = false,
                LOCK | WAIT | AWAIT | SET | WAIT_FOR => holds = true,
                _ => (),
            }
        }
        ops.last() != Some(&UNLOCK)
    }
}
