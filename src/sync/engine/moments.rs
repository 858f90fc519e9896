//! When the operations of a history begin and return, under an engine: each begin and return is a visible operation of
//! its own.
//!
//! Whether a history has an explanation depends on which operations returned before which began, and two executions may
//! differ in nothing else: one thread writes `x`, and another reads `y` after that or at the same time. An engine that
//! prunes would take the two for equivalent. So a begin and a return are operations on one object, and
//! [dependent](super::machine::moments) on each other.
//!
//! Under loom they are recorded in the order of the execution and are no scheduling points: a scheduling point would
//! order memory too, and hide the errors that loom is there to find.

use std::panic::Location;

use super::backend;
use super::machine::moments::{self, Act};
use super::op::{ObjectId, Op};
use super::world;

/// The order of begins and returns.
#[derive(Debug)]
pub(crate) struct Moments {
    id: ObjectId,
    location: &'static Location<'static>,
}

impl Moments {
    /// For operations that the program asks for at `location`.
    pub(crate) fn new(location: &'static Location<'static>) -> Self {
        Moments { id: world::with(|world| world.add_object(moments::Moments, location)), location }
    }

    /// Threads meet in some schedule anyway, and in every other way, too.
    pub(crate) fn meet(&self, _: usize) {}

    /// An operation, in `words`, is about to begin. The moment comes after all before.
    pub(crate) fn invoke(&self, words: impl FnOnce() -> String) -> u64 {
        self.step(Act::Invoke, words)
    }

    /// An operation has returned, as `words` say.
    pub(crate) fn respond(&self, words: impl FnOnce() -> String) -> u64 {
        self.step(Act::Respond, words)
    }

    /// Waits until no other thread can go on, if the engine can tell; returns whether it can.
    ///
    /// Then every other thread has ended, or waits for something that none of them will do. A thread that has just been
    /// started, or runs code of its own, can go on, and so can a loop that yields: if it never ends, this waits for
    /// ever, which is reported. If this thread is [`alone`](Self::alone), no other thread can go on: it returns at
    /// once, and the rest of the others is not run. One thread settles at a time.
    ///
    /// For an engine that prunes this comes after every earlier step: it is enabled only when nothing else is, so no
    /// schedule has it at another place.
    pub(crate) fn settle(&self) -> bool {
        if cfg!(shuttle) {
            super::step(&[], Op::one(self.id, Act::Settle, self.location));
        }
        cfg!(shuttle)
    }

    /// Runs `f` while all other threads are stopped where they are, if the engine can stop them. If `f` waits for
    /// another thread, the execution ends as a failure.
    ///
    /// An engine that prunes does not explore all points at which the others could be stopped.
    pub(crate) fn alone<R>(&self, f: impl FnOnce() -> R) -> R {
        let become_alone = |act: Act, alone: bool| {
            if cfg!(shuttle) {
                backend::perform(&[], Op::one(self.id, act, self.location), |_| {
                    world::with(|world| world.alone = alone.then_some(world.current));
                });
            }
        };
        become_alone(Act::Seclude, true);
        let result = f();
        become_alone(Act::Rejoin, false);
        result
    }

    fn step(&self, act: Act, words: impl FnOnce() -> String) -> u64 {
        let words = words();
        backend::perform(&[], Op::one(self.id, act, self.location), |_| {
            world::with(|world| {
                let moment = world.events.len() - 1;
                world.words.push((moment, words));
                moment as u64
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Engine, Explorer, verify};
    use crate::sync::atomic::{AtomicUsize, Ordering};
    use crate::sync::{Mutex, thread};

    #[test]
    fn moments_are_told_in_their_order() {
        verify(|| {
            let (moments, lock) = (Moments::new(Location::caller()), Mutex::new(()));
            let told = [moments.invoke(String::new), moments.respond(String::new)];
            drop(lock.lock());
            let later = [moments.invoke(String::new), moments.respond(String::new)];
            assert!(told[0] < told[1] && told[1] < later[0] && later[0] < later[1], "{told:?} {later:?}");
        });
    }

    #[test]
    fn shuttle_can_tell_who_waits() {
        verify(|| {
            drop(Mutex::new(()).lock());
            assert_eq!(Moments::new(Location::caller()).settle(), cfg!(shuttle));
        });
    }

    /// Starts two threads that each store once under a lock, and lets `f` look at how many have.
    fn beside_two_that_store(
        engines: impl Iterator<Item = Engine>,
        f: impl Fn(&Moments, &AtomicUsize) + Clone + Send + Sync + 'static,
    ) {
        for engine in engines {
            let f = f.clone();
            let report = Explorer::new(engine).run(move || {
                let moments = Moments::new(Location::caller());
                let (lock, stored) = (Mutex::new(()), AtomicUsize::new(0));
                thread::scope(|scope| {
                    for _ in 0..2 {
                        scope.spawn(|| {
                            let _held = lock.lock();
                            stored.fetch_add(1, Ordering::SeqCst);
                        });
                    }
                    f(&moments, &stored);
                });
            });
            assert!(report.verdict.holds(), "{report}");
        }
    }

    #[test]
    fn whoever_can_go_on_does_before_all_is_settled() {
        beside_two_that_store(Engine::available(), |moments, stored| {
            let settled = moments.settle();
            assert!(!settled || stored.load(Ordering::SeqCst) == 2);
        });
    }

    #[test]
    fn where_others_are_stopped_all_is_settled() {
        let seen = std::sync::Arc::new(parking_lot::Mutex::new(std::collections::BTreeSet::new()));
        let sink = std::sync::Arc::clone(&seen);
        let samplers = Engine::available().filter(|&engine| engine != Engine::Dpor);
        beside_two_that_store(samplers, move |moments, stored| {
            let stored = moments.alone(|| {
                moments.settle();
                stored.load(Ordering::SeqCst)
            });
            sink.lock().insert(stored);
        });
        assert!(seen.lock().contains(&0), "none of them had stored");
    }
}
