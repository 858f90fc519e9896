//! **Wrong:** the wait group is added to inside of the thread that it counts.
//!
//! **From:** `wg.Add(1)` on the first line of the goroutine; `go vet` looks for it.
//!
//! **Shortest interleaving:** the threads are started · the wait finds nothing to wait for · the
//! threads run.
//!
//! **Seen by** loom, Shuttle, and real threads nearly always, since a thread takes a while to start.
//! `go vet` knows the usual spelling; a race detector says nothing: the count is synchronized.

use selvedge::sync::{WaitGroup, thread};

use crate::gate::Team;

/// A team whose members sign in when they arrive.
#[derive(Debug)]
pub enum AddInsideTheThread {}

impl Team for AddInsideTheThread {
    fn work(work: impl Fn() + Clone + Send + 'static) {
        let group = WaitGroup::new();
        for _ in 0..2 {
            let (work, group) = (work.clone(), group.clone());
            thread::spawn(move || {
                let ticket = group.add();
                work();
                drop(ticket);
            });
        }
        group.wait();
    }
}
