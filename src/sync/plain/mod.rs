//! The facade on real threads: the real thing wherever there is one.

mod cell;
pub(crate) mod moments;
pub(crate) mod roster;
pub(crate) mod select;
pub mod thread;
mod wait_group;

pub use cell::UnsafeCell;
pub use foldhash::fast::RandomState as DefaultHashBuilder;
pub use std::sync::{Arc, Weak};

pub use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub(in crate::sync) use roster::Catching;
pub use wait_group::{Ticket, WaitGroup};

pub mod atomic {
    pub use std::sync::atomic::*;
}

pub mod channel {
    pub use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
}

pub(in crate::sync) fn system_time() -> Option<std::time::Instant> {
    Some(std::time::Instant::now())
}
