use selvedge::check::require;

/// Two threads take an item each, and a third puts in 1 and then 2.
pub fn program() -> (Option<u32>, Option<u32>) {
    let (items, filled) = (Mutex::new(VecDeque::new()), Condvar::new());
    let take = || {
        let mut items = items.lock();
        if items.is_empty() {
            filled.wait(&mut items);
        }
        items.pop_front()
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for item in [1, 2] {
                items.lock().push_back(item);
                filled.notify_one();
            }
        });
        let other = scope.spawn(take);
        (take(), other.join().unwrap())
    })
}

/// There is an item for each who takes one.
pub fn check() {
    let (items, filled) = (Mutex::new(VecDeque::new()), Condvar::new());
    let take_one = || {
        let taken = take(&items, &filled);
        require(taken.is_some(), || "who was woken for an item finds none".to_owned());
    };
    thread::scope(|scope| {
        scope.spawn(|| [1, 2].map(|item| put(&items, &filled, item)));
        scope.spawn(take_one);
        take_one();
    });
}
