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

    /// 0 for the main task, and from 1 on for its children in the order in which it starts them.
    pub(crate) fn place_beside_main(&self) -> Option<usize> {
        let me = self.task(self.current);
        match (self.current, me.parent) {
            (TaskId::MAIN, _) => Some(0),
            (_, TaskId::MAIN) => Some(me.ordinal as usize + 1),
            _ => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;
    use crate::sync::engine::mutex::MutexState;
    use crate::sync::{Mutex, channel, select};

    /// What was recorded of the last operation.
    fn last() -> Event {
        with(|world| *world.events.last().expect("something was done"))
    }

    #[test]
    fn what_an_attempt_came_to_is_recorded() {
        verify(|| {
            let mutex = Mutex::new(());
            let held = mutex.lock();
            assert_eq!(last().value, None);
            drop(held);
            let _held = mutex.try_lock();
            assert_eq!(last().value, Some(1));
            let (sender, receiver) = channel::bounded(1);
            let sent = [1, 2].map(|message| (sender.try_send(message).is_ok(), last().value));
            assert_eq!(sent, [(true, Some(1)), (false, Some(0))]);
            let received = [(); 2].map(|()| (receiver.try_recv().is_ok(), last().value));
            assert_eq!(received, [(true, Some(1)), (false, Some(0))]);
            sender.send(3).unwrap();
            assert_eq!((receiver.recv(), last().value), (Ok(3), Some(1)));
            drop(sender);
            assert_eq!((receiver.recv().is_ok(), last().value), (false, Some(0)));
        });
    }

    #[test]
    fn a_select_records_where_it_took_from() {
        verify(|| {
            // A number of its own, which is not how many messages there were.
            let _others = [channel::unbounded::<()>(), channel::unbounded()];
            let ((sender, receiver), (_open, empty)) = (channel::unbounded(), channel::unbounded::<u32>());
            sender.send(1).unwrap();
            let number = Some(last().op.object.index() as u64);
            select! { recv(empty) -> _ => (), recv(receiver) -> _ => () }
            assert_eq!(last().value, number);
            sender.send(2).unwrap();
            select! { recv(empty) -> _ => (), recv(receiver) -> _ => (), default => () }
            assert_eq!(last().value, number);
            select! { recv(empty) -> _ => (), recv(receiver) -> _ => (), default => () }
            assert_eq!(last().value, None);
        });
    }

    /// A world with two tasks and a mutex that the second holds.
    fn two_tasks() -> (World, [TaskId; 2], ObjectId) {
        let mut world = World::new(mpsc::channel().0);
        world.begin();
        let other = world.add_task(None);
        let mutex = world.add_object(State::Mutex(MutexState { owner: Some(other) }), Location::caller());
        (world, [TaskId::MAIN, other], mutex)
    }

    /// The next operation of a task takes effect.
    fn act(world: &mut World, task: TaskId, object: ObjectId) -> Event {
        world.current = task;
        world.announce(Op { kind: Kind::Load, object, location: Location::caller() });
        world.resume(task);
        world.chose(1);
        world.record(task, None);
        *world.events.last().expect("it was recorded")
    }

    #[test]
    fn a_turn_is_taken_from_who_could_have_gone_on() {
        let taken = |next: Option<Kind>| {
            let (mut world, [first, second], object) = two_tasks();
            act(&mut world, first, object);
            assert!(!act(&mut world, first, object).preempts, "nobody takes a turn from itself");
            next.into_iter().for_each(|kind| _ = world.announce(Op { kind, object, location: Location::caller() }));
            act(&mut world, second, object).preempts
        };
        assert!(taken(Some(Kind::TryLock)));
        assert!(!taken(None), "it has nothing to do");
        assert!(!taken(Some(Kind::Yield)), "it has given its turn away");
        assert!(!taken(Some(Kind::Lock)), "it has to wait");
    }

    #[test]
    fn a_choice_is_recorded() {
        let (mut world, [first, _], object) = two_tasks();
        assert_eq!(act(&mut world, first, object).choice, Some(1));
    }

    #[test]
    fn a_lock_is_taken_after_each_that_is_held() {
        let (mut world, ..) = two_tasks();
        let locks = [(); 3].map(|()| world.add_object(State::Mutex(MutexState::default()), Location::caller()));
        locks.into_iter().for_each(|lock| world.acquired(lock, Location::caller()));
        let [one, two, three] = locks;
        let order: Vec<_> =
            world.lock_order.iter().map(|edge| (edge.first.object, edge.then.object, edge.outer.as_slice())).collect();
        assert_eq!(order, [(one, two, &[][..]), (one, three, &[two]), (two, three, &[one])]);
    }

    #[test]
    fn a_log_has_the_effects_of_this_execution() {
        let (mut world, [first, _], object) = two_tasks();
        world.log = Some(Log::default());
        for effect in [Effect::Load, Effect::Store] {
            world.touch(object, effect);
            act(&mut world, first, object);
        }
        let name = world.objects[object.index()].name;
        let log = world.log.as_ref().expect("it was asked for");
        assert_eq!([log.of(0), log.of(1)], [[(name, Effect::Load)], [(name, Effect::Store)]]);
        world.begin();
        let object = world.add_object(State::Atomic, Location::caller());
        world.touch(object, Effect::Counted);
        act(&mut world, first, object);
        let log = world.log.as_ref().expect("it is kept for the next execution");
        assert_eq!(log.of(0), [(name, Effect::Counted)], "the first object of main has its name in every execution");
    }

    /// The next operation of a task.
    fn plan(world: &mut World, task: TaskId, kind: Kind, object: ObjectId) {
        world.current = task;
        world.announce(Op { kind, object, location: Location::caller() });
    }

    #[test]
    fn whoever_is_alone_goes_on_and_nobody_else() {
        let (mut world, [first, second], _) = two_tasks();
        world.alone = Some(first);
        assert!(world.enabled(first) && !world.enabled(second));
    }

    #[test]
    fn a_select_goes_ahead_where_an_arm_does() {
        verify(|| {
            let (sender, receiver) = channel::bounded(1);
            let (arm, _) = receiver.arm();
            let goes_ahead = || {
                with(|world| {
                    let me = world.current;
                    plan(world, me, Kind::Select, arm);
                    world.me().arms = vec![arm];
                    let enabled = world.enabled(me);
                    (world.me().pending, world.me().arms) = (None, Vec::new());
                    enabled
                })
            };
            assert!(!goes_ahead());
            sender.send(1).unwrap();
            assert!(goes_ahead());
        });
    }

    #[test]
    fn nobody_else_goes_on_where_all_is_settled() {
        let settled = |next: Option<Kind>| {
            let (mut world, [first, second], mutex) = two_tasks();
            let moments = world.add_object(State::Moments, Location::caller());
            next.into_iter().for_each(|kind| plan(&mut world, second, kind, mutex));
            plan(&mut world, first, Kind::Settle, moments);
            world.enabled(first)
        };
        assert!(settled(Some(Kind::Lock)), "the other one waits");
        assert!(!settled(Some(Kind::TryLock)), "it can go on");
        assert!(!settled(None), "it runs code of its own");
    }

    #[test]
    fn a_path_leads_to_a_task() {
        let (mut world, [_, second], _) = two_tasks();
        let sibling = world.add_task(None);
        world.current = second;
        let child = world.add_task(None);
        let paths = [TaskId::MAIN, second, sibling, child].map(|task| world.task_path(task));
        assert_eq!(paths, ["main", "main.0", "main.1", "main.0.0"]);
    }

    #[test]
    fn a_loop_without_an_end_is_told() {
        let (mut world, [first, _], object) = two_tasks();
        for _ in 0..20_000 {
            assert!(!world.livelocked());
            act(&mut world, first, object);
        }
        assert!(world.livelocked());
    }
}
