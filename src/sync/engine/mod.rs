//! The facade under an engine.
//!
//! The [`machine`] of a primitive defines its meaning; the primitive's own file has the guards and the payload. It is
//! written once over a *backend* of a few functions: `perform` (announce an operation, wait until it can go ahead, let
//! it take effect), `acquire` and `release` for mutexes, `access` for atomics, `spawn`, `yield_now` and `choose`. There
//! are two: [loom](self) and Shuttle. The state of an execution is in [`world`].

#![cfg_attr(loom, allow(dead_code, reason = "effects and names are for the engines under Shuttle; loom has its own"))]

#[cfg(shuttle)]
mod arc;
mod arc_guard;
mod asymmetric;
pub mod atomic;
mod barrier;
mod cell;
pub mod channel;
pub(crate) mod choice;
pub(crate) mod compound;
mod condvar;
pub(crate) mod destructor;
mod guard;
mod identity;
mod ids;
mod lazy;
pub(crate) mod lock_order;
pub(crate) mod machine;
pub(crate) mod moments;
mod mutex;
pub(crate) mod names;
mod once;
pub mod op;
#[cfg(shuttle)]
pub(crate) mod orderings;
mod pointer;
pub(crate) mod pointers;
mod rwlock;
pub(crate) mod select;
pub mod semaphore;
mod statics;
pub mod thread;
mod wait_group;
pub(crate) mod world;

#[cfg(loom)]
#[path = "loom.rs"]
pub(crate) mod backend;
#[cfg(shuttle)]
#[path = "shuttle.rs"]
pub(crate) mod backend;

#[cfg(shuttle)]
pub use arc::{Arc, Weak};
pub use arc_guard::ArcMutexGuard;
pub use asymmetric::AsymmetricFence;
pub use barrier::{Barrier, BarrierWaitResult};
pub use cell::UnsafeCell;
pub use condvar::{Condvar, WaitTimeoutResult};
pub use lazy::LazyLock;
pub use mutex::{MappedMutexGuard, Mutex, MutexGuard};
pub use once::{Once, OnceLock, OnceState};
pub use rwlock::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
pub use statics::Static;
#[cfg(loom)]
pub use std::sync::{Arc, Weak};
pub use thread::Backoff;
pub use wait_group::{Ticket, WaitGroup};

use super::memory::Memory;

/// One operation.
fn step(points: &[&backend::Point], op: op::Op) -> world::Done {
    backend::perform(points, op, |done| done)
}

/// Where an object was made: the line of who prints it is not known.
fn born(object: op::ObjectId) -> &'static std::panic::Location<'static> {
    world::with(|world| world.object(object).born)
}

/// What came of an attempt with a timeout. That passes at any time, which is to say that the attempt is made at any time; and
/// a loop of such attempts waits for a change.
fn in_time<T>(attempt: Option<T>, location: &'static std::panic::Location<'static>) -> Option<T> {
    if attempt.is_none() {
        backend::yield_now(location);
    }
    attempt
}

/// Marks the current task as inside of a `catch_unwind`, until dropped.
#[derive(Debug)]
pub(in crate::sync) struct Catching {
    /// What the task was: a destructor may call it, while the task unwinds from an earlier panic.
    panicking: bool,
    defenceless: bool,
}

impl Catching {
    pub(in crate::sync) fn new() -> Self {
        world::with(|world| {
            let me = world.me();
            me.catching += 1;
            Catching { panicking: me.panicking, defenceless: std::mem::take(&mut me.defenceless) }
        })
    }
}

impl Drop for Catching {
    fn drop(&mut self) {
        world::with(|world| {
            let me = world.me();
            me.catching -= 1;
            (me.panicking, me.defenceless) = (self.panicking, self.defenceless);
        });
    }
}

/// What the running check has allocated.
pub(crate) fn with_memory<R>(f: impl FnOnce(&mut Memory) -> R) -> Option<R> {
    world::active().then(|| world::with(|world| f(&mut world.memory)))
}

/// There is no system time under an engine: nothing in a check may happen because time passes unseen.
pub(in crate::sync) fn system_time() -> Option<std::time::Duration> {
    None
}

/// There is no coarse time either.
pub(in crate::sync) fn coarse_nanos() -> Option<u64> {
    None
}

/// Hashes of default maps are the same in every execution.
pub type DefaultHashBuilder = foldhash::fast::FixedState;
