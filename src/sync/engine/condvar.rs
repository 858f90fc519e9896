//! A condition variable under an engine; what it means is in [`machine::condvar`](super::machine::condvar).

use std::panic::Location;

use super::backend::{self, Point};
use super::machine::condvar::{self, Act};
use super::machine::mutex;
use super::machine::request::Request;
use super::mutex::MutexGuard;
use super::op::{ObjectId, Op};
use super::world;

/// A place to sleep until another thread says that a condition may have changed:
/// `parking_lot::Condvar` on real threads.
#[derive(Debug)]
pub struct Condvar {
    id: ObjectId,
    point: Point,
}

impl Condvar {
    /// A condition variable on which nobody sleeps.
    #[track_caller]
    pub fn new() -> Self {
        let born = Location::caller();
        let id = world::with(|world| world.add_object(condvar::Condvar::default(), born));
        Condvar { id, point: Point::new() }
    }

    /// Releases the mutex, sleeps until notified, and takes the mutex again.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        let location = Location::caller();
        let mutex = guard.mutex.id;
        let both = |here: Act, there: mutex::Act| Op {
            request: Request::Both([(self.id, here.into()), (mutex, there.into())]),
            location,
        };
        let (lock, unlock) = guard.suspend();
        // The engine's half of the guard goes with the operation.
        backend::perform(&[&self.point], both(Act::Sleep, unlock), move |_| {
            let _released = lock;
        });
        guard.resume(both(Act::Wake, mutex::Act::Lock));
    }

    /// Sleeps as long as `condition` holds.
    #[track_caller]
    pub fn wait_while<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, mut condition: impl FnMut(&mut T) -> bool) {
        while condition(guard) {
            self.wait(guard);
        }
    }

    /// Wakes the thread that has slept longest; whether there was one.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.notify(Act::NotifyOne, Location::caller()) > 0
    }

    /// Wakes every sleeping thread; how many there were.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.notify(Act::NotifyAll, Location::caller())
    }

    fn notify(&self, act: Act, location: &'static Location<'static>) -> usize {
        let done = super::step(&[&self.point], Op::one(self.id, act, location));
        done.value.expect("a notification knows whom it wakes") as usize
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}
