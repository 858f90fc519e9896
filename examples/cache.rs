//! The document's cache: one value for a second, one for ten; two seconds later one is left.

use std::io::{self, Write};
use std::time::Duration;

use selvedge::patterns::ttl_cache::Cache;
use selvedge::sync::time::Clock;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let clock = Clock::manual();
    let builder = Cache::builder().shards(8).clock(clock.clone()).sweep_every(Duration::from_secs(5));
    let cache = builder.build().expect("a valid cache");
    cache.set("user:1", "Alice", Duration::from_secs(1));
    cache.set("user:2", "Bob", Duration::from_secs(10));
    if let Some(value) = cache.get("user:1") {
        writeln!(out, "Found user:1 = {value}")?;
    }
    clock.advance(Duration::from_secs(2));
    for key in ["user:1", "user:2"] {
        match cache.get(key) {
            Some(value) => writeln!(out, "Found {key} = {value}")?,
            None => writeln!(out, "{key} has expired")?,
        }
    }
    Ok(())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
