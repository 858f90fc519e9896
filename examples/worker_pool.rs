//! The document's pattern 4: five workers, twenty tasks, and a close that ends even where nobody
//! has read the results yet.

use std::io::{self, Write};

use selvedge::patterns::worker_pool::WorkerPool;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let pool = WorkerPool::new(5, 10, |input: u32| (input, input * 2)).expect("the machine has threads to spare");
    for id in 0..20 {
        pool.submit(id * 10).expect("the pool is open");
    }
    pool.close();
    let mut results: Vec<_> = pool.results().iter().flatten().collect();
    results.sort_unstable();
    for (input, result) in results {
        writeln!(out, "Task {}: input={input}, result={result}", input / 10)?;
    }
    let refused = pool.submit(1).expect_err("the pool is closed");
    writeln!(out, "Task {} came back: {refused}", refused.task())
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
