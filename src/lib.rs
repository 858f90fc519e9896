//! Concurrency patterns written once over swappable primitives, and checked: on real threads, under loom, by sampling,
//! and by two exhaustive searches, `dpor` and `rc11`.
//!
//! A selvedge is the edge of a woven cloth that is finished so that its threads cannot unravel.
//!
//! - [`sync`] has the primitives: locks, channels, atomics, threads, time, cancellation. In a plain
//!   build they are parking_lot's and crossbeam's; with `--cfg loom` or `--cfg shuttle` in RUSTFLAGS
//!   an engine decides what happens when.
//! - [`std`] has the same primitives in std's shape.
//! - [`patterns`] has the patterns, over those primitives alone.
//! - [`future`] runs futures, each on a thread that is parked while it waits.
//! - [`check`] explores: it runs a closure under every schedule that an engine can make, and says how
//!   many those were, or which one broke what.
//! - [`docs`] has pages that only document: engines, memory models, verdicts, limits, a glossary.
//!
//! # Which pattern, and what it guarantees
//!
//! | pattern | guarantee | file | checks |
//! |---|---|---|---|
//! | [`Account`](patterns::account::Account) | no update lost, no money made or lost, transfers end | `src/patterns/account.rs` | `account/*` |
//! | [`AtomicCounter`](patterns::counter::AtomicCounter), [`MutexCounter`](patterns::counter::MutexCounter), [`StripedCounter`](patterns::counter::StripedCounter) | exact totals, each value handed out once | `src/patterns/counter.rs` | `counter/*` |
//! | [`BiasedLock`](patterns::biased_lock::BiasedLock) | readers together, a writer alone; no shared line written to read | `src/patterns/biased_lock.rs` | `biased_lock/*` |
//! | [`SafeData`](patterns::safe_data::SafeData) | readers together, a writer alone, no torn read | `src/patterns/safe_data.rs` | `safe_data/*` |
//! | [`CopyOnWrite`](patterns::copy_on_write::CopyOnWrite), [`ConfigManager`](patterns::copy_on_write::ConfigManager) | whole versions that never go back, no update lost | `src/patterns/copy_on_write.rs` | `copy_on_write/*` |
//! | [`ShardedMap`](patterns::sharded_map::ShardedMap) | linearizable for each key | `src/patterns/sharded_map.rs` | `sharded_map/*` |
//! | [`ConcurrentMap`](patterns::concurrent_map::ConcurrentMap) | linearizable | `src/patterns/concurrent_map.rs` | `concurrent_map/*` |
//! | [`WorkerPool`](patterns::worker_pool::WorkerPool) | one result a task, close ends, nobody left | `src/patterns/worker_pool.rs` | `worker_pool/*` |
//! | [`Context`](sync::context::Context) | a cancel reaches all below it; the first cause stays | `src/sync/context.rs` | `context/*` |
//! | [`run_steps`](patterns::step_runner::run_steps) | every worker stops, no timer left | `src/patterns/step_runner.rs` | `context/*` |
//! | [`Cache`](patterns::ttl_cache::Cache) | nothing expired returned; nothing fresh lost unless full | `src/patterns/ttl_cache/` | `ttl_cache/*` |
//!
//! # In a crate of one's own
//!
//! Take the primitives from [`sync`], write a test with [`check::verify`], and run it three times:
//! `cargo test`, `RUSTFLAGS="--cfg loom" cargo test --release`, and the same with `--cfg shuttle`
//! ([more](docs::own_crate)).
//!
//! ```
//! use selvedge::check::verify;
//! use selvedge::sync::{Arc, Mutex, thread};
//!
//! verify(|| {
//!     let total = Arc::new(Mutex::new(0));
//!     let workers = [1, 2].map(|n| {
//!         let total = Arc::clone(&total);
//!         thread::spawn(move || *total.lock() += n)
//!     });
//!     for worker in workers {
//!         worker.join().unwrap();
//!     }
//!     assert_eq!(*total.lock(), 3);
//! });
//! ```

#![warn(missing_docs)]

// Tests that have a part in `tests` as well use this crate by its name.
#[cfg(all(test, shuttle))]
extern crate self as selvedge;

pub mod check;
pub mod docs;
pub mod future;
pub mod patterns;
pub mod sync;

#[doc(inline)]
pub use sync::shape as std;

/// The programs of the README are run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
