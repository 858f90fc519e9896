//! The document's first goroutine; joined, where the document sleeps and hopes.

use std::io::{self, Write};

use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let goroutine = thread::spawn(|| "Hello from another thread");
    writeln!(out, "Hello from main thread")?;
    writeln!(out, "{}", goroutine.join().expect("it does not panic"))
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
