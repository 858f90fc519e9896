//! The properties. One program, since each would link all patterns.

mod cache;
mod histories;
mod maps;
mod programs;
mod sequences;
#[cfg(unix)]
mod walk;
