use selvedge::check::require;

/// How many connections are opened, if two threads want the one of the same user.
pub fn program() -> u32 {
    let (map, opened) = (RwLock::new(BTreeMap::new()), AtomicU32::new(0));
    let connection = || {
        if !map.read().contains_key("alice") {
            let connection = opened.fetch_add(1, SeqCst);
            map.write().insert("alice", connection);
        }
    };
    thread::scope(|scope| {
        scope.spawn(connection);
        connection();
    });
    opened.load(SeqCst)
}

/// A user has one connection, which is opened once.
pub fn check() {
    let (map, opened) = (RwLock::new(BTreeMap::new()), AtomicU32::new(0));
    let open = || opened.fetch_add(1, SeqCst);
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| connection(&map, "alice", open));
        let other = connection(&map, "alice", open);
        (one.join().unwrap(), other)
    });
    let opened = opened.load(SeqCst);
    require(one == other, || format!("two threads work with different connections: {one} and {other}"));
    require(opened == 1, || format!("{opened} connections are opened, and one is used"));
}
