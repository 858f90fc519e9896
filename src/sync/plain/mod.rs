//! The facade on real threads: the real primitives wherever they exist. With `--cfg jitter` its operations are
//! perturbed.

mod asymmetric;
mod cell;
pub(crate) mod choice;
mod clock;
pub(crate) mod compound;
#[cfg(jitter)]
pub(in crate::sync) mod jitter;
pub(crate) mod moments;
pub(crate) mod roster;
mod seat;
pub(crate) mod select;
pub mod semaphore;
pub mod thread;
mod wait_group;

pub use asymmetric::AsymmetricFence;
pub use cell::UnsafeCell;
pub(in crate::sync) use clock::{coarse_nanos, system_time};
pub use crossbeam_utils::Backoff;
pub use foldhash::fast::RandomState as DefaultHashBuilder;
pub use std::sync::{Arc, Barrier, BarrierWaitResult, LazyLock, Once, OnceLock, OnceState, Weak};

/// A guard that owns its mutex.
pub type ArcMutexGuard<T> = parking_lot::ArcMutexGuard<parking_lot::RawMutex, T>;

#[cfg(jitter)]
pub use jitter::{Condvar, Mutex, RwLock, atomic, channel};
#[cfg(not(jitter))]
pub use parking_lot::{Condvar, Mutex, RwLock};
pub use parking_lot::{
    MappedMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, MutexGuard, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard, WaitTimeoutResult,
};
pub(in crate::sync) use roster::Catching;
pub(crate) use roster::with_memory;
pub use wait_group::{Ticket, WaitGroup};

#[cfg(not(jitter))]
pub mod atomic {
    pub use std::sync::atomic::*;
}

#[cfg(not(jitter))]
pub mod channel {
    pub use crossbeam_channel::{
        IntoIter, Iter, Receiver, Sender, TryIter, after, at, bounded, never, tick, unbounded,
    };
}
