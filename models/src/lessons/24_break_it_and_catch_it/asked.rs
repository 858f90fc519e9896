use selvedge::check::require;

/// The twin of a counter, and how often it was added to.
#[derive(Debug)]
pub struct Twin {
    total: AtomicU32,
    adds: AtomicU32,
}

impl Twin {
    fn new() -> Self {
        Twin { total: AtomicU32::new(0), adds: AtomicU32::new(0) }
    }

    /// Adds one to the total as it should, but in two steps. Between them a test may do something.
    pub fn add(&self, between: impl FnOnce()) {
        let read = self.total.load(SeqCst);
        between();
        self.total.store(read + 1, SeqCst);
        self.adds.fetch_add(1, SeqCst);
    }
}

/// What two threads count with the twin.
pub fn program() -> u32 {
    let twin = Twin::new();
    thread::scope(|scope| {
        scope.spawn(|| twin.add(|| ()));
        twin.add(|| ());
    });
    twin.total.load(SeqCst)
}

/// The test catches the twin whenever it is run, and not by luck: two have added, and the total says one.
pub fn check() {
    let twin = Twin::new();
    thread::scope(|scope| {
        // Somebody looks on, as somebody always does.
        scope.spawn(|| twin.total.load(SeqCst));
        test(&twin);
    });
    let (total, adds) = (twin.total.load(SeqCst), twin.adds.load(SeqCst));
    require(adds >= 2, || format!("the test has to add twice, and adds {adds} times"));
    require(total == 1, || format!("the twin gets through: the total is {total}, as it should be"));
}
