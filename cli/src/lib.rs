//! What every program of the workspace does alike, so that it is meant in one place.
//!
//! 1. A command line that cannot be carried out is an [error](mod@exit) of one line and exit code 2, before any work.
//! 2. What was found is never lost to where it is told: a reader who went away ends [nothing](output), and files are whole or
//!    not there.
//! 3. [Children](process) end with their parent, and theirs with them; an [interrupt] leaves time to say what was done.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "programs run checks, and are none: they measure real time and wait for processes"
)]

pub mod arguments;
pub mod exit;
#[cfg(feature = "files")]
pub mod files;
pub mod input;
pub mod interrupt;
pub mod output;
pub mod process;
#[cfg(all(unix, feature = "files"))]
pub mod walk;
pub mod workspace;

pub use exit::exit;
