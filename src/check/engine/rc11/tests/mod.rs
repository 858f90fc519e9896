//! The search by itself, over small programs that are no closures: against the oracle, and against published counts.

#[path = "../../../../../tests/litmus/mod.rs"]
#[allow(dead_code, reason = "programs are run here without the facade")]
mod litmus;
#[path = "../../../../../tests/rc11/oracle.rs"]
mod oracle;
#[path = "../../../../../tests/rc11/program.rs"]
#[allow(dead_code, reason = "programs are compared with those of another engine through the facade")]
pub(in crate::check::engine::rc11) mod program;
mod published;
mod random;
mod runner;
