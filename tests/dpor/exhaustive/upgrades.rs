//! Readers that become writers, and the other way round. What a thread has in the end, it gives back then.

use std::sync::Arc;

use selvedge::sync::{RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard};

use super::object::{Code, Object, Operation, Seats, operations, shared};

pub struct Upgrades(Arc<RwLock<u64>>);

/// What a thread has of the lock.
pub enum Guard<'a> {
    None,
    Read(RwLockReadGuard<'a, u64>),
    Upgradable(RwLockUpgradableReadGuard<'a, u64>),
    Write(RwLockWriteGuard<'a, u64>),
}

pub struct Own<'a> {
    lock: &'a RwLock<u64>,
    guard: Guard<'a>,
}

impl Own<'_> {
    fn take(&mut self, with: impl FnOnce(&mut Self)) -> u64 {
        with(self);
        match &self.guard {
            Guard::None => 9,
            Guard::Read(guard) => **guard,
            Guard::Upgradable(guard) => **guard,
            Guard::Write(guard) => **guard,
        }
    }

    fn upgrade(&mut self) {
        let Guard::Upgradable(guard) = std::mem::replace(&mut self.guard, Guard::None) else { return };
        let mut guard = RwLockUpgradableReadGuard::upgrade(guard);
        *guard += 1;
        self.guard = Guard::Write(guard);
    }

    fn downgrade(&mut self) {
        self.guard = match std::mem::replace(&mut self.guard, Guard::None) {
            Guard::Write(guard) => Guard::Read(RwLockWriteGuard::downgrade(guard)),
            Guard::Upgradable(guard) => Guard::Read(RwLockUpgradableReadGuard::downgrade(guard)),
            other => other,
        };
    }
}

const READ: usize = 0;
const UPGRADABLE: usize = 1;
const WRITE: usize = 2;
const UPGRADE: usize = 3;
const DOWNGRADE: usize = 4;

impl Object for Upgrades {
    const NAME: &'static str = "upgrades";
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.take(|own| own.guard = Guard::Read(own.lock.read())),
        own.take(|own| own.guard = Guard::Upgradable(own.lock.upgradable_read())),
        own.take(|own| own.guard = Guard::Write(own.lock.write())),
        own.take(|own| own.upgrade()),
        own.take(|own| own.downgrade()),
        own.take(|own| own.guard = Guard::None),
    ];
    const CODE: Code = Code {
        make: "let own.lock = std::sync::Arc::new(RwLock::new(0_u64));",
        give: |_| "let own.lock = std::sync::Arc::clone(&own.lock);".to_owned(),
        give_up: "",
        begin: "",
        end: "()",
    };

    const PART: u64 = 200;

    shared!();
    type Own<'a> = Own<'a>;

    fn new(_: Seats) -> (Self, ()) {
        (Upgrades(Arc::new(RwLock::new(0))), ())
    }

    fn begin(&self, (): (), _: u64) -> Own<'_> {
        Own { lock: &self.0, guard: Guard::None }
    }

    fn state(&self) -> Vec<u64> {
        vec![*self.0.read()]
    }

    /// It takes the lock when it has none of it, and changes what it has; it does not give up as the last thing, which it
    /// does anyway.
    fn fits(ops: &[usize]) -> bool {
        let mut has = None;
        for &op in ops {
            has = match (op, has) {
                (READ | UPGRADABLE | WRITE, None) => Some(op),
                (UPGRADE, Some(UPGRADABLE)) => Some(WRITE),
                (DOWNGRADE, Some(WRITE | UPGRADABLE)) => Some(READ),
                (READ..=DOWNGRADE, _) | (_, None) => return false,
                _ => None,
            };
        }
        has.is_some() || ops.is_empty()
    }
}
