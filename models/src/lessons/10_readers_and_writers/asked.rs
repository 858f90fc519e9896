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
