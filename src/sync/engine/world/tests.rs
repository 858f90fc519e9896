//! A world by itself: what is recorded of an operation, and which tasks can go on.

use super::*;
use crate::check::verify;
use crate::sync::engine::lock_order::Held;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, moments, mutex, queue};
use crate::sync::engine::op::Op;
use crate::sync::{Mutex, channel, select};

/// How many operations an execution may have here.
const LIMIT: usize = 100;

/// What was recorded of the last operation.
fn last() -> Event {
    with(|world| world.events.last().expect("something was done").clone())
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
        let number = last().op.request.object().map(|object| object.index() as u64);
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
    let mut world = World::new(LIMIT, mpsc::channel().0);
    world.begin();
    let other = world.add_task(None);
    let owner = Some(world.task(other).name);
    let mutex = world.add_object(mutex::Mutex { owner }, Location::caller());
    (world, [TaskId::MAIN, other], mutex)
}

/// A task announces its next operation.
fn plan(world: &mut World, task: TaskId, object: ObjectId, act: impl Into<Act>) {
    world.current = task;
    world.announce(Op::one(object, act, Location::caller())).expect("it is short");
}

/// The next operation of a task takes effect.
fn act(world: &mut World, task: TaskId, object: ObjectId) -> Event {
    plan(world, task, object, mutex::Act::TryLock);
    world.resume(task);
    world.carry_out(None);
    world.events.last().expect("it was recorded").clone()
}

#[test]
fn a_turn_is_taken_from_who_could_have_gone_on() {
    let taken = |next: &dyn Fn(ObjectId) -> Option<Request<ObjectId>>| {
        let (mut world, [first, second], object) = two_tasks();
        act(&mut world, first, object);
        assert!(!act(&mut world, first, object).preempts, "nobody takes a turn from itself");
        next(object).into_iter().for_each(|request| _ = world.announce(Op { request, location: Location::caller() }));
        act(&mut world, second, object).preempts
    };
    let ask = |act: mutex::Act| move |object| Some(Request::One(object, act.into()));
    assert!(taken(&ask(mutex::Act::TryLock)));
    assert!(!taken(&|_| None), "it has nothing to do");
    assert!(!taken(&|_| Some(Request::Yield)), "it has given its turn away");
    assert!(!taken(&ask(mutex::Act::Lock)), "it has to wait");
}

#[test]
fn a_lock_is_taken_after_each_that_is_held() {
    let (mut world, ..) = two_tasks();
    let locks = [(); 3].map(|()| world.add_object(mutex::Mutex::default(), Location::caller()));
    let held = |object| Held { object, since: Location::caller(), event: 0, shared: false, waits: true };
    locks.into_iter().for_each(|lock| world.acquired(held(lock)));
    let [one, two, three] = locks;
    let order: Vec<_> =
        world.lock_order.iter().map(|edge| (edge.first.object, edge.then.object, edge.outer.as_slice())).collect();
    assert_eq!(order, [(one, two, &[][..]), (one, three, &[two]), (two, three, &[one])]);
}

#[test]
fn a_log_has_the_effects_of_this_execution() {
    let (mut world, [first, second], object) = two_tasks();
    act(&mut world, first, object);
    plan(&mut world, second, object, mutex::Act::Unlock { changed: true });
    world.carry_out(None);
    let effect =
        |world: &World, event| world.log.of(event).iter().map(|part| (part.object, part.effect)).collect::<Vec<_>>();
    let name = world.object(object).name;
    let effects = [mutex::Effect::Refused, mutex::Effect::Release].map(|effect| vec![(name, effect.into())]);
    assert_eq!([effect(&world, 0), effect(&world, 1)], effects);
    world.begin();
    let object = world.add_object(mutex::Mutex::default(), Location::caller());
    act(&mut world, first, object);
    let taken = mutex::Effect::Acquire.into();
    assert_eq!(effect(&world, 0), [(name, taken)], "the first object of main has its name in every execution");
}

/// A clone of an end is no operation: it belongs to the operation before, or if there is none, to the object's initial
/// state.
#[test]
fn what_is_no_operation_belongs_to_the_one_before() {
    let (mut world, [first, _], mutex) = two_tasks();
    let channel = world.add_object(queue::Queue::new(None), Location::caller());
    world.also(channel, queue::Act::CloneSender);
    assert_eq!(world.object(channel).initial, world.object(channel).state);
    act(&mut world, first, mutex);
    world.also(channel, queue::Act::CloneSender);
    assert_ne!(world.object(channel).initial, world.object(channel).state);
    assert_eq!((world.log.of(0).len(), world.log.own(0).len()), (2, 1));
}

#[test]
fn whoever_is_alone_goes_on_and_nobody_else() {
    let (mut world, [first, second], _) = two_tasks();
    world.alone = Some(first);
    assert!(world.enabled(first) && !world.enabled(second));
}

#[test]
fn nobody_else_goes_on_where_all_is_settled() {
    let settled = |next: Option<mutex::Act>| {
        let (mut world, [first, second], mutex) = two_tasks();
        let moments = world.add_object(moments::Moments, Location::caller());
        next.into_iter().for_each(|act| plan(&mut world, second, mutex, act));
        plan(&mut world, first, moments, moments::Act::Settle);
        world.enabled(first)
    };
    assert!(settled(Some(mutex::Act::Lock)), "the other one waits");
    assert!(!settled(Some(mutex::Act::TryLock)), "it can go on");
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
fn an_execution_has_so_many_operations_and_no_more() {
    let (mut world, [first, _], object) = two_tasks();
    (0..LIMIT).for_each(|_| _ = act(&mut world, first, object));
    let next = || Op::one(object, mutex::Act::TryLock, Location::caller());
    assert!(matches!(world.announce(next()), Err(Stop::Operations)), "nobody has yielded");
}

#[test]
fn what_another_execution_has_made_is_refused() {
    let (mut world, [first, _], object) = two_tasks();
    world.begin();
    world.add_object(mutex::Mutex::default(), Location::caller());
    world.current = first;
    let refused = world.announce(Op::one(object, mutex::Act::Lock, Location::caller()));
    assert!(matches!(refused, Err(Stop::Unsupported(what)) if what.contains("another execution")));
}
