//! Choices of a check, which depend neither on the schedule nor on an input.

use std::panic::Location;

use crate::sync::imp;

/// How many numbers one step can choose between.
const WAYS: usize = 64;

/// Any number below `n`. An exhaustive engine explores each; a sampler draws from its seed, and so do real threads. loom has
/// room for few choices in an execution.
///
/// # Panics
///
/// If `n` is 0; and outside of a check.
///
/// ```
/// use selvedge::check;
/// use selvedge::sync::{Arc, Mutex, thread};
///
/// check::verify(|| {
///     let total = Arc::new(Mutex::new(0));
///     let theirs = Arc::clone(&total);
///     let added = check::choose(3);
///     let worker = thread::spawn(move || *theirs.lock() += added);
///     worker.join().unwrap();
///     assert!(*total.lock() < 3);
/// });
/// ```
#[track_caller]
pub fn choose(n: usize) -> usize {
    assert!(n > 0, "there is nothing to choose from");
    choose_at(n, Location::caller())
}

/// Yes or no: [`choose`] of two.
///
/// # Panics
///
/// Outside of a check.
#[track_caller]
pub fn random() -> bool {
    choose_at(2, Location::caller()) == 1
}

fn choose_at(n: usize, location: &'static Location<'static>) -> usize {
    match n {
        1 => 0,
        2..=WAYS => imp::choice::choose(n as u32, location) as usize,
        // Of many numbers, first a part is chosen, and then a number in it.
        _ => {
            let parts = n.div_ceil(WAYS);
            let start = |part: usize| (part as u128 * n as u128 / parts as u128) as usize;
            let part = choose_at(parts, location);
            start(part) + choose_at(start(part + 1) - start(part), location)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;
    use crate::check::{Engine, Explorer, Verdict};

    fn chosen(engine: Engine, n: usize) -> (Verdict, Vec<usize>) {
        let chosen = Arc::new(Mutex::new(BTreeSet::new()));
        let sink = Arc::clone(&chosen);
        let report = Explorer::new(engine).run(move || {
            sink.lock().insert(choose(n));
        });
        let chosen = chosen.lock().iter().copied().collect();
        (report.verdict, chosen)
    }

    #[test]
    fn every_number_is_met() {
        for engine in Engine::available() {
            // A sampler draws from few numbers each, and loom has room for few.
            for n in if engine == Engine::Dpor { [2, 64, 130] } else { [2, 3, 5] } {
                let (verdict, chosen) = chosen(engine, n);
                assert!(verdict.holds(), "{}: {verdict:?}", engine.name());
                assert_eq!(chosen, (0..n).collect::<Vec<_>>(), "{}", engine.name());
            }
        }
    }
}
