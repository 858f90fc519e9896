use selvedge::check::require;

/// Twelve hashes, 0 to 11, in twelve shards by the document's mask: how many shards are in use, and how many never will be.
pub fn program() -> (usize, usize) {
    let shards: Vec<Mutex<u32>> = (0..12).map(|_| Mutex::new(0)).collect();
    let mask = shards.len() - 1;
    let count = |hashes: [usize; 6]| hashes.map(|hash| *shards[hash & mask].lock() += 1);
    thread::scope(|scope| {
        scope.spawn(|| count([0, 1, 2, 3, 4, 5]));
        count([6, 7, 8, 9, 10, 11]);
    });
    let used = shards.iter().filter(|shard| *shard.lock() > 0).count();
    (used, shards.len() - used)
}

/// Twelve shards have a hash each, and two writers with different shards are inside at once.
pub fn check() {
    let map = Sharded::new(12);
    (0..12).for_each(|hash| map.count(hash, || ()));
    let used = map.sizes().into_iter().filter(|&size| size > 0).count();
    require(used == 12, || format!("12 hashes in 12 shards, and {used} are in use"));
    let (enter, entered) = bounded(0);
    thread::scope(|scope| {
        scope.spawn(|| map.count(3, || enter.send("3 is inside").unwrap()));
        map.count(7, || assert_eq!(entered.recv(), Ok("3 is inside")));
    });
}
