//! What can be asked of a world: which tasks can go on, what they are called, and who holds what.

use std::panic::Location;

use super::{State, Task, World};
use crate::sync::engine::op::{Kind, ObjectId, TaskId};

/// Operations in one execution, past which it is taken for a loop without an end.
const STEP_LIMIT: usize = 20_000;

impl World {
    /// Whether the execution does more than any check needs.
    pub(crate) fn livelocked(&self) -> bool {
        self.events.len() >= STEP_LIMIT
    }

    /// Whether `task` can go on: its pending operation is enabled, or it has none.
    pub(crate) fn enabled(&self, task: TaskId) -> bool {
        if self.alone.is_some_and(|alone| alone != task) {
            return false;
        }
        let Some(op) = self.task(task).pending else { return true };
        match (&self.objects[op.object.index()].state, op.kind) {
            (State::Mutex(mutex), kind) => mutex.enabled(kind),
            (State::RwLock(lock), kind) => lock.enabled(kind),
            (State::Condvar(condvar), Kind::Reacquire(mutex)) => {
                condvar.was_notified(task) && self.mutex(mutex).enabled(Kind::Lock)
            }
            (State::Channel(_), Kind::Select) => {
                self.task(task).arms.iter().any(|&arm| self.channel(arm).enabled(Kind::Recv))
            }
            (State::Channel(channel), Kind::AwaitGiver(ticket)) => {
                channel.settled(ticket)
                    || self.task(task).arms.iter().any(|&arm| {
                        let arm = self.channel(arm);
                        arm.settled(ticket) || arm.readable()
                    })
            }
            (State::Channel(channel), kind) => channel.enabled(kind),
            (State::WaitGroup(count), Kind::WaitGroup) => *count == 0,
            (State::Thread(finished), Kind::Join) => *finished,
            (State::Moments, Kind::Settle) => self
                .unfinished()
                .all(|other| other == task || self.task(other).pending.is_some() && !self.enabled(other)),
            _ => true,
        }
    }

    /// The tasks that have not ended.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = TaskId> + '_ {
        (0..self.tasks.len() as u32).map(TaskId).filter(|&id| !self.task(id).finished)
    }

    /// The name given to a task; one that has none is called by a letter, or where those run out by its path.
    pub(crate) fn task_name(&self, id: TaskId) -> String {
        let nameless = |task: &&Task| task.title.is_none();
        let letter = ('A'..='Z').nth(self.tasks[..id.index()].iter().filter(nameless).count());
        let title = self.task(id).title.clone();
        title.or_else(|| letter.map(String::from)).unwrap_or_else(|| self.task_path(id))
    }

    /// The place of a task in the tree of tasks: `main.1` is the second child.
    pub(crate) fn task_path(&self, id: TaskId) -> String {
        match id {
            TaskId::MAIN => "main".to_owned(),
            _ => format!("{}.{}", self.task_path(self.task(id).parent), self.task(id).ordinal),
        }
    }

    /// Which task holds a lock, and since which line.
    pub(crate) fn holder(&self, lock: ObjectId) -> Option<(TaskId, &'static Location<'static>)> {
        self.tasks.iter().enumerate().find_map(|(index, task)| {
            let hold = task.holds.iter().find(|hold| hold.object == lock)?;
            Some((TaskId(index as u32), hold.since))
        })
    }
}
