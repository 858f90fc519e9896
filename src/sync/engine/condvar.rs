//! A condition variable under an engine: first in, first out, no spurious wakeups.

use std::collections::VecDeque;
use std::panic::Location;

use super::backend::Point;
use super::effect::Effect;
use super::mutex::MutexGuard;
use super::op::{Kind, ObjectId, Op, TaskId};
use super::world::{self, State};

/// Who sleeps, and who has been woken but does not have the mutex yet.
#[derive(Debug, Default)]
pub(crate) struct CondvarState {
    pub(crate) sleeping: VecDeque<TaskId>,
    pub(crate) notified: Vec<TaskId>,
}

impl CondvarState {
    pub(crate) fn was_notified(&self, task: TaskId) -> bool {
        self.notified.contains(&task)
    }

    /// Wakes the task that has slept longest, if any sleeps.
    pub(crate) fn wake_one(&mut self) -> Option<TaskId> {
        let woken = self.sleeping.pop_front();
        self.notified.extend(woken);
        woken
    }
}

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
        let id = world::with(|world| world.add_object(State::Condvar(CondvarState::default()), born));
        Condvar { id, point: Point::new() }
    }

    /// Releases the mutex, sleeps until notified, and takes the mutex again.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        let location = Location::caller();
        let mutex = guard.mutex.id;
        let lock = guard.suspend();
        super::step(&[&self.point], self.op(Kind::Wait(mutex), location), |world, me| {
            let _released = lock;
            world.free_mutex(me, mutex);
            world.condvar_mut(self.id).sleeping.push_back(me);
            world.touch(self.id, Effect::Sleep);
            ((), None)
        });
        guard.resume(self.op(Kind::Reacquire(mutex), location), |world, me| {
            world.condvar_mut(self.id).notified.retain(|&task| task != me);
            world.touch(self.id, Effect::Woken);
        });
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
        self.notify(Kind::NotifyOne, 1, Location::caller()) > 0
    }

    /// Wakes every sleeping thread; how many there were.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.notify(Kind::NotifyAll, usize::MAX, Location::caller())
    }

    fn notify(&self, kind: Kind, most: usize, location: &'static Location<'static>) -> usize {
        super::step(&[&self.point], self.op(kind, location), |world, _| {
            let condvar = world.condvar_mut(self.id);
            let woken: Vec<TaskId> = (0..most).map_while(|_| condvar.wake_one()).collect();
            let names = world.names_of(woken.iter().copied());
            world.touch(self.id, Effect::Wake(names));
            (woken.len(), Some(woken.len() as u64))
        })
    }

    fn op(&self, kind: Kind, location: &'static Location<'static>) -> Op {
        Op { kind, object: self.id, location }
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}
