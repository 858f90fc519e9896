//! Selvedge's patterns on real threads, at full speed: the scheduler, the memory and the time of the machine as they are.
//!
//! What is run and what must hold are the [workloads](models::workload) of `models`. Here is what drives them: a
//! [`round`] of one on threads of its own, a [`run`] of many rounds, the [`process`] that may not grow meanwhile, and
//! a [`failure`] that is saved, [handed to the engines](escalate), and run again. [`litmus`] holds the machine's
//! memory against the engines'. `main.rs` is the command line.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "this program measures real time")]

pub mod escalate;
pub mod failure;
pub mod litmus;
pub mod process;
pub mod round;
pub mod run;
pub mod view;
