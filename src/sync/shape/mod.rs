//! The primitives in std's shape: code moves here by changing its `use std::sync` and `use std::thread` lines.
//!
//! In a plain build they *are* std's. Under an engine they are thin wrappers over the primitives of
//! [`sync`](crate::sync): locks are poisoned by a panic that [`catch_unwind`](crate::sync::panic::catch_unwind)
//! catches, and a panic that leaves a thread is a failure of the check, so that a `join` finds no error. The
//! [exceptions](crate::docs::facade) are those of [`sync`](crate::sync): statics are written in
//! [`statics!`](crate::statics), thread locals in [`thread_local!`](crate::thread_local).
//!
//! ```
//! use selvedge::std::sync::{Arc, Condvar, Mutex, mpsc};
//! use selvedge::std::thread;
//!
//! # selvedge::check::verify(|| {
//! let pair = Arc::new((Mutex::new(false), Condvar::new()));
//! let theirs = Arc::clone(&pair);
//! let (sender, receiver) = mpsc::channel();
//! let worker = thread::spawn(move || {
//!     *theirs.0.lock().unwrap() = true;
//!     theirs.1.notify_one();
//!     sender.send(7).unwrap();
//! });
//! let ready = pair.1.wait_while(pair.0.lock().unwrap(), |ready| !*ready).unwrap();
//! assert!(*ready);
//! assert_eq!(receiver.iter().collect::<Vec<_>>(), [7]);
//! worker.join().unwrap();
//! # });
//! ```

#[cfg(any(loom, shuttle))]
mod locks;
#[cfg(any(loom, shuttle))]
pub mod mpsc;

/// `std::sync`.
#[cfg(not(any(loom, shuttle)))]
pub mod sync {
    pub use std::sync::{
        Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, Once, OnceLock, OnceState,
        PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak,
        atomic, mpsc,
    };
}

/// `std::sync`.
#[cfg(any(loom, shuttle))]
pub mod sync {
    pub use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

    pub use super::locks::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
    pub use super::mpsc;
    pub use crate::sync::{
        Arc, Barrier, BarrierWaitResult, LazyLock, Once, OnceLock, OnceState, WaitTimeoutResult, Weak, atomic,
    };
}

/// `std::thread`.
#[cfg(not(any(loom, shuttle)))]
pub mod thread {
    pub use std::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, sleep, spawn, yield_now,
    };
}

/// `std::thread`.
#[cfg(any(loom, shuttle))]
pub mod thread {
    pub use crate::sync::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, sleep, spawn, yield_now,
    };
}

/// `std::hint`.
pub mod hint {
    pub use crate::sync::hint::spin_loop;
}
