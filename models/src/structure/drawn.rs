//! The size of the programs that `cargo verify --draw` draws.
//!
//! Programs of two threads with two operations are enumerated. Beyond that there are too many, and they are drawn at
//! random: `proptests` does it, and shrinks those that fail.

use selvedge::check::Engine;

/// Threads of a drawn program, at the most.
pub const THREADS: usize = 3;
/// Operations of a thread of a drawn program, at the most.
pub const OPERATIONS: usize = 4;
/// Operations that are drawn before the threads and after them, at the most.
pub const ALONE: usize = 2;

/// The engines under which programs are drawn: a cell is that of one of them.
pub const ENGINES: [Engine; 3] = [Engine::Threads, Engine::Loom, Engine::Dpor];
