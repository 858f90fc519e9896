//! The document's patterns, one file each, written once over [`sync`](crate::sync).
//!
//! | document | here |
//! |---|---|
//! | the bank account | [`account`] |
//! | goroutines, channels, mutexes | [`sync`](crate::sync) itself, and `examples/` |
//! | 1 read-write locks | [`safe_data`] |
//! | 2 copy-on-write | [`copy_on_write`] |
//! | 3 sharded map | [`sharded_map`], with the document's hash in [`hash`] |
//! | 4 channel worker pool | [`worker_pool`] |
//! | 5 atomic operations | [`counter`] |
//! | 6 generic concurrent map | [`concurrent_map`] |
//! | context cancellation | [`context`](crate::sync::context), and [`step_runner`] |
//! | real-world cache | [`ttl_cache`] |
//!
//! Nothing here names an engine, and nothing is unsafe.

#![forbid(unsafe_code)]

pub mod account;
pub mod concurrent_map;
pub mod copy_on_write;
pub mod counter;
pub mod hash;
pub mod safe_data;
mod shard;
pub mod sharded_map;
pub mod step_runner;
pub mod ttl_cache;
pub mod worker_pool;
