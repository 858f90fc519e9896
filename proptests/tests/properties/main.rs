//! The properties. They are one program, since each program would link all patterns.

mod histories;
mod programs;
mod sequences;
#[cfg(all(unix, not(any(loom, shuttle))))]
mod walk;
