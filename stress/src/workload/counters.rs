//! Counters: three of them count the same additions.

use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter, StripedHandle};

use super::{Workload, equal};

struct Counters {
    atomic: AtomicCounter,
    mutex: MutexCounter,
    striped: StripedCounter,
}

pub(super) fn counters(threads: usize) -> Box<dyn Workload> {
    let striped = StripedCounter::new(threads).expect("there is a thread");
    Box::new(Counters { atomic: AtomicCounter::new(), mutex: MutexCounter::new(), striped })
}

impl Workload for Counters {
    fn operate(&self, _: usize, random: &mut fastrand::Rng) {
        let n = random.u64(0..10);
        let handle: StripedHandle<'_> = self.striped.handle();
        self.atomic.add(n);
        self.mutex.add(n);
        handle.add(n);
    }

    fn verify(&self) -> Result<(), String> {
        equal("the striped sum", self.striped.sum(), self.mutex.get())?;
        equal("the atomic total", self.atomic.get(), self.mutex.get())
    }
}
