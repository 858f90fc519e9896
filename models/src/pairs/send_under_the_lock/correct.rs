//! One thread reports its count, and another looks at the count before it reads the report.

use selvedge::check::require;
use selvedge::sync::{Mutex, channel, thread};

pub fn check() {
    let count = Mutex::new(0);
    let (sender, reports) = channel::bounded(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut counted = count.lock();
            *counted += 1;
            let report = *counted;
            drop(counted);
            sender.send(report).expect("the reader is there");
        });
        let before = *count.lock();
        let report = reports.recv().expect("the reporter is there");
        require(before <= report, || format!("{before} was counted, and {report} reported"));
    });
}
