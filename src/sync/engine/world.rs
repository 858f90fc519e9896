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

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use super::channel::ChannelState;
use super::condvar::CondvarState;
use super::effect::Effect;
use super::mutex::MutexState;
use super::names::{Names, ObjectName};
use super::op::{Event, Kind, Name, ObjectId, Op, TaskId, TaskSet};
use super::rwlock::RwLockState;
use crate::sync::place::Place;

/// Operations in one execution, past which it is taken for a loop without an end.
const STEP_LIMIT: usize = 20_000;

/// What an object is, and the part of its state that decides which operations can go ahead.
#[derive(Debug)]
pub(crate) enum State {
    Mutex(MutexState),
    RwLock(RwLockState),
    Condvar(CondvarState),
    Channel(ChannelState),
    /// Things counted that are not done yet.
    WaitGroup(usize),
    /// Whether the thread has ended.
    Thread(bool),
    Atomic,
    /// A reference count.
    Count,
    /// A cell whose accesses are watched.
    Cell,
    /// The order in which operations of what is checked begin and return.
    Moments,
}

/// An object of the execution.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) state: State,
    pub(crate) name: ObjectName,
    pub(crate) born: &'static Location<'static>,
    /// Who made it, and how many objects that task had made before.
    pub(crate) maker: (TaskId, u32),
}

/// A lock that a task holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    pub(crate) object: ObjectId,
    pub(crate) since: &'static Location<'static>,
}

/// A task of the execution.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) name: Name,
    /// What the program calls it.
    title: Option<String>,
    pub(crate) parent: TaskId,
    /// How many tasks its parent had spawned before it.
    pub(crate) ordinal: u32,
    spawned: u32,
    /// How many objects it has made.
    made: u32,
    /// The operation it is about to perform; none while it runs code of its own.
    pub(crate) pending: Option<Op>,
    /// The channels of a pending select.
    pub(crate) arms: Vec<ObjectId>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) finished: bool,
    /// The values whose last owner it has just dropped, and whose destructors it is inside of.
    pub(super) destroying: Vec<ObjectName>,
    /// How many calls of [`catch_unwind`](super::super::panic::catch_unwind) it is inside of.
    pub(crate) catching: u32,
}

/// What an operation did, besides what its event tells.
#[derive(Debug, Default)]
pub(crate) struct Deed {
    pub(crate) effects: Vec<(ObjectName, Effect)>,
    /// The channels that it selected from.
    pub(crate) arms: Vec<ObjectId>,
    /// Of an operation on an atomic.
    pub(crate) ordering: Option<Ordering>,
    wrote: Option<u64>,
    choice: Option<u32>,
    preempts: bool,
}

impl Deed {
    fn clear(&mut self) {
        self.effects.clear();
        self.arms.clear();
        (self.ordering, self.wrote, self.choice, self.preempts) = (None, None, None, false);
    }
}

/// The effects of every event, where they are kept.
#[derive(Debug, Default)]
pub(crate) struct Log {
    effects: Vec<(ObjectName, Effect)>,
    /// Where those of each event end.
    ends: Vec<usize>,
}

impl Log {
    fn clear(&mut self) {
        self.effects.clear();
        self.ends.clear();
    }

    /// Those of the event of that number.
    pub(crate) fn of(&self, event: usize) -> &[(ObjectName, Effect)] {
        let start = event.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.effects[start..self.ends[event]]
    }
}

/// Something that a task does between its operations: it is no scheduling point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Local {
    Fence(Ordering, &'static Location<'static>),
    Access { cell: ObjectName, write: bool, location: &'static Location<'static> },
}

/// How an execution ended that did not run to completion.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A task panicked and nothing caught it.
    Panicked { message: String, violation: bool, location: Option<Place> },
    /// No task can go on.
    Stuck,
    /// More operations than any check needs.
    Livelock,
    /// This task spins on something that nobody is left to change.
    Spinning(TaskId),
    /// What a search was to go on from cannot be used, in words.
    Unusable(String),
    /// The explorer has seen enough: the budget is used up, or only this execution was wanted.
    Enough,
}

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

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    static STOPPED: Cell<bool> = const { Cell::new(false) };
}

/// Makes this thread one that runs executions; their failures go to `sink`.
pub(crate) fn enter(sink: mpsc::Sender<(Stop, World)>) {
    WORLD.set(Some(World {
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
    }));
}

/// Takes the world away again, with what the last execution left in it.
pub(crate) fn leave() -> World {
    WORLD.take().expect("no execution runs on this thread")
}

/// Whether this thread runs executions.
pub(crate) fn active() -> bool {
    WORLD.with(|world| world.try_borrow().is_ok_and(|world| world.is_some()))
}

/// Adds an object that is no place of waiting, if an execution runs on this thread.
pub(super) fn add_to_current(state: State, made: &'static Location<'static>) -> Option<(ObjectId, ObjectName)> {
    active().then(|| {
        with(|world| {
            let id = world.add_object(state, made);
            (id, world.objects[id.index()].name)
        })
    })
}

/// Runs `f` on the world of this thread.
///
/// # Panics
///
/// Where no execution runs: an engine build has no primitives outside one.
#[track_caller]
pub(crate) fn with<R>(f: impl FnOnce(&mut World) -> R) -> R {
    if STOPPED.get() {
        sleep_for_good();
    }
    WORLD.with_borrow_mut(|world| match world {
        Some(world) => f(world),
        None => panic!(
            "selvedge::sync was used outside of an execution: in a build with `--cfg loom` or \
             `--cfg shuttle`, wrap the code in `selvedge::check::verify(|| ..)`"
        ),
    })
}

/// Ends the execution: hands `stop` to the explorer and never returns.
pub(crate) fn stop(stop: Stop) -> ! {
    report(stop);
    sleep_for_good()
}

/// Hands `stop` to the explorer; this thread sleeps at its next operation.
pub(crate) fn report(stop: Stop) {
    if !STOPPED.replace(true) {
        let world = leave();
        let sink = world.sink.clone();
        // The explorer may have gone away with its process; there is nobody left to tell then.
        let _ = sink.send((stop, world));
    }
}

/// Whether the execution on this thread has been stopped.
pub(crate) fn stopped() -> bool {
    STOPPED.get()
}

pub(crate) fn sleep_for_good() -> ! {
    loop {
        std::thread::park();
    }
}

impl World {
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
            (State::Channel(_), Kind::Select) => self.task(task).arms.iter().any(|&arm| self.channel(arm).readable()),
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

/// Defines typed access to the states of objects: an id is only ever used with the type that made it.
macro_rules! states {
    ($($variant:ident: $get_mut:ident $(, $get:ident)? -> $state:ty;)*) => {
        impl World {
            $(
                $(pub(crate) fn $get(&self, id: ObjectId) -> &$state {
                    match &self.objects[id.index()].state {
                        State::$variant(state) => state,
                        other => unreachable!("{} is not what {other:?} is", stringify!($variant)),
                    }
                })?

                pub(crate) fn $get_mut(&mut self, id: ObjectId) -> &mut $state {
                    match &mut self.objects[id.index()].state {
                        State::$variant(state) => state,
                        other => unreachable!("{} is not what {other:?} is", stringify!($variant)),
                    }
                }
            )*
        }
    };
}

states! {
    Mutex: mutex_mut, mutex -> MutexState;
    RwLock: rwlock_mut -> RwLockState;
    Condvar: condvar_mut -> CondvarState;
    Channel: channel_mut, channel -> ChannelState;
    WaitGroup: wait_group_mut -> usize;
    Thread: thread_mut, thread -> bool;
}
