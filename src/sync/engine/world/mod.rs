//! The state of one execution under an engine: its tasks, its objects, what each task is about to
//! do, and what has been done.
//!
//! Engines run all tasks of an execution on one thread of the machine and switch between them, so
//! the world is thread-local and is never touched by two tasks at once. It is kept outside the
//! engine on purpose: when an engine gives up (a deadlock, a panic), the world still knows which tasks hold what and
//! wait for what.
//!
//! A failure ends an execution *without unwinding it*: [`stop`] hands the outcome to the explorer, and the thread that
//! ran the execution sleeps for good. Unwinding would run destructors that lock, join and send inside an execution that
//! is over, and a second panic there aborts the process.

use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc;

use smallvec::SmallVec;

use super::choice::Spurious;
use super::machine::request::Request;
use super::machine::{Act, Came, Effect, Hold, Part, State};
use super::names::{Names, ObjectName};
use super::op::{Event, Name, ObjectId, Op, TaskId};
#[cfg(shuttle)]
use super::orderings::Orderings;
use super::pointer::{Pointer, Pointers};
use crate::sync::memory::Memory;
use crate::sync::place::Place;

mod current;
mod parts;
#[cfg(test)]
mod tests;
mod view;

pub(in crate::sync::engine) use current::add_to_current;
#[cfg(shuttle)]
pub(in crate::sync::engine) use current::with_active;
pub(crate) use current::{active, enter, leave, report, stop, stopped, with};
use parts::End;
#[cfg(shuttle)]
pub(crate) use parts::{Besides, Witness};
pub(crate) use parts::{Call, Compound, Done, Held, Local, Log, Object, Race, Stop, Task};

/// How many executions have begun in this process.
static EXECUTIONS: AtomicU32 = AtomicU32::new(1);

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

/// The world of the execution that runs on this thread.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tasks: Vec<Task>,
    pub(crate) objects: Vec<Object>,
    pub(crate) events: Vec<Event>,
    pub(crate) current: TaskId,
    pub(crate) lock_order: Vec<super::lock_order::Edge>,
    /// The body of the check has returned; only threads that it started still run.
    pub(crate) body_returned: bool,
    /// The number of the value that the check has returned, until it is counted.
    pub(crate) given: Option<usize>,
    /// Each object by its name, as far as it has been made, and each task.
    by_name: Vec<Option<ObjectId>>,
    tasks_by_name: Vec<Option<TaskId>>,
    /// How many tasks have announced nothing and not ended: they run code of their own.
    pub(crate) running: usize,
    /// How many have announced that they let others go first.
    pub(crate) yielding: usize,
    /// The arms between which an operation has just asked to choose, as bits.
    pub(crate) choice: Option<u64>,
    /// Whether the operation that takes effect preempts a task that could have gone on.
    preempts: bool,
    /// What every operation has done.
    pub(crate) log: Log,
    /// What tasks have done between operations, each after so many events.
    pub(crate) locals: Vec<(usize, TaskId, Local)>,
    /// The parts of the log that tasks have done between operations.
    #[cfg(shuttle)]
    pub(crate) besides: Vec<Besides>,
    #[cfg(shuttle)]
    pub(crate) witness: Witness,
    /// Objects of several primitives.
    pub(crate) compounds: Vec<Compound>,
    /// The calls of their methods, in the order in which they began.
    pub(crate) calls: Vec<Call>,
    /// All tasks but this one are stopped where they are.
    pub(crate) alone: Option<TaskId>,
    /// The begins and returns of a history, in words, each at the event of that number.
    pub(crate) words: Vec<(usize, String)>,
    /// A count of owners turned out to be observable: the recording is incomplete.
    pub(crate) incomplete: bool,
    pub(crate) names: Names,
    pub(super) pointers: Pointers,
    /// The static that is being made, and how many objects it has.
    pub(super) making: Option<(&'static str, u32)>,
    /// The number of this execution in the process.
    execution: u32,
    /// How many operations an execution may have.
    limit: usize,
    /// How many more operations a probe may have, which counts for nothing.
    pub(crate) spare: usize,
    /// What the check has allocated.
    pub(crate) memory: Memory,
    /// Which spurious events there are.
    pub(crate) spurious: Spurious,
    /// Which arm a select takes is chosen before it is known which could be taken.
    pub(crate) arms_are_chosen: bool,
    /// The orderings of the program, where somebody asks about them.
    #[cfg(shuttle)]
    pub(crate) orderings: Option<Orderings>,
    sink: mpsc::Sender<(Stop, World)>,
}

impl World {
    fn new(limit: usize, sink: mpsc::Sender<(Stop, World)>) -> Self {
        World {
            tasks: Vec::new(),
            objects: Vec::new(),
            events: Vec::new(),
            current: TaskId::MAIN,
            lock_order: Vec::new(),
            body_returned: false,
            given: None,
            by_name: Vec::new(),
            tasks_by_name: Vec::new(),
            running: 0,
            yielding: 0,
            choice: None,
            preempts: false,
            log: Log::default(),
            locals: Vec::new(),
            #[cfg(shuttle)]
            besides: Vec::new(),
            #[cfg(shuttle)]
            witness: Witness::default(),
            compounds: Vec::new(),
            calls: Vec::new(),
            alone: None,
            words: Vec::new(),
            incomplete: false,
            names: Names::default(),
            pointers: Pointers::default(),
            making: None,
            execution: 0,
            limit,
            spare: 0,
            memory: Memory::default(),
            spurious: Spurious::default(),
            arms_are_chosen: false,
            #[cfg(shuttle)]
            orderings: None,
            sink,
        }
    }

    /// Forgets the last execution.
    pub(crate) fn forget(&mut self) {
        self.memory.clear();
        self.tasks.clear();
        self.objects.clear();
        self.events.clear();
        self.lock_order.clear();
        self.body_returned = false;
        self.given = None;
        self.by_name.clear();
        self.tasks_by_name.clear();
        (self.running, self.yielding) = (0, 0);
        self.log.clear();
        self.locals.clear();
        #[cfg(shuttle)]
        self.besides.clear();
        self.compounds.clear();
        self.calls.clear();
        self.alone = None;
        self.words.clear();
        self.pointers.clear();
        self.incomplete = false;
    }

    /// Forgets the last execution and starts the next with its main task.
    pub(crate) fn begin(&mut self) {
        self.forget();
        // Relaxed: the number only has to be unique.
        self.execution = EXECUTIONS.fetch_add(1, Relaxed);
        self.current = TaskId::MAIN;
        self.add_task(Some("main".to_owned()));
    }

    /// Adds a child of the current task.
    pub(crate) fn add_task(&mut self, title: Option<String>) -> TaskId {
        let id = TaskId(self.tasks.len() as u32);
        let (mut ordinal, mut name) = (0, Names::MAIN);
        if let Some(parent) = self.tasks.get_mut(self.current.index()) {
            ordinal = parent.spawned;
            parent.spawned += 1;
            name = self.names.child(parent.name, ordinal);
        }
        self.tasks.push(Task {
            name,
            title,
            thread: None,
            parent: self.current,
            ordinal,
            spawned: 0,
            made: 0,
            pointers: 0,
            pending: None,
            holds: SmallVec::new(),
            finished: false,
            yielded: false,
            calls: Vec::new(),
            destroying: SmallVec::new(),
            spurious: Vec::new(),
            catching: 0,
            panicking: false,
        });
        self.running += 1;
        set_at(&mut self.tasks_by_name, name.index(), id);
        id
    }

    /// Adds an object made by the current task.
    pub(crate) fn add_object(&mut self, state: impl Into<State>, born: &'static Location<'static>) -> ObjectId {
        if let Some((of, made)) = self.making {
            self.making = Some((of, made + 1));
            return self.add_global(&format!("{of}/{made}"), state, born);
        }
        let maker = &self.tasks[self.current.index()];
        let name = self.names.object(maker.name, maker.made);
        let maker = (self.current, maker.made);
        self.me().made += 1;
        self.add_named(state.into(), born, name, maker)
    }

    /// Adds the object with that key, which exists from the beginning of the execution; the task that first uses it
    /// calls this.
    pub(crate) fn add_global(
        &mut self,
        key: &str,
        state: impl Into<State>,
        born: &'static Location<'static>,
    ) -> ObjectId {
        let name = self.names.global(key);
        // Numbered behind all objects that main makes, and the same in every process (Fowler, Noll and Vo's hash).
        let hash = key.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let maker = (TaskId::MAIN, parts::GLOBAL | hash);
        self.add_named(state.into(), born, name, maker)
    }

    fn add_named(
        &mut self,
        state: State,
        born: &'static Location<'static>,
        name: ObjectName,
        maker: (TaskId, u32),
    ) -> ObjectId {
        let id = ObjectId::new(self.objects.len(), self.execution);
        let initial = state.clone();
        let of = self.owner();
        #[cfg(shuttle)]
        let (events, locals) = (self.events.len(), self.locals.len());
        self.objects.push(Object {
            state,
            initial,
            name,
            born,
            maker,
            of,
            #[cfg(shuttle)]
            events,
            #[cfg(shuttle)]
            locals,
        });
        set_at(&mut self.by_name, name.index(), id);
        id
    }

    /// Adds an object of several primitives. Returns the execution, and the object's number in it.
    pub(super) fn add_compound(&mut self, noun: &'static str, made: &'static Location<'static>) -> (u32, usize) {
        self.compounds.push(Compound { noun, made });
        (self.execution, self.compounds.len() - 1)
    }

    /// The current task begins a call of an object of that execution, if it is this one.
    pub(super) fn begin_call(&mut self, execution: u32, call: impl FnOnce(usize) -> Call) -> Option<(u32, usize)> {
        (execution == self.execution).then(|| {
            let number = self.calls.len();
            self.calls.push(call(self.events.len() + self.locals.len()));
            self.me().calls.push(number);
            (execution, number)
        })
    }

    /// The call returns.
    pub(super) fn end_call(&mut self, execution: u32, number: usize) {
        if execution == self.execution {
            self.calls[number].end = Some(self.events.len() + self.locals.len());
            let task = self.calls[number].task;
            self.tasks[task.index()].calls.retain(|&open| open != number);
        }
    }

    /// The object of several primitives to which objects that the current task makes belong.
    fn owner(&self) -> Option<usize> {
        let open = self.tasks[self.current.index()].calls.iter().map(|&call| &self.calls[call]);
        open.rev().find(|call| call.owns).map(|call| call.compound)
    }

    /// The number of the execution, and of its operations so far.
    pub(crate) fn done(&self) -> (u32, usize) {
        (self.execution, self.events.len())
    }

    /// 0 for the main task, and from 1 on for its children in the order in which it starts them.
    pub(crate) fn place_beside_main(&self) -> Option<usize> {
        let me = self.task(self.current);
        match (self.current, me.parent) {
            (TaskId::MAIN, _) => Some(0),
            (_, TaskId::MAIN) => Some(me.ordinal as usize + 1),
            _ => None,
        }
    }

    /// The number that stands for a pointer. One that no atomic has seen before is the current task's next.
    pub(super) fn number_of(&mut self, pointer: *mut ()) -> u64 {
        let me = &mut self.tasks[self.current.index()];
        let (number, new) = self.pointers.number(pointer, Pointer { task: me.name, ordinal: me.pointers });
        me.pointers += u32::from(new);
        number
    }

    pub(crate) fn me(&mut self) -> &mut Task {
        let current = self.current.index();
        &mut self.tasks[current]
    }

    pub(crate) fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id.index()]
    }

    /// The object of that name, if it has been made.
    pub(crate) fn object_of(&self, name: ObjectName) -> Option<ObjectId> {
        self.by_name.get(name.index()).copied().flatten()
    }

    pub(crate) fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    /// The name of the next child of the current task.
    pub(super) fn next_child(&mut self) -> Name {
        let me = &self.tasks[self.current.index()];
        self.names.child(me.name, me.spawned)
    }

    /// Announces what the current task is about to do, and returns the task.
    ///
    /// # Errors
    ///
    /// If the execution is too long, or the object belongs to another execution.
    pub(crate) fn announce(&mut self, op: Op) -> Result<TaskId, Stop> {
        let is_of_this = match op.request {
            Request::One(object, _) => object.is_of(self.execution),
            ref request => request.objects().all(|object| object.is_of(self.execution)),
        };
        if !is_of_this {
            return Err(stale(op.request.words().verb, op.location));
        }
        self.owners_of_the_destroyed_matter();
        self.yielding += usize::from(op.yields());
        // Where an execution is given up, destructors may announce one after another.
        let before = self.me().pending.replace(op);
        self.running -= usize::from(before.is_none());
        if self.is_too_long() { Err(Stop::Operations) } else { Ok(self.current) }
    }

    /// The current task has done all that it does.
    pub(crate) fn finish(&mut self) {
        self.running -= 1;
        self.me().finished = true;
    }

    /// Takes what the current task has announced, which takes effect: it runs code of its own from here on.
    fn take_pending(&mut self) -> Op {
        let op = self.me().pending.take().expect(ANNOUNCED);
        self.running += 1;
        self.yielding -= usize::from(op.yields());
        op
    }

    /// What a destructor does comes after what all the owners did that have gone: so it matters who they were.
    fn owners_of_the_destroyed_matter(&mut self) {
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
    pub(super) fn matters(&mut self, name: ObjectName) {
        self.incomplete |= self.names.set_matters(name);
    }

    /// The pending operation of `task` is about to take effect.
    pub(super) fn resume(&mut self, task: TaskId) {
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
    pub(super) fn carry_out(&mut self, choice: Option<u32>) -> Done {
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
    pub(super) fn came_to(&mut self, part: Part<ObjectId>, value: Option<u64>) {
        let op = self.take_pending();
        let wrote = self.take(&part, op.location).wrote;
        self.record(Event { task: self.current, op, value, wrote, choice: None, preempts: self.preempts });
    }

    /// Whether the effect of the pending operation of `task` may depend on which task meets a select on another
    /// channel.
    #[cfg(loom)]
    pub(super) fn may_be_late(&self, task: TaskId) -> bool {
        let Some(Op { request: Request::One(object, Act::Rendezvous(act)), .. }) = &self.task(task).pending else {
            return false;
        };
        matches!(&self.object(*object).state, State::Rendezvous(meeting) if meeting.is_shared(*act))
    }

    /// Performs an act of the current task that is no operation: no other task can tell when it happens.
    pub(super) fn also(&mut self, object: ObjectId, act: impl Into<Act>) {
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
    pub(super) fn quietly(&mut self, object: ObjectId, act: impl Into<Act>) {
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

    fn record(&mut self, event: Event) {
        self.me().yielded = event.op.yields();
        self.events.push(event);
        let end = self.log.parts.len();
        self.log.ends.push(End { own: end, all: end });
    }

    /// Records something that the current task does between operations.
    ///
    /// # Errors
    ///
    /// If that is an access to a cell of another execution.
    pub(super) fn local(&mut self, what: Local) -> Result<(), Stop> {
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
    fn acquired(&mut self, lock: Held) {
        let task = self.current;
        let held = &mut self.tasks[task.index()].holds;
        self.lock_order.extend(held.iter().map(|&first| super::lock_order::Edge {
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
            at.map(|at| task.holds.remove(at)).is_some()
        };
        if !own.is_some_and(|own| let_go(&mut self.tasks[own.index()])) {
            _ = self.tasks.iter_mut().any(let_go);
        }
    }
}

/// Sets what is at `index`, for which there may not be room yet.
fn set_at<T: Copy>(room: &mut Vec<Option<T>>, index: usize, value: T) {
    if room.len() <= index {
        room.resize(index + 1, None);
    }
    room[index] = Some(value);
}
