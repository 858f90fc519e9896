//! A sum that is looked at while others add to it.

use models::workload::Tally;
use selvedge::check::verify;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::thread;

#[test]
fn a_look_is_between_what_was_done_and_what_had_begun() {
    verify(|| {
        let (tally, sum) = (Tally::new(2), AtomicU64::new(0));
        thread::scope(|scope| {
            scope.spawn(|| tally.add(0, 3, || sum.fetch_add(3, Ordering::Relaxed)));
            scope.spawn(|| assert!(tally.look("the sum", || sum.load(Ordering::Relaxed), |&sum| sum).is_ok()));
        });
        assert_eq!(tally.total(), 3);
    });
}

#[test]
fn what_is_lost_and_what_is_made_up_is_told() {
    verify(|| {
        let tally = Tally::new(1);
        tally.add(0, 3, || ());
        let look = |sum| tally.look("the sum", || sum, |&sum| sum);
        assert_eq!(look(2), Err("the sum is 2, and 3 had been added before".to_owned()));
        assert_eq!(look(4), Err("the sum is 4, and no more than 3 was ever added".to_owned()));
    });
}
