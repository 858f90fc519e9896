//! The document's unbuffered channel: a send waits for its receive.

use std::io::{self, Write};

use selvedge::sync::{channel, thread};

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let (messages, received) = channel::bounded(0);
    let sender = thread::spawn(move || messages.send(42));
    writeln!(out, "Received: {}", received.recv().expect("the sender sends one"))?;
    sender.join().expect("it does not panic").expect("the receiver is here");
    Ok(())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
