//! A condition variable under an engine; what it means is in [`machine::condvar`](super::machine::condvar).

use std::fmt;
use std::panic::Location;
use std::time::{Duration, Instant};

use super::backend::{self, Point};
use super::choice;
use super::identity::Identity;
use super::machine::condvar::{self, Act};
use super::machine::request::{Request, Why};
use super::machine::{Effect, mutex};
use super::mutex::MutexGuard;
use super::op::Op;

/// A place to sleep until another thread says that a condition may have changed:
/// `parking_lot::Condvar` on real threads.
pub struct Condvar {
    id: Identity,
    point: Point,
}

/// Whether a wait ended because its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult {
    timed_out: bool,
}

impl WaitTimeoutResult {
    pub(in crate::sync) const IN_TIME: WaitTimeoutResult = WaitTimeoutResult { timed_out: false };

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
        let id = Identity::new(condvar::Condvar::default(), born);
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

    /// Sleeps as long as `condition` holds, or until the time is over. As with parking_lot's, the condition is not asked
    /// again then: it may hold no more.
    #[track_caller]
    pub fn wait_while_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> WaitTimeoutResult {
        let mut result = WaitTimeoutResult::IN_TIME;
        while !result.timed_out && condition(guard) {
            result = self.wait_for(guard, timeout);
        }
        result
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

    /// Releases the mutex and sleeps; goes on by `end`, with the mutex. Returns whether it went on before its time was over.
    ///
    /// A thread whose time is over leaves the queue first and waits for the mutex then, so that a notification meanwhile goes
    /// to another thread. A notified thread takes the mutex in the operation by which it goes on: no other thread can tell
    /// when it woke.
    fn sleep<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, end: Act, location: &'static Location<'static>) -> bool {
        let mutex = *guard.mutex.id;
        let both =
            |here: Act, there: mutex::Act| Op { request: Request::Both((*self.id, here), (mutex, there)), location };
        // A spurious wakeup is as if the task had never slept: it releases the mutex, and takes it again.
        let wakes = choice::happens(Why::Wakeup, *self.id, location);
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
        if end == Act::Wake {
            guard.resume(both(end, mutex::Act::Lock));
            return true;
        }
        // A loop of such waits waits for a change.
        backend::yield_now(location);
        let done = super::step(&[&self.point], Op::one(*self.id, end, location));
        guard.resume(Op::one(mutex, mutex::Act::Lock, location));
        !matches!(done.effect, Some(Effect::Condvar(condvar::Effect::TimedOut(_))))
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
        let done = super::step(&[&self.point], Op::one(*self.id, act, location));
        done.value.expect("a notification knows whom it wakes") as usize
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
