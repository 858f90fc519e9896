//! The state of one execution under an engine: its tasks, its objects, what each task is about to
//! do, and what has been done.
//!
//! Engines run all tasks of an execution on one thread of the machine and switch between them, so
//! the world is thread-local and is never touched by two tasks at once. It is kept outside the
//! engine on purpose: when an engine gives up (a deadlock, a panic), the world still knows who holds
//! what and who waits for what.
//!
//! A failure ends an execution *without unwinding it*: [`stop`] hands the outcome to whoever
//! explores, and the thread that ran the execution sleeps for good. Unwinding would run destructors
//! that lock, join and send inside an execution that is over, and a second panic there aborts the
//! process.

use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use super::effect::Effect;
use super::names::{Names, ObjectName};
use super::op::{Event, Kind, Name, ObjectId, Op, TaskId, TaskSet};

mod current;
mod parts;
mod view;

pub(in crate::sync::engine) use current::add_to_current;
pub(crate) use current::{active, enter, leave, report, stop, stopped, with};
pub(crate) use parts::{Deed, Hold, Local, Log, Object, State, Stop, Task};

/// The world of the execution that runs on this thread.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tasks: Vec<Task>,
    pub(crate) objects: Vec<Object>,
    pub(crate) events: Vec<Event>,
    pub(crate) current: TaskId,
    pub(crate) lock_order: Vec<super::lock_order::Edge>,
    /// The body of the check has returned; what still runs is its threads.
    pub(crate) body_returned: bool,
    /// Who took each ticket for a rendezvous.
    tickets: Vec<TaskId>,
    /// The number of outcomes of the choice that an operation has just asked for.
    pub(crate) choice: Option<u32>,
    /// What the operation that takes effect has done so far.
    doing: Deed,
    /// What the last operation that took effect did.
    pub(crate) done: Deed,
    /// What every operation has done, where somebody asks for it.
    pub(crate) log: Option<Log>,
    /// What tasks have done by themselves, each after so many events.
    pub(crate) locals: Vec<(usize, TaskId, Local)>,
    /// All others are stopped where they are.
    pub(crate) alone: Option<TaskId>,
    /// What began or returned, in words, each at the event of that number.
    pub(crate) words: Vec<(usize, String)>,
    /// A reference count matters of which that had not been known.
    pub(crate) incomplete: bool,
    pub(crate) names: Names,
    sink: mpsc::Sender<(Stop, World)>,
}

impl World {
    fn new(sink: mpsc::Sender<(Stop, World)>) -> Self {
        World {
            tasks: Vec::new(),
            objects: Vec::new(),
            events: Vec::new(),
            current: TaskId::MAIN,
            lock_order: Vec::new(),
            body_returned: false,
            tickets: Vec::new(),
            choice: None,
            doing: Deed::default(),
            done: Deed::default(),
            log: None,
            locals: Vec::new(),
            alone: None,
            words: Vec::new(),
            incomplete: false,
            names: Names::default(),
            sink,
        }
    }

    /// Forgets the last execution and starts the next with its main task.
    pub(crate) fn begin(&mut self) {
        self.tasks.clear();
        self.objects.clear();
        self.events.clear();
        self.lock_order.clear();
        self.body_returned = false;
        self.tickets.clear();
        self.done.clear();
        self.log.iter_mut().for_each(Log::clear);
        self.locals.clear();
        self.alone = None;
        self.words.clear();
        self.incomplete = false;
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
            parent: self.current,
            ordinal,
            spawned: 0,
            made: 0,
            pending: None,
            arms: Vec::new(),
            holds: Vec::new(),
            finished: false,
            destroying: Vec::new(),
            catching: 0,
        });
        id
    }

    /// Adds an object made by the current task.
    pub(crate) fn add_object(&mut self, state: State, born: &'static Location<'static>) -> ObjectId {
        let id = ObjectId(self.objects.len() as u32);
        let maker = &self.tasks[self.current.index()];
        let name = self.names.object(maker.name, maker.made);
        let maker = (self.current, maker.made);
        self.me().made += 1;
        self.objects.push(Object { state, name, born, maker });
        id
    }

    pub(crate) fn me(&mut self) -> &mut Task {
        let current = self.current.index();
        &mut self.tasks[current]
    }

    pub(crate) fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id.index()]
    }

    /// A number that no other waiter of this execution has.
    pub(crate) fn ticket(&mut self) -> u32 {
        self.tickets.push(self.current);
        self.tickets.len() as u32 - 1
    }

    /// Who took the ticket.
    pub(super) fn holder_of(&self, ticket: u32) -> Name {
        self.task(self.tickets[ticket as usize]).name
    }

    /// Says what the current task is about to do, and which task that is.
    pub(crate) fn announce(&mut self, op: Op) -> TaskId {
        for at in 0..self.me().destroying.len() {
            let name = self.me().destroying[at];
            self.matters(name);
        }
        self.me().pending = Some(op);
        self.current
    }

    /// Whether it was noted that a reference count matters.
    pub(super) fn does_matter(&self, name: ObjectName) -> bool {
        self.names.matters(name)
    }

    /// Notes that a reference count matters. What was recorded so far is incomplete where it had not
    /// been known.
    pub(super) fn matters(&mut self, name: ObjectName) {
        self.incomplete |= self.names.set_matters(name);
    }

    /// Records what the operation that takes effect does to an object.
    pub(crate) fn touch(&mut self, object: ObjectId, effect: Effect) {
        self.doing.effects.push((self.objects[object.index()].name, effect));
    }

    /// Records the ordering that the operation on an atomic names, and what it writes.
    pub(super) fn order(&mut self, ordering: Ordering, wrote: Option<u64>) {
        (self.doing.ordering, self.doing.wrote) = (Some(ordering), wrote);
    }

    /// Records which of the outcomes of a choice was taken.
    pub(super) fn chose(&mut self, outcome: usize) {
        self.doing.choice = Some(outcome as u32);
    }

    /// The pending operation of `task` is about to take effect.
    pub(super) fn resume(&mut self, task: TaskId) {
        self.current = task;
        let last = self.events.last().map(|event| event.task).filter(|&last| last != task);
        self.doing.preempts = last.is_some_and(|last| {
            let goes_on = self.task(last).pending.is_some_and(|op| op.kind != Kind::Yield);
            goes_on && !self.task(last).finished && self.enabled(last)
        });
    }

    /// Records something that the current task does by itself.
    pub(super) fn local(&mut self, what: Local) {
        self.locals.push((self.events.len(), self.current, what));
    }

    /// The names of tasks, as a set.
    pub(crate) fn names_of(&self, tasks: impl IntoIterator<Item = TaskId>) -> TaskSet {
        let mut names = TaskSet::default();
        tasks.into_iter().for_each(|task| names.insert(self.task(task).name));
        names
    }

    /// Records that the pending operation of `task` took effect.
    pub(crate) fn record(&mut self, task: TaskId, value: Option<u64>) {
        let op = self.tasks[task.index()].pending.take().expect("an operation is announced before it takes effect");
        let Deed { ordering, wrote, choice, preempts, .. } = self.doing;
        self.events.push(Event { task, op, value, wrote, ordering, choice, preempts });
        self.doing.arms.append(&mut self.tasks[task.index()].arms);
        std::mem::swap(&mut self.done, &mut self.doing);
        self.doing.clear();
        if let Some(log) = &mut self.log {
            log.effects.extend_from_slice(&self.done.effects);
            log.ends.push(log.effects.len());
        }
    }

    /// The current task has taken `lock`.
    pub(crate) fn acquired(&mut self, lock: ObjectId, since: &'static Location<'static>) {
        let held = self.me().holds.clone();
        let task = self.current;
        self.lock_order.extend(held.iter().map(|&first| super::lock_order::Edge {
            task,
            first,
            then: Hold { object: lock, since },
            outer: held.iter().map(|hold| hold.object).filter(|&object| object != first.object).collect(),
        }));
        self.me().holds.push(Hold { object: lock, since });
    }

    /// `task` has let go of `lock`, which it has taken once at least.
    pub(crate) fn released(&mut self, task: TaskId, lock: ObjectId) {
        let holds = &mut self.tasks[task.index()].holds;
        // A guard may be dropped by another thread than the one that took it.
        if let Some(at) = holds.iter().rposition(|hold| hold.object == lock) {
            holds.remove(at);
        }
    }
}
