//! The checks of selvedge's patterns and of the idioms that they are made of, and the broken twins that the checks must
//! catch: a folder for each structure, with all that is about it. [`ttl_cache`] for example has the cache as the checks see
//! it, the checks, the [operations](ttl_cache::operations) with what one after another answers, the programs and the
//! workload that are made of them, and the [twins](ttl_cache::twins).
//!
//! The [`catalogue`] lists the folders. A [`check`], a [`structure`] and a [`workload`] are what a folder has of each;
//! [`litmus`] programs and [`pairs`] of programs that differ in one line stand by themselves.
//!
//! # Twins
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

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
mod room;
pub mod safe_data;
pub mod saved;
pub mod structure;
mod threads;
pub mod ttl_cache;
pub mod worker_pool;
pub mod workload;
