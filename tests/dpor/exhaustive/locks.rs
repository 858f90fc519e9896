//! Mutexes and readers-writer locks. What a thread holds in the end, it lets go of then. Each holds who has held it alone, and
//! a thread that gets in answers with that.

use std::time::Duration;

use selvedge::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Exclusive(Mutex<u64>);

pub struct Held<'a> {
    lock: &'a Mutex<u64>,
    me: u64,
    held: Vec<MutexGuard<'a, u64>>,
}

const LOCK: usize = 0;
const UNLOCK: usize = 2;

impl Object for Exclusive {
    const NAME: &'static str = "mutexes";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        {
            let mut guard = own.lock.lock();
            *guard = *guard * 10 + own.me;
            own.held.push(guard);
            **own.held.last().unwrap()
        },
        own.lock.try_lock().map(|mut guard| {
            *guard = *guard * 10 + own.me;
            own.held.push(guard);
            **own.held.last().unwrap()
        }),
        drop(own.held.pop()),
    ];
    const OF_TWO: &'static [usize] = &[0, 1, 2];
    const CODE: Code = Code {
        make: "let own.lock = Arc::new(Mutex::new(0));",
        give: |_| "let own.lock = Arc::clone(&own.lock);".to_owned(),
        give_up: "",
        begin: "let mut own.held = Vec::<MutexGuard<u64>>::new();",
        end: "drop(own.held)",
    };

    shared!();
    type Own<'a> = Held<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Exclusive(Mutex::new(0)), ())
    }

    fn begin(&self, (): (), me: u64) -> Held<'_> {
        Held { lock: &self.0, me, held: Vec::new() }
    }

    fn state(&self) -> Vec<u64> {
        vec![*self.0.lock()]
    }

    /// It unlocks what it may hold, and not as the last thing, which it does anyway; and it does not lock what it holds.
    fn fits(ops: &[usize]) -> bool {
        let (mut surely, mut perhaps) = (false, false);
        for &op in ops {
            match op {
                LOCK if surely => return false,
                LOCK => (surely, perhaps) = (true, true),
                UNLOCK if !perhaps => return false,
                UNLOCK => (surely, perhaps) = (false, false),
                _ => perhaps = true,
            }
        }
        ops.last() != Some(&UNLOCK)
    }
}

pub struct Shared(RwLock<u64>);

pub struct Inside<'a> {
    lock: &'a RwLock<u64>,
    me: u64,
    reads: Vec<RwLockReadGuard<'a, u64>>,
    held: Vec<RwLockWriteGuard<'a, u64>>,
}

const READ: usize = 0;
const WRITE: usize = 1;
const TRY_READ: usize = 2;
const TRY_WRITE: usize = 3;
const LEAVE: usize = 4;
const TRY_WRITE_FOR: usize = 6;

impl Object for Shared {
    const NAME: &'static str = "rwlocks";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        {
            own.reads.push(own.lock.read());
            **own.reads.last().unwrap()
        },
        {
            let mut guard = own.lock.write();
            *guard = *guard * 10 + own.me;
            own.held.push(guard);
            **own.held.last().unwrap()
        },
        own.lock.try_read().map(|guard| {
            own.reads.push(guard);
            **own.reads.last().unwrap()
        }),
        own.lock.try_write().map(|mut guard| {
            *guard = *guard * 10 + own.me;
            own.held.push(guard);
            **own.held.last().unwrap()
        }),
        drop(own.reads.pop()),
        drop(own.held.pop()),
        own.lock.try_write_for(Duration::ZERO).map(|mut guard| {
            *guard = *guard * 10 + own.me;
            own.held.push(guard);
            **own.held.last().unwrap()
        }),
    ];
    const OF_TWO: &'static [usize] = &[0, 1, 2, 3];
    const CODE: Code = Code {
        make: "let own.lock = Arc::new(RwLock::new(0));",
        give: |_| "let own.lock = Arc::clone(&own.lock);".to_owned(),
        give_up: "",
        begin: "let (mut own.reads, mut own.held) = (Vec::<RwLockReadGuard<u64>>::new(), Vec::<RwLockWriteGuard<u64>>::new());",
        end: "drop((own.reads, own.held))",
    };

    shared!();
    type Own<'a> = Inside<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Shared(RwLock::new(0)), ())
    }

    fn begin(&self, (): (), me: u64) -> Inside<'_> {
        Inside { lock: &self.0, me, reads: Vec::new(), held: Vec::new() }
    }

    fn state(&self) -> Vec<u64> {
        vec![*self.0.read()]
    }

    /// It leaves where it may be inside, and not as the last thing, which it does anyway; and it does not wait for itself.
    fn fits(ops: &[usize]) -> bool {
        let (mut reads, mut perhaps_reads, mut writes, mut perhaps_writes) = (0_u32, 0_u32, false, false);
        for &op in ops {
            match op {
                READ if writes => return false,
                WRITE if writes || reads > 0 => return false,
                READ => (reads, perhaps_reads) = (reads + 1, perhaps_reads + 1),
                WRITE => (writes, perhaps_writes) = (true, true),
                TRY_READ => perhaps_reads += 1,
                TRY_WRITE | TRY_WRITE_FOR => perhaps_writes = true,
                LEAVE if perhaps_reads == 0 => return false,
                LEAVE => (reads, perhaps_reads) = (reads.saturating_sub(1), perhaps_reads - 1),
                _ if !perhaps_writes => return false,
                _ => (writes, perhaps_writes) = (false, false),
            }
        }
        ops.last().is_none_or(|&last| last < LEAVE || last == TRY_WRITE_FOR)
    }
}
