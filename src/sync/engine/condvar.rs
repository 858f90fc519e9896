//! A condition variable under an engine; what it means is in [`machine::condvar`](super::machine::condvar).

use std::panic::Location;
use std::time::{Duration, Instant};

use super::backend::{self, Point};
use super::choice;
use super::machine::condvar::{self, Act};
use super::machine::request::{Request, Why};
use super::machine::{Effect, Part, mutex};
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

/// Whether a wait ended because its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult {
    timed_out: bool,
}

impl WaitTimeoutResult {
    /// Whether it did.
    pub fn timed_out(self) -> bool {
        self.timed_out
    }
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
        self.sleep(guard, Act::Wake, Location::caller());
    }

    /// Sleeps as long as `condition` holds.
    #[track_caller]
    pub fn wait_while<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, mut condition: impl FnMut(&mut T) -> bool) {
        while condition(guard) {
            self.wait(guard);
        }
    }

    /// Sleeps until notified, or until the time is over: under an engine that may be at any time.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, _: Duration) -> WaitTimeoutResult {
        WaitTimeoutResult { timed_out: !self.sleep(guard, Act::WakeOrTimeOut, Location::caller()) }
    }

    /// The same as [`wait_for`](Self::wait_for).
    #[track_caller]
    pub fn wait_until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> WaitTimeoutResult {
        WaitTimeoutResult { timed_out: !self.sleep(guard, Act::WakeOrTimeOut, Location::caller()) }
    }

    /// Sleeps as long as `condition` holds, or until the time is over.
    #[track_caller]
    pub fn wait_while_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        while condition(guard) {
            let result = self.wait_for(guard, timeout);
            if result.timed_out {
                return WaitTimeoutResult { timed_out: condition(guard) };
            }
        }
        WaitTimeoutResult { timed_out: false }
    }

    /// The same as [`wait_while_for`](Self::wait_while_for).
    #[track_caller]
    pub fn wait_while_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: impl FnMut(&mut T) -> bool,
        _: Instant,
    ) -> WaitTimeoutResult {
        self.wait_while_for(guard, condition, Duration::MAX)
    }

    /// Releases the mutex and sleeps; goes on by the act `end`, with the mutex. Returns whether it went on before its
    /// time was over.
    fn sleep<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, end: Act, location: &'static Location<'static>) -> bool {
        let mutex = guard.mutex.id;
        let both = |here: Act, there: mutex::Act| Op {
            request: Request::Both([(self.id, here.into()), (mutex, there.into())]),
            location,
        };
        // A spurious wakeup is as if the task had never slept: it releases the mutex, and takes it again.
        let wakes = choice::happens(Why::Wakeup, self.id, location);
        let (lock, unlock) = guard.suspend();
        if wakes {
            backend::release(lock, Op::one(mutex, unlock, location));
            guard.resume(Op::one(mutex, mutex::Act::Lock, location));
            return true;
        }
        // The engine's half of the guard goes with the operation.
        backend::perform(&[&self.point], both(Act::Sleep, unlock), move |_| {
            let _released = lock;
        });
        if end == Act::WakeOrTimeOut {
            // This yield lets a loop of such waits count as a spin loop.
            backend::yield_now(location);
        }
        guard.resume(both(end, mutex::Act::Lock));
        // No other task has done anything since.
        let timed_out = |part: &Part| matches!(part.effect, Effect::Condvar(condvar::Effect::TimedOut(_)));
        world::with(|world| !world.log.own(world.events.len() - 1).iter().any(timed_out))
    }

    /// Wakes the thread that has slept longest, and returns whether there was one.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.notify(Act::NotifyOne, Location::caller()) > 0
    }

    /// Wakes every sleeping thread, and returns how many there were.
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
