//! Readers and writers. The solution: what belongs together is written under one lock, and read under one.

use selvedge::sync::{RwLock, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(0, 0), (1, 0), (1, 1)];

/// Writes both: they belong together.
pub fn set_both(data: &RwLock<[u32; 2]>, value: u32) {
    let mut data = data.write();
    data[0] = value;
    data[1] = value;
}

/// Reads both.
pub fn both(data: &RwLock<[u32; 2]>) -> (u32, u32) {
    let data = data.read();
    (data[0], data[1])
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

use selvedge::check::require;

/// One writes 1 to both, under the write lock, and another reads both, under the read lock.
pub fn program() -> (u32, u32) {
    let data = RwLock::new([0, 0]);
    thread::scope(|scope| {
        scope.spawn(|| {
            data.write()[0] = 1;
            data.write()[1] = 1;
        });
        let data = data.read();
        (data[0], data[1])
    })
}

/// Nobody sees one of them written, and not the other.
pub fn check() {
    let data = RwLock::new([0, 0]);
    thread::scope(|scope| {
        scope.spawn(|| set_both(&data, 1));
        let (first, second) = both(&data);
        require(first == second, || format!("a reader sees half of a write: {first} and {second}"));
    });
}
