//! Workloads over selvedge's patterns on real threads, and the run that drives them.
//!
//! A [workload](workload::Workload) is operations drawn from a seed, and invariants that must hold
//! when all threads have stopped. [`run`](run::run) gives each its share of the time.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_types, reason = "this program measures real time")]

pub mod run;
pub mod workload;
