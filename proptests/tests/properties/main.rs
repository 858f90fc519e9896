//! The properties. They are one program, since each program would link all patterns.

mod histories;
mod programs;
mod sequences;
#[cfg(unix)]
mod walk;
