//! Every program of the document prints what it should.

use std::io::{self, Write};

use selvedge::check::Engine;

macro_rules! example {
    ($name:ident, $path:literal) => {
        #[path = $path]
        mod $name;
    };
}

example!(atomics, "../../examples/atomics.rs");
example!(bank_account, "../../examples/bank_account.rs");
example!(cache, "../../examples/cache.rs");
example!(channels, "../../examples/channels.rs");
example!(concurrent_map, "../../examples/concurrent_map.rs");
example!(context_cancellation, "../../examples/context_cancellation.rs");
example!(copy_on_write, "../../examples/copy_on_write.rs");
example!(goroutines, "../../examples/goroutines.rs");
example!(mutexes, "../../examples/mutexes.rs");
example!(read_write_locks, "../../examples/read_write_locks.rs");
example!(sharded_map, "../../examples/sharded_map.rs");
example!(worker_pool, "../../examples/worker_pool.rs");

#[track_caller]
fn assert_prints(run: fn(&mut dyn Write) -> io::Result<()>, expected: &str) {
    // Under an engine the patterns are explored by the models; the programs are for real threads.
    if Engine::available().all(|engine| engine == Engine::Threads) {
        let mut out = Vec::new();
        run(&mut out).expect("a vector takes all that is written");
        assert_eq!(String::from_utf8(out).expect("it is text"), expected);
    }
}

#[test]
fn bank_account() {
    assert_prints(bank_account::run, "Balance: 120\nTransfer refused: 500 is more than the balance of 120\n");
}

#[test]
fn goroutines() {
    assert_prints(goroutines::run, "Hello from main thread\nHello from another thread\n");
}

#[test]
fn channels() {
    assert_prints(channels::run, "Received: 42\n");
}

#[test]
fn mutexes() {
    assert_prints(mutexes::run, "Final counter value: 1000\n");
}

#[test]
fn read_write_locks() {
    let lines = (0..10).map(|id| format!("Reader {id} read 5 values, all of them written: true\n"));
    assert_prints(read_write_locks::run, &lines.collect::<String>());
}

#[test]
fn copy_on_write() {
    let expected = "10 readers saw 30s or 60s: true\n\
                    Before: timeout=30s, host=localhost\n\
                    After: timeout=60s, host=localhost\n";
    assert_prints(copy_on_write::run, expected);
}

#[test]
fn sharded_map() {
    let expected = "100 keys\n\
                    Found key key42 with value 42\n\
                    12 shards: 12 shards are not a power of two\n";
    assert_prints(sharded_map::run, expected);
}

#[test]
fn worker_pool() {
    let tasks = (0..20).map(|id| format!("Task {id}: input={}, result={}\n", id * 10, id * 20)).collect::<String>();
    assert_prints(worker_pool::run, &format!("{tasks}Task 1 came back: the pool is closed\n"));
}

#[test]
fn atomics() {
    assert_prints(atomics::run, "Atomic counter: 100000\nMutex counter: 100000\nStriped counter: 100000\n");
}

#[test]
fn concurrent_map() {
    let lines = (0..10).map(|id| format!("User user{id} has score {}\n", id * 100));
    assert_prints(concurrent_map::run, &lines.collect::<String>());
}

#[test]
fn context_cancellation() {
    let worker = |id| {
        format!(
            "Worker {id}: started\n\
             Worker {id}: completed step 0\n\
             Worker {id}: completed step 1\n\
             Worker {id}: cancelled at step 2\n\
             Worker {id} error: context deadline exceeded\n"
        )
    };
    let workers = (0..3).map(worker).collect::<String>();
    assert_prints(context_cancellation::run, &format!("{workers}All workers have finished\n"));
}

#[test]
fn cache() {
    let expected = "Found user:1 = Alice\nuser:1 has expired\nFound user:2 = Bob\n";
    assert_prints(cache::run, expected);
}
