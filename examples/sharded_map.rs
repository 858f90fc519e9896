//! The document's pattern 3: a hundred writers and a hundred readers over sixteen shards.

use std::io::{self, Write};

use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let map = ShardedMap::<String, usize>::new(16).expect("16 is a power of two");
    thread::scope(|scope| {
        for id in 0..100 {
            let map = &map;
            scope.spawn(move || map.set(format!("key{id}"), id));
            scope.spawn(move || {
                // Written by now or not; but nothing else than what was written.
                let found = map.get(&format!("key{id}"));
                assert!(found.is_none_or(|value| value == id));
            });
        }
    });
    writeln!(out, "{} keys", map.len())?;
    writeln!(out, "Found key key42 with value {}", map.get("key42").expect("it was written"))?;
    match ShardedMap::<String, usize>::new(12) {
        Ok(_) => writeln!(out, "12 shards"),
        Err(error) => writeln!(out, "12 shards: {error}"),
    }
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
