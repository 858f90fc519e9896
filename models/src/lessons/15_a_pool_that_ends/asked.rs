use selvedge::check::require;

/// Two workers take the tasks 1 and 2, and main reads both results in the order in which they come.
pub fn program() -> (u32, u32) {
    let (tasks, queue) = bounded(2);
    let (done, results) = bounded(1);
    for task in [1, 2] {
        tasks.send(task).unwrap();
    }
    drop(tasks);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (queue, done) = (queue.clone(), done.clone());
            scope.spawn(move || queue.iter().for_each(|task: u32| done.send(task * 2).unwrap()));
        }
        (results.recv().unwrap(), results.recv().unwrap())
    })
}

/// A pool that is closed has done all its tasks.
pub fn check() {
    let pool = Pool::start();
    for task in [1, 2, 3] {
        pool.submit(task);
    }
    let results = pool.close();
    require(results == [2, 4, 6], || format!("the results of 1, 2 and 3 are {results:?}"));
}
