//! The properties. One program, since each would link all patterns.

mod histories;
mod programs;
mod sequences;
#[cfg(unix)]
mod walk;
