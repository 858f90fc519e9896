//! What this build's engines find, each a test with a name of its own: every cell of the catalogue, how strong its
//! orderings have to be, every saved failure, and every report that a person reads.
//!
//! One program, since each holds all patterns and twins.

mod catalogue;
mod orderings;
mod regressions;
mod reports;

use libtest_mimic::Arguments;

fn main() {
    let mut arguments = Arguments::from_args();
    if !cfg!(any(loom, shuttle)) {
        // On real threads a twin that is caught waits, most often, until it is taken for stuck.
        arguments.test_threads.get_or_insert(8);
    }
    let trials = [catalogue::trials(), orderings::trials(), regressions::trials(), reports::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit();
}
