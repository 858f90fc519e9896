//! Readers and writers. A wrong answer: it is written at once, and read in two looks.

use selvedge::sync::{RwLock, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(0, 0), (1, 0), (1, 1)];

/// Writes both: they belong together.
pub fn set_both(data: &RwLock<[u32; 2]>, value: u32) {
    *data.write() = [value, value];
}

/// Reads both.
pub fn both(data: &RwLock<[u32; 2]>) -> (u32, u32) {
    let (first, second) = (data.read()[0], data.read()[1]);
    (first, second)
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
