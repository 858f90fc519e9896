//! The swappable synchronization primitives: one API, written in the same words for every build.
//!
//! | build | what the types are |
//! |---|---|
//! | plain | parking_lot's locks, crossbeam's channels and padding, std's atomics and threads: re-exported, or wrapped at no cost |
//! | `--cfg jitter` | the same, with pauses before operations, drawn from a seed |
//! | `--cfg loom` | newtypes that announce and record each operation, over loom |
//! | `--cfg shuttle` | the same newtypes, over Shuttle's tasks and schedulers |
//!
//! The API is modelled on parking_lot (guards, no poisoning) and crossbeam-channel; [`std`](crate::std) has the same
//! primitives in std's shape. Code that takes all of its primitives from here can run on real threads and be explored
//! by [`check`](crate::check) unchanged. What compiles on real threads compiles in every build, except for a few forms
//! that are written as macros: statics, a `const fn` that calls a primitive's, thread locals, an `Arc` of a trait
//! object. They, and what each engine makes of each primitive, are in [`docs::facade`](crate::docs::facade).
//!
//! # What is not modelled
//!
//! - [`Arc`] is std's, except under Shuttle, where it is watched: changes of a count are operations if the last drop
//!   performs one, or if the program reads the count; otherwise they are no scheduling points.
//! - Condition variables wake first in, first out; spuriously where that is [asked for](crate::check::Explorer::spurious).
//! - Time passes only when a [`Clock::manual`](time::Clock::manual) is advanced. A timeout of a lock, a condition variable, a
//!   parked thread, a channel or a select may pass at any time, and so may the time of `channel::after` and `tick`.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is where the primitives of std, parking_lot, crossbeam and the engines are wrapped"
)]

#[cfg(all(loom, shuttle))]
compile_error!("`--cfg loom` and `--cfg shuttle` exclude each other: give RUSTFLAGS one of them");

#[cfg(all(jitter, any(loom, shuttle)))]
compile_error!("`--cfg jitter` perturbs real threads, and an engine has none: give RUSTFLAGS one of them");

mod cancellation;
pub mod context;
pub mod fault;
pub(crate) mod memory;
pub mod panic;
pub(crate) mod patience;
pub(crate) mod place;
pub mod select;
pub mod semaphore;
#[doc(hidden)]
pub mod shape;
mod statics;
pub mod time;

#[cfg(not(any(loom, shuttle)))]
pub(crate) mod plain;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use plain as imp;

#[cfg(any(loom, shuttle))]
pub(crate) mod engine;
#[cfg(any(loom, shuttle))]
pub(crate) use engine as imp;

pub use crossbeam_utils::CachePadded;
pub use imp::{
    Arc, ArcMutexGuard, AsymmetricFence, Backoff, Barrier, BarrierWaitResult, Condvar, DefaultHashBuilder, LazyLock,
    MappedMutexGuard, MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, Once, OnceLock, OnceState,
    RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, UnsafeCell, WaitGroup, WaitTimeoutResult,
    Weak,
};

#[cfg(any(loom, shuttle))]
#[doc(hidden)]
pub use imp::Static;

pub use crate::{const_fn, select, select_biased, statics, thread_local, unsize};
pub use semaphore::{Permit, Semaphore};

pub(crate) use imp::compound::Compound;
pub(crate) use imp::moments::Moments;

pub mod atomic {
    //! Atomics and fences, as in `std::sync::atomic`.
    //!
    //! ```
    //! use selvedge::sync::atomic::{AtomicU64, Ordering};
    //!
    //! # selvedge::check::verify(|| {
    //! let hits = AtomicU64::new(0);
    //! hits.fetch_add(1, Ordering::Relaxed);
    //! assert_eq!(hits.load(Ordering::Relaxed), 1);
    //! # });
    //! ```
    pub use super::imp::atomic::{
        AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32,
        AtomicU64, AtomicUsize, Ordering, compiler_fence, fence,
    };
}

pub mod channel {
    //! Channels with several senders and receivers, as in crossbeam-channel.
    //!
    //! A channel is closed when one of its ends is gone; an unsent message comes back in the error.
    //!
    //! ```
    //! use selvedge::sync::channel;
    //!
    //! # selvedge::check::verify(|| {
    //! let (sender, receiver) = channel::bounded(1);
    //! sender.send("a").unwrap();
    //! assert_eq!(sender.try_send("b").unwrap_err().into_inner(), "b");
    //! drop(sender);
    //! assert_eq!(receiver.iter().collect::<Vec<_>>(), ["a"]);
    //! # });
    //! ```
    pub use super::imp::channel::{
        IntoIter, Iter, Receiver, Sender, TryIter, after, at, bounded, never, tick, unbounded,
    };
    pub use crossbeam_channel::{
        ReadyTimeoutError, RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryReadyError,
        TryRecvError, TrySelectError, TrySendError,
    };
}

pub mod hint {
    //! What a loop that waits tells the machine, as in `std::hint`.

    #[cfg(not(any(loom, shuttle)))]
    pub use std::hint::spin_loop;

    /// A turn of a loop that waits for others: under an engine it lets them run, as
    /// [`yield_now`](super::thread::yield_now) does.
    #[cfg(any(loom, shuttle))]
    #[track_caller]
    pub fn spin_loop() {
        super::thread::yield_now();
    }
}

pub mod thread {
    //! Threads, as in `std::thread`. Each is accounted for in a check: one that never ends is reported
    //! as a leaked worker, with the line at which it waits.
    //!
    //! ```
    //! use selvedge::sync::atomic::{AtomicU32, Ordering};
    //! use selvedge::sync::thread;
    //!
    //! # selvedge::check::verify(|| {
    //! let sum = AtomicU32::new(0);
    //! thread::scope(|scope| {
    //!     scope.spawn(|| sum.fetch_add(1, Ordering::Relaxed));
    //!     scope.spawn(|| sum.fetch_add(10, Ordering::Relaxed));
    //! });
    //! assert_eq!(sum.load(Ordering::Relaxed), 11);
    //! # });
    //! ```
    pub use super::imp::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, seat, seats, sleep, spawn, yield_now,
    };
}

pub mod wait_group {
    //! The document's `sync.WaitGroup`: [`WaitGroup::add`](super::WaitGroup::add) before the thread is
    //! started, and the [`Ticket`] goes with it; dropping it is `Done`.
    //!
    //! ```
    //! use selvedge::sync::{WaitGroup, thread};
    //!
    //! # selvedge::check::verify(|| {
    //! let group = WaitGroup::new();
    //! let ticket = group.add();
    //! let worker = thread::spawn(move || drop(ticket));
    //! group.wait();
    //! worker.join().unwrap();
    //! # });
    //! ```
    pub use super::imp::Ticket;
}
