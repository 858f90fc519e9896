//! The document's workers: 250 ms for five steps of 100 ms each, on a clock that is moved by hand.
//!
//! Every worker completes steps 0 and 1, and is stopped in step 2, whatever the schedule.

use std::io::{self, Write};
use std::time::Duration;

use selvedge::patterns::step_runner::run_steps;
use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;
use selvedge::sync::{channel, thread};

const STEP: Duration = Duration::from_millis(100);

fn worker(context: &Context, id: usize, arrived: &channel::Sender<()>) -> Vec<String> {
    let mut lines = vec![format!("Worker {id}: started")];
    arrived.send(()).expect("main waits for it");
    let outcome = run_steps(context, 5, STEP, |step| {
        lines.push(format!("Worker {id}: completed step {step}"));
        arrived.send(()).expect("main waits for it");
    });
    match outcome {
        Ok(()) => lines.push(format!("Worker {id}: completed successfully")),
        Err(stopped) => {
            lines.push(format!("Worker {id}: cancelled at step {}", stopped.step));
            lines.push(format!("Worker {id} error: {}", stopped.cause));
        }
    }
    lines
}

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(Duration::from_millis(250));
    let (arrived, arrivals) = channel::unbounded();
    let lines: Vec<String> = thread::scope(|scope| {
        let (context, arrived) = (&context, &arrived);
        let workers: Vec<_> = (0..3).map(|id| scope.spawn(move || worker(context, id, arrived))).collect();
        for _ in 0..3 {
            // Time moves only when all three wait for it: each has started, or completed its step,
            // and has set its timer for the next (besides the deadline's).
            (0..3).for_each(|_| arrivals.recv().expect("three workers arrive"));
            while clock.timers() < 4 {
                thread::yield_now();
            }
            clock.advance(STEP);
        }
        workers.into_iter().flat_map(|worker| worker.join().expect("it does not panic")).collect()
    });
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out, "All workers have finished")
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
