//! The document's mutex and WaitGroup: 1,000 increments, and none is lost.

use std::io::{self, Write};

use selvedge::patterns::counter::MutexCounter;
use selvedge::sync::{Arc, WaitGroup, thread};

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let counter = Arc::new(MutexCounter::new());
    let group = WaitGroup::new();
    for _ in 0..1_000 {
        // Before the thread starts: inside of it would be too late for the wait.
        let ticket = group.add();
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            counter.add(1);
            drop(ticket);
        });
    }
    group.wait();
    writeln!(out, "Final counter value: {}", counter.get())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
