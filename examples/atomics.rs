//! The document's pattern 5: the same increments on an atomic and on a mutex.
//!
//! The document starts a million goroutines; threads of the machine are dearer, so a hundred of them
//! do a thousand increments each.

use std::io::{self, Write};

use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let (atomic, mutex) = (AtomicCounter::new(), MutexCounter::new());
    let striped = StripedCounter::new(8).expect("eight is not zero");
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let stripe = striped.handle();
                for _ in 0..1_000 {
                    atomic.add(1);
                    mutex.add(1);
                    stripe.add(1);
                }
            });
        }
    });
    writeln!(out, "Atomic counter: {}", atomic.get())?;
    writeln!(out, "Mutex counter: {}", mutex.get())?;
    writeln!(out, "Striped counter: {}", striped.sum())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
