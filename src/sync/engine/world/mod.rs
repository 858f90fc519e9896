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

use std::borrow::Cow;
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc;

use smallvec::SmallVec;

use super::lock_order::Edge;
use super::machine::State;
use super::names::{Names, ObjectName};
use super::op::{Event, Name, ObjectId, TaskId};
#[cfg(shuttle)]
use super::orderings::Orderings;
use super::pointers::{Pointer, Pointers};
use crate::sync::memory::Memory;

mod current;
mod operations;
mod parts;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use current::{active, enter, leave, report, stop, stopped, with};
pub(in crate::sync::engine) use current::{add_to_current, with_active};
#[cfg(shuttle)]
pub(crate) use current::{ask_witness, at};
#[cfg(shuttle)]
pub(crate) use parts::{Besides, Freed, Freeing, Handed, Witness};
pub(crate) use parts::{Call, Compound, Done, Local, Log, Object, Race, Spurious, Stop, Task};

/// How many executions have begun in this process.
static EXECUTIONS: AtomicU32 = AtomicU32::new(1);

/// The world of the execution that runs on this thread.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tasks: Vec<Task>,
    pub(crate) objects: Vec<Object>,
    pub(crate) events: Vec<Event>,
    pub(crate) current: TaskId,
    pub(crate) lock_order: Vec<Edge>,
    /// The body of the check has returned; only threads that it started still run.
    pub(crate) body_returned: bool,
    /// The number of the value that the check has returned, until it is counted.
    pub(crate) given: Option<usize>,
    /// Each object by its name, as far as it has been made, and each task.
    by_name: Vec<Option<ObjectId>>,
    tasks_by_name: Vec<Option<TaskId>>,
    /// How many tasks have announced nothing and not ended: they run code of their own.
    pub(crate) running: usize,
    /// How many have ended.
    ended: usize,
    /// How many have announced that they let others go first.
    pub(crate) yielding: usize,
    /// How many have let others go first, and done nothing since.
    pub(crate) yielded: usize,
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
    /// What was dropped beside those who had used it.
    #[cfg(shuttle)]
    pub(crate) freed: Vec<Freed>,
    #[cfg(shuttle)]
    pub(crate) handed: Vec<Handed>,
    #[cfg(shuttle)]
    pub(crate) witness: Witness,
    /// Objects of several primitives.
    pub(crate) compounds: Vec<Compound>,
    /// The calls of their methods, in the order in which they began.
    pub(crate) calls: Vec<Call>,
    /// The execution is given up: what is dropped now, the program has not dropped.
    pub(crate) given_up: bool,
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
            ended: 0,
            yielding: 0,
            yielded: 0,
            choice: None,
            preempts: false,
            log: Log::default(),
            locals: Vec::new(),
            #[cfg(shuttle)]
            besides: Vec::new(),
            #[cfg(shuttle)]
            freed: Vec::new(),
            #[cfg(shuttle)]
            handed: Vec::new(),
            #[cfg(shuttle)]
            witness: Witness::default(),
            compounds: Vec::new(),
            calls: Vec::new(),
            given_up: false,
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
        (self.running, self.ended, self.yielding, self.yielded) = (0, 0, 0, 0);
        self.log.clear();
        self.locals.clear();
        #[cfg(shuttle)]
        self.besides.clear();
        #[cfg(shuttle)]
        {
            self.freed.clear();
            self.handed.clear();
        }
        self.compounds.clear();
        self.calls.clear();
        self.given_up = false;
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
        self.add_task(Some("main".into()));
    }

    /// Adds a child of the current task.
    pub(crate) fn add_task(&mut self, title: Option<Cow<'static, str>>) -> TaskId {
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
            #[cfg(shuttle)]
            joined: None,
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
            defenceless: false,
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
            dropped: false,
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
}

/// Sets what is at `index`, for which there may not be room yet.
fn set_at<T: Copy>(room: &mut Vec<Option<T>>, index: usize, value: T) {
    if room.len() <= index {
        room.resize(index + 1, None);
    }
    room[index] = Some(value);
}
