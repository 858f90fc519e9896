//! Queries on a world: which tasks can go on, what they are called, and which hold what.

use std::borrow::Cow;

#[cfg(shuttle)]
use super::Stop;
use super::{Task, World};
use crate::sync::engine::machine::request::{Choices, Request, States};
use crate::sync::engine::machine::{Act, State, moments};
use crate::sync::engine::op::{Name, ObjectId, TaskId};

impl World {
    /// Whether the execution has reached the limit on operations.
    pub(super) fn is_too_long(&self) -> bool {
        self.events.len() >= self.limit.saturating_add(self.spare)
    }

    /// Whether `task` can go on: its pending operation is enabled, or it has none.
    pub(crate) fn enabled(&self, task: TaskId) -> bool {
        self.choices(task) != Choices::Blocked
    }

    /// How `task` can go on.
    pub(crate) fn choices(&self, task: TaskId) -> Choices {
        if self.alone.is_some_and(|alone| alone != task) {
            return Choices::Blocked;
        }
        let Task { name: me, pending, .. } = self.task(task);
        let Some(op) = pending else { return Choices::One };
        match &op.request {
            // It goes on where nobody else can.
            Request::One(_, Act::Moments(moments::Act::Settle)) => {
                let goes_on = |&other: &TaskId| self.task(other).pending.is_none() || self.enabled(other);
                Choices::one_if(!self.unfinished().filter(|&other| other != task).any(|other| goes_on(&other)))
            }
            Request::One(object, act) => Choices::one_if(self.state(*object).admits(act, *me)),
            several => self.choices_of_several(several, *me),
        }
    }

    /// The same for a request about several objects. It is no part of the above, which is asked at every step.
    #[inline(never)]
    fn choices_of_several(&self, request: &Request<ObjectId>, me: Name) -> Choices {
        request.choices(me, self)
    }

    /// Gives the execution up. Returns the task that goes on nevertheless: one that unwinds from a panic can be left only
    /// where the panic has been caught; and if none of these can go on, the others do in turn.
    ///
    /// # Errors
    ///
    /// If a task unwinds, and none can go on.
    #[cfg(shuttle)]
    pub(crate) fn leave(&mut self) -> Result<Option<TaskId>, Stop> {
        (self.given_up, self.arms_are_chosen) = (true, false);
        let unwinds = |&task: &TaskId| self.task(task).panicking;
        if !self.unfinished().any(|task| unwinds(&task)) {
            return Ok(None);
        }
        let last = self.events.last().map_or(TaskId::MAIN, |event| event.task);
        let in_turn = || self.unfinished().filter(|&task| task > last).chain(self.unfinished());
        let goes_on = |&task: &TaskId| self.enabled(task);
        let next = self.unfinished().filter(unwinds).find(goes_on).or_else(|| in_turn().find(goes_on));
        next.map(Some).ok_or(Stop::Stuck)
    }

    /// Whether a static was used.
    #[cfg(shuttle)]
    pub(crate) fn has_statics(&self) -> bool {
        self.objects.iter().any(|object| object.is_global() && !matches!(object.state, State::Thread(_)))
    }

    /// The tasks that have not ended.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = TaskId> + '_ {
        (0..self.tasks.len() as u32).map(TaskId).filter(|&id| !self.task(id).finished)
    }

    /// The name given to a task; a task without one is called by a letter, or when letters run out by its path.
    pub(crate) fn task_name(&self, id: TaskId) -> String {
        let nameless = |task: &&Task| task.title.is_none();
        let letter = ('A'..='Z').nth(self.tasks[..id.index()].iter().filter(nameless).count());
        let title = self.task(id).title.clone();
        title.map(Cow::into_owned).or_else(|| letter.map(String::from)).unwrap_or_else(|| self.task_path(id))
    }

    /// The place of a task in the tree of tasks: `main.1` is the second child.
    pub(crate) fn task_path(&self, id: TaskId) -> String {
        match id {
            TaskId::MAIN => "main".to_owned(),
            _ => format!("{}.{}", self.task_path(self.task(id).parent), self.task(id).ordinal),
        }
    }

    /// The task of that name, if it has been started.
    pub(crate) fn task_of(&self, name: Name) -> Option<TaskId> {
        self.tasks_by_name.get(name.index()).copied().flatten()
    }
}

impl States<ObjectId> for World {
    fn state(&self, object: ObjectId) -> &State {
        &self.objects[object.index()].state
    }

    fn time_comes_last(&self) -> bool {
        cfg!(shuttle) && !self.arms_are_chosen
    }

    fn awaited_beside(&self, object: ObjectId, who: Name) -> Vec<ObjectId> {
        let awaits = |id: &ObjectId| {
            let arm = self.objects[id.index()].state.as_arm();
            *id != object && arm.is_some_and(|arm| arm.awaits(who))
        };
        (0..self.objects.len()).map(|number| ObjectId::new(number, self.execution)).filter(awaits).collect()
    }
}
