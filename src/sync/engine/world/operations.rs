//! Operations: announced, and taking effect.

use std::panic::Location;

use super::World;
use super::parts::{Done, End, Local, Object, Stop, Task};
#[cfg(shuttle)]
use super::{Besides, Freed, Handed};
use crate::sync::engine::ids::{Name, ObjectId, ObjectName, TaskId};
use crate::sync::engine::lock_order::{Edge, Held};
use crate::sync::engine::machine::State;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, Came, Effect, Hold, Part};
use crate::sync::engine::op::{Event, Op};
use crate::sync::place::Place;

/// Why there is a pending operation.
const ANNOUNCED: &str = "an operation is announced before it takes effect";

/// What is done to an object of another execution.
fn stale(verb: &str, location: &'static Location<'static>) -> Stop {
    Stop::Unsupported(format!(
        "{}: to {verb} what another execution has made, which is kept in a static or in std's thread_local; make it in the \
         check",
        Place::of(location)
    ))
}

/// What is used after it was dropped, or at the same time.
fn dangling(object: &Object, op: &Op) -> Stop {
    let [made, at] = [object.born, op.location].map(Place::of);
    let verb = op.request.words().verb;
    let message =
        format!("use after free: what was made at {made} is dropped, and a task is about to {verb} it at {at}");
    Stop::Panicked { message, violation: true, location: Some(at) }
}

impl World {
    /// Announces what the current task is about to do, and returns the task.
    ///
    /// # Errors
    ///
    /// If the execution is too long, or the object belongs to another execution or was dropped.
    #[inline(always)]
    pub(crate) fn announce(&mut self, op: Op) -> Result<TaskId, Stop> {
        let is_there = |object: ObjectId| object.is_of(self.execution) && !self.objects[object.index()].dropped;
        let all_are = match op.request {
            Request::One(object, _) => is_there(object),
            ref request => request.objects().all(is_there),
        };
        if !all_are {
            return Err(self.missing(&op));
        }
        self.owners_of_the_destroyed_matter();
        self.yielding += usize::from(op.yields());
        let me = &mut self.tasks[self.current.index()];
        // Where an execution is given up, destructors may announce one after another.
        self.running -= usize::from(me.pending.is_none());
        me.pending = Some(op);
        if self.is_too_long() { Err(Stop::Operations) } else { Ok(self.current) }
    }

    /// Why an operation cannot be announced: an object of it belongs to another execution, or was dropped.
    #[cold]
    fn missing(&self, op: &Op) -> Stop {
        let objects = || op.request.objects();
        match objects().all(|object| object.is_of(self.execution)) {
            true => {
                let dropped = objects().map(|object| self.object(object)).find(|object| object.dropped);
                dangling(dropped.expect("else nothing is missing"), op)
            }
            false => stale(op.request.words().verb, op.location),
        }
    }

    /// The object is dropped.
    ///
    /// # Errors
    ///
    /// If another task has announced an operation on it.
    pub(in crate::sync::engine) fn drop_object(&mut self, object: ObjectId) -> Result<(), Stop> {
        if self.given_up || !object.is_of(self.execution) {
            return Ok(());
        }
        self.objects[object.index()].dropped = true;
        #[cfg(shuttle)]
        self.free(object);
        if self.running + self.ended == self.tasks.len() {
            // Nobody has announced anything.
            return Ok(());
        }
        let uses = |op: &&Op| op.request.objects().any(|used| used == object);
        let others = self.unfinished().filter(|&task| task != self.current);
        match others.filter_map(|task| self.task(task).pending.as_ref()).find(uses) {
            Some(op) => Err(dangling(self.object(object), op)),
            None => Ok(()),
        }
    }

    /// The current task has made the message of a select's send, which was the last operation.
    #[cfg(shuttle)]
    pub(in crate::sync::engine) fn hand(&mut self) {
        let (events, locals, objects) = (self.events.len(), self.locals.len(), self.objects.len());
        self.handed.push(Handed { events, locals, objects });
    }

    /// The current task has joined the task that this is the thread of.
    #[cfg(shuttle)]
    pub(in crate::sync::engine) fn joined(&mut self, thread: ObjectId) {
        let is_its = |task: &&mut Task| task.thread.as_ref().is_some_and(|end| end.id == thread);
        if let Some(task) = self.tasks.iter_mut().find(is_its) {
            task.joined = Some(self.current);
        }
    }

    /// What is dropped is freed, unless owners share it: those take care of who is the last. A channel, a thread and the like
    /// are shared by their ends. What the current task has joined has told it of all uses.
    #[cfg(shuttle)]
    fn free(&mut self, id: ObjectId) {
        let me = self.current;
        let Object { ref state, name: object, .. } = self.objects[id.index()];
        let is_owned = match state {
            State::Atomic(_) | State::Barrier(_) | State::Condvar(_) | State::Mutex(_) => true,
            State::Once(_) | State::RwLock(_) | State::Semaphore(_) => true,
            State::Cell(_) | State::Count(_) | State::Moments(_) | State::Queue(_) => false,
            State::Rendezvous(_) | State::Thread(_) | State::WaitGroup(_) => false,
        };
        let is_known = |task: TaskId| task == me || self.task(task).joined == Some(me);
        let knows_all = || (0..self.tasks.len() as u32).map(TaskId).all(is_known);
        let of_others = |event: &usize| self.events[*event].task != me;
        let uses = |event: usize| self.log.own(event).iter().any(|part| part.object == object);
        let by_others = || (0..self.events.len()).filter(of_others).any(uses);
        if is_owned && self.task(me).destroying.is_empty() && !knows_all() && by_others() {
            self.freed.push(Freed { object, by: me, events: self.events.len(), locals: self.locals.len() });
        }
    }

    /// The current task has done all that it does.
    pub(crate) fn finish(&mut self) {
        (self.running, self.ended) = (self.running - 1, self.ended + 1);
        self.me().finished = true;
    }

    /// Takes what the current task has announced, which takes effect: it runs code of its own from here on.
    #[inline(always)]
    fn take_pending(&mut self) -> Op {
        let op = self.me().pending.take().expect(ANNOUNCED);
        self.running += 1;
        self.yielding -= usize::from(op.yields());
        op
    }

    /// What a destructor does comes after what all the owners did that have gone: so it matters who they were.
    #[inline(always)]
    pub(in crate::sync::engine) fn owners_of_the_destroyed_matter(&mut self) {
        for at in 0..self.me().destroying.len() {
            let name = self.me().destroying[at];
            self.matters(name);
        }
    }

    /// Whether a reference count is known to matter.
    pub(crate) fn does_matter(&self, name: ObjectName) -> bool {
        self.names.matters(name)
    }

    /// Records that a reference count matters. If that is new, the recording so far is incomplete.
    pub(in crate::sync::engine) fn matters(&mut self, name: ObjectName) {
        self.incomplete |= self.names.set_matters(name);
    }

    /// The pending operation of `task` is about to take effect.
    pub(in crate::sync::engine) fn resume(&mut self, task: TaskId) {
        self.current = task;
        let goes_on = self.events.last().is_some_and(|last| last.task == task && !last.op.chooses());
        self.preempts = !goes_on && self.preempts_by(task);
    }

    /// Whether `task`, which goes on, takes the turn from another.
    fn preempts_by(&self, task: TaskId) -> bool {
        // A choice is made at once, and takes the turn from nobody.
        let chooses = self.task(task).pending.as_ref().is_some_and(Op::chooses);
        let last = self.events.iter().rfind(|event| !event.op.chooses()).map(|event| event.task);
        last.filter(|&last| last != task && !chooses).is_some_and(|last| {
            let goes_on = !self.task(last).yielded && self.task(last).pending.as_ref().is_some_and(|op| !op.yields());
            goes_on && !self.task(last).finished && self.enabled(last)
        })
    }

    /// The pending operation of the current task takes effect, by this one of its choices, and is recorded.
    pub(in crate::sync::engine) fn carry_out(&mut self, choice: Option<u32>) -> Done {
        let Task { name: me, pending, .. } = &self.tasks[self.current.index()];
        let op = pending.as_ref().expect(ANNOUNCED);
        let Request::One(object, act) = op.request else { return self.carry_out_parts(choice) };
        let location = op.location;
        let Some(came) = self.objects[object.index()].state.carry_out(act, *me) else {
            return self.carry_out_parts(choice);
        };
        let done = Done { me: *me, effect: Some(came.effect), value: came.answer, arm: None };
        self.note(object, act, &came, location);
        let op = self.take_pending();
        self.record(Event {
            task: self.current,
            op,
            value: came.answer,
            wrote: came.wrote,
            choice,
            preempts: self.preempts,
        });
        done
    }

    /// The same, of one that is about several objects, or may be.
    fn carry_out_parts(&mut self, choice: Option<u32>) -> Done {
        let me = self.task(self.current).name;
        let op = self.take_pending();
        let mut done = Done { me, effect: None, value: None, arm: None };
        let (mut value, mut wrote) = (None, None);
        let parts = op.request.parts(me, choice, self).expect("it can go ahead");
        if let Some((part, others)) = parts.split_first() {
            let came = self.take(part, op.location);
            (value, wrote) = (came.answer, came.wrote);
            (done.effect, done.value) = (Some(came.effect), value);
            others.iter().for_each(|part| _ = self.take(part, op.location));
        }
        if let Request::Any(arms, _) = &op.request {
            let met =
                |&(object, act): &(ObjectId, Act)| object == parts[0].object && act.sends() == parts[0].act.sends();
            let awaits = || arms.iter().position(met).filter(|_| done.effect.is_some_and(Effect::has_met));
            done.arm = choice.map(|choice| choice as usize).or_else(awaits);
            if done.arm.is_none() {
                done.effect = None;
            }
            (value, wrote) = (done.arm.map(|arm| arms[arm].0.index() as u64), None);
        }
        if let Request::Choose(..) = op.request {
            (done.arm, value) = (choice.map(|choice| choice as usize), choice.map(u64::from));
        }
        self.record(Event { task: self.current, op, value, wrote, choice, preempts: self.preempts });
        done
    }

    /// The pending operation of the current task is on an atomic, and a memory outside of this world has decided its
    /// effect and the value that it read.
    #[cfg(loom)]
    pub(in crate::sync::engine) fn came_to(&mut self, part: Part<ObjectId>, value: Option<u64>) {
        let op = self.take_pending();
        let wrote = self.take(&part, op.location).wrote;
        self.record(Event { task: self.current, op, value, wrote, choice: None, preempts: self.preempts });
    }

    /// Whether the effect of the pending operation of `task` may depend on which task meets a select on another
    /// channel.
    #[cfg(loom)]
    pub(in crate::sync::engine) fn may_be_late(&self, task: TaskId) -> bool {
        let Some(Op { request: Request::One(object, Act::Rendezvous(act)), .. }) = &self.task(task).pending else {
            return false;
        };
        matches!(&self.object(*object).state, State::Rendezvous(meeting) if meeting.is_shared(*act))
    }

    /// Performs an act of the current task that is no operation: no other task can tell when it happens.
    pub(in crate::sync::engine) fn also(&mut self, object: ObjectId, act: impl Into<Act>) {
        if !object.is_of(self.execution) {
            // The next operation on it is an error.
            return;
        }
        let (me, act) = (self.task(self.current).name, act.into());
        let effect = self.object(object).state.meets(act, me).expect("what is no operation does not wait");
        let name = self.object(object).name;
        self.objects[object.index()].state.take(act, effect, me);
        match self.log.ends.last_mut() {
            Some(end) => {
                self.log.parts.push(Part { object: name, act, effect });
                end.all += 1;
                #[cfg(shuttle)]
                self.besides.push(Besides { task: self.current, object: name, act, locals: self.locals.len() });
            }
            // Before the first operation.
            None => self.objects[object.index()].initial.take(act, effect, me),
        }
    }

    /// Performs an act of the current task on an object that does not matter: the act is not recorded.
    #[cfg(shuttle)]
    pub(in crate::sync::engine) fn quietly(&mut self, object: ObjectId, act: impl Into<Act>) {
        let me = self.task(self.current).name;
        let came = self.objects[object.index()].state.carry_out(act.into(), me);
        debug_assert!(came.is_some(), "what is done to a count does not wait");
    }

    /// One part of an operation of the current task takes effect; what came of it.
    fn take(&mut self, part: &Part<ObjectId>, since: &'static Location<'static>) -> Came {
        let &Part { object, act, effect } = part;
        let me = self.task(self.current).name;
        let came = self.objects[object.index()].state.carry(act, effect, me);
        self.note(object, act, &came, since);
        came
    }

    /// Notes what came of an act of the current task.
    #[inline(always)]
    fn note(&mut self, object: ObjectId, act: Act, came: &Came, since: &'static Location<'static>) {
        let name = self.objects[object.index()].name;
        self.log.parts.push(Part { object: name, act, effect: came.effect });
        #[cfg(shuttle)]
        if let Some(orderings) = &mut self.orderings {
            orderings.took(self.current, act, came.effect, since);
        }
        match came.hold {
            Some(Hold::Takes { shared, waits }) => {
                self.acquired(Held { object, since, event: self.events.len(), shared, waits });
            }
            Some(Hold::LetsGo(holder)) => self.released(holder, object),
            None => (),
        }
    }

    #[inline(always)]
    fn record(&mut self, event: Event) {
        // Who has yielded and then chosen something has let nobody go first yet.
        if !event.op.chooses() {
            let yields = event.op.yields();
            let before = std::mem::replace(&mut self.me().yielded, yields);
            self.yielded = self.yielded + usize::from(yields) - usize::from(before);
        }
        self.events.push(event);
        let end = self.log.parts.len();
        self.log.ends.push(End { own: end, all: end });
    }

    /// Records something that the current task does between operations.
    ///
    /// # Errors
    ///
    /// If that is an access to a cell of another execution.
    pub(in crate::sync::engine) fn local(&mut self, what: Local) -> Result<(), Stop> {
        if let Local::Access { cell, location, .. } = what
            && self.object_of(cell).is_none()
        {
            return Err(stale("look into", location));
        }
        self.owners_of_the_destroyed_matter();
        self.locals.push((self.events.len(), self.current, what));
        Ok(())
    }

    /// The current task has taken a lock.
    pub(super) fn acquired(&mut self, lock: Held) {
        let task = self.current;
        let held = &mut self.tasks[task.index()].holds;
        self.lock_order.extend(held.iter().map(|&first| Edge {
            task,
            first,
            then: lock,
            outer: held.iter().map(|hold| hold.object).filter(|&object| object != first.object).collect(),
        }));
        held.push(lock);
    }

    /// `lock` was released. Its holder is `holder`, or the current task if none is named, or, if that does not hold it,
    /// another task: a guard may be dropped by another thread.
    fn released(&mut self, holder: Option<Name>, lock: ObjectId) {
        let own = holder.map_or(Some(self.current), |name| self.task_of(name));
        let let_go = |task: &mut Task| {
            let at = task.holds.iter().rposition(|held| held.object == lock);
            // What was taken last is most often let go first.
            let is_last = at.is_some_and(|at| at + 1 == task.holds.len());
            if is_last { task.holds.pop() } else { at.map(|at| task.holds.remove(at)) }.is_some()
        };
        if !own.is_some_and(|own| let_go(&mut self.tasks[own.index()])) {
            _ = self.tasks.iter_mut().any(let_go);
        }
    }
}
