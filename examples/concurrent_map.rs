//! The document's pattern 6: users and their scores in a map of any types.

use std::io::{self, Write};

use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let users = ConcurrentMap::<String, u32>::new();
    thread::scope(|scope| {
        for id in 0..10 {
            let users = &users;
            scope.spawn(move || users.set(format!("user{id}"), id * 100));
        }
    });
    let mut scores = users.snapshot();
    scores.sort();
    for (name, score) in scores {
        writeln!(out, "User {name} has score {score}")?;
    }
    Ok(())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
