//! The document's patterns, one file each, written once over [`sync`](crate::sync).
//!
//! | document | here |
//! |---|---|
//! | the bank account | [`account`] |
//! | goroutines, channels, mutexes | [`sync`](crate::sync) itself, and `examples/` |
//! | 1 read-write locks | [`safe_data`], over [`biased_lock`] |
//! | 2 copy-on-write | [`copy_on_write`] |
//! | 3 sharded map | [`sharded_map`], with the document's hash in [`hash`] |
//! | 4 channel worker pool | [`worker_pool`] |
//! | 5 atomic operations | [`counter`] |
//! | 6 generic concurrent map | [`concurrent_map`] |
//! | context cancellation | [`context`](crate::sync::context), and [`step_runner`] |
//! | real-world cache | [`ttl_cache`] |
//!
//! Nothing here names an engine. Nothing is unsafe but [`biased_lock`], which is there for it.

#![deny(unsafe_code)]

pub mod account;
#[expect(unsafe_code, reason = "what a lock gives out, it has in a cell")]
pub mod biased_lock;
pub mod concurrent_map;
pub mod copy_on_write;
pub mod counter;
pub mod hash;
pub mod safe_data;
pub mod sharded_map;
pub mod step_runner;
mod table;
pub mod ttl_cache;
pub mod worker_pool;

/// [`BiasedLock`]: biased_lock::BiasedLock
///
#[doc = include_str!("scaling.md")]
pub mod scaling {}
