//! The document's pattern 1: five writers and ten readers of one key.

use std::io::{self, Write};

use selvedge::patterns::safe_data::SafeData;
use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let data = SafeData::new();
    data.write("counter", 0);
    let reads: Vec<Vec<u64>> = thread::scope(|scope| {
        for id in 0..5 {
            let data = &data;
            scope.spawn(move || (0..3).for_each(|j| _ = data.write("counter", id * 10 + j)));
        }
        let read = || (0..5).filter_map(|_| data.read(&"counter")).collect();
        let readers: Vec<_> = (0..10).map(|_| scope.spawn(read)).collect();
        readers.into_iter().map(|reader| reader.join().expect("it does not panic")).collect()
    });
    // Which values a reader meets is up to the schedule; that each was written is not.
    for (id, values) in reads.iter().enumerate() {
        let written = values.iter().all(|value| value / 10 < 5 && value % 10 < 3);
        writeln!(out, "Reader {id} read {} values, all of them written: {written}", values.len())?;
    }
    Ok(())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
