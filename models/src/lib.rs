//! The checks of selvedge's patterns and of the idioms that they are made of, and the broken twins that the checks must
//! catch: a folder for each structure, with everything about it. For example [`ttl_cache`] has the cache as the checks
//! see it, the checks, the [operations](ttl_cache::operations) with their sequential specification and the programs that
//! are made of them, the workload, and the [twins](ttl_cache::twins).
//!
//! The [`catalogue`] lists the folders. The types of their contents are in [`check`], [`reference`](mod@reference),
//! [`structure`] and [`workload`]; [`litmus`] programs and [`pairs`] of programs that differ in one line stand by
//! themselves.
//!
//! # Twins
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the
//! shortest interleaving that shows it, and which tools can and cannot see it: "Shuttle" there is every engine of its build,
//! `rc11` too.

#![deny(unsafe_code)]

pub mod account;
pub mod biased_lock;
pub mod buffer;
pub mod catalogue;
pub mod channel;
pub mod check;
pub mod contest;
pub mod context;
pub mod copy_on_write;
pub mod counter;
pub mod free_list;
pub mod gate;
pub mod handover;
pub mod lessons;
pub mod litmus;
pub mod locks;
pub mod map;
pub mod measured;
pub mod memory;
pub mod pairs;
pub mod published;
pub mod reference;
mod room;
pub mod safe_data;
pub mod saved;
pub mod structure;
mod threads;
pub mod ttl_cache;
pub mod worker_pool;
pub mod workload;
