//! Readers and writers. A wrong answer: a read lock keeps writers out, and this thread is the writer.

use selvedge::sync::{RwLock, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(0, 0), (1, 0), (1, 1)];

/// Writes both: they belong together.
pub fn set_both(data: &RwLock<[u32; 2]>, value: u32) {
    let _together = data.read();
    data.write()[0] = value;
    data.write()[1] = value;
}

/// Reads both.
pub fn both(data: &RwLock<[u32; 2]>) -> (u32, u32) {
    let data = data.read();
    (data[0], data[1])
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
