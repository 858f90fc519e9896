//! What broke in a failed execution, in one line, and which threads hold and wait for what.

use std::panic::Location;

use super::endless::{self, Endless};
use super::story::{self, obstacle, title, waits_for};
#[cfg(shuttle)]
use super::{rc11, trace::race};
use crate::check::config::Config;
use crate::check::engines::Engine;
use crate::check::verdict::{Failure, Kind};
#[cfg(shuttle)]
use crate::sync::engine::lock_order::Edge;
use crate::sync::engine::machine::Act;
#[cfg(loom)]
use crate::sync::engine::machine::Part;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, Op, TaskId};
#[cfg(shuttle)]
use crate::sync::engine::world::Freeing;
use crate::sync::engine::world::{Local, Race, Stop, World};
use crate::sync::place::Place;

/// What broke; `None` where nothing did. A data race comes first: what happens after it cannot be trusted.
pub(super) fn failure(stop: &Stop, world: &World, config: &Config) -> Option<Failure> {
    let mut failure = ending(stop, world)?;
    let race = match stop {
        Stop::Race(race) => Some(*race),
        _ => unordered(world, config.engine),
    };
    if let Some(race) = race.filter(|_| failure.kind != Kind::Race) {
        let details = [format!("then {}", failure.headline)].into_iter().chain(failure.details);
        failure = Failure { details: details.collect(), ..racing(world, race) };
    }
    #[cfg(loom)]
    failure.details.extend(false_alarm(world));
    #[cfg(shuttle)]
    if let Some(witness) = world.witness.0.as_ref().and_then(|witness| witness.downcast_ref::<rc11::Witness>()) {
        failure.details.extend(witness.details(world));
    }
    let mut story = story::tell(Some(stop), race, world);
    if config.unfolded {
        story.calls.clear();
    }
    Some(Failure { story: Some(story), ..failure })
}

/// What nothing orders, where the engine has not looked for it itself.
#[cfg(shuttle)]
fn unordered(world: &World, engine: Engine) -> Option<Race> {
    // Under rc11 a load need not read the last store.
    race::find(world).filter(|_| engine != Engine::Rc11)
}

/// loom looks for races itself.
#[cfg(loom)]
fn unordered(_: &World, _: Engine) -> Option<Race> {
    None
}

/// What the execution has of the operations for which loom is known to fail correct programs.
#[cfg(loom)]
fn false_alarm(world: &World) -> Option<String> {
    use crate::check::story::Ordering;
    use crate::sync::engine::machine::atomic;

    let parts = || (0..world.events.len()).flat_map(|event| world.log.of(event));
    let acts =
        || parts().filter_map(|part| if let Act::Atomic(act) = part.act { Some((part.object, act)) } else { None });
    let is_sc = |part: &Part| part.act.ordering(part.effect) == Some(Ordering::SeqCst);
    let changes = |act| !matches!(act, atomic::Act::Load(_) | atomic::Act::Store(..));
    let mut stores = acts().filter(|(_, act)| matches!(act, atomic::Act::Store(..)));
    let what = if parts().any(|part| matches!(part.act, Act::Atomic(_)) && is_sc(part)) {
        "SeqCst accesses, which it takes for acquire and release"
    } else if stores.any(|(object, _)| acts().any(|(other, act)| other == object && changes(act))) {
        "read-modify-writes beside plain stores to one atomic"
    } else {
        return None;
    };
    Some(format!(
        "it may be a false alarm: loom 0.7.3 is known to fail right programs that have {what}; where dpor (--cfg shuttle) says \
         EXHAUSTED, SC suffices, the program is right"
    ))
}

/// How an execution ended, if that is a failure.
fn ending(stop: &Stop, world: &World) -> Option<Failure> {
    // An exploration that ended before its first execution has no task to name.
    let current = || world.task_name(world.current);
    Some(match stop {
        Stop::Enough | Stop::Overdue(_) | Stop::Unusable(_) | Stop::Apart(_) | Stop::Unsupported(_) => return None,
        Stop::Panicked { message, violation, location } => {
            let whose = format!(", in {}", current());
            let failure = Failure::panicked(message.clone(), *violation, location.clone(), &whose);
            let details = failure.details.iter().cloned().chain(left_waiting(world));
            Failure { details: details.collect(), ..failure }
        }
        Stop::Race(race) => racing(world, *race),
        Stop::Nondeterministic(how) => Failure::new(Kind::Nondeterminism, Vec::new(), format!("nondeterminism: {how}")),
        Stop::Operations if world.alone.is_some() => {
            let last = world.events.last().map(|event| words(&event.op)).unwrap_or_default();
            let headline =
                format!("not lock-free: {} does not return with everybody else stopped; last: {last}", current());
            Failure::new(Kind::NotLockFree, Vec::new(), headline)
        }
        Stop::Operations => match endless::judge(world) {
            Endless::Livelock(tasks) => livelock(world, &tasks),
            Endless::NeverYields(_) | Endless::Long => return None,
        },
        Stop::Spinning(task) if world.alone.is_some() => {
            let (name, what, place) = spinner(world, *task);
            let headline =
                format!("not lock-free: {name} spins{} to {what}, and everybody else is stopped", at(&place));
            Failure::new(Kind::NotLockFree, place.into_iter().collect(), headline)
        }
        Stop::Spinning(task) => livelock(world, &[*task]),
        Stop::Round(tasks) => livelock(world, tasks),
        Stop::Stuck => match world.alone {
            Some(task) => stopped_others(world, task),
            None => stuck(world),
        },
    })
}

/// Threads that go round in a circle, and those that wait for what one of them holds and so cannot end the circle.
fn livelock(world: &World, tasks: &[TaskId]) -> Failure {
    let (name, what, place) = spinner(world, tasks[0]);
    let names: Vec<String> = tasks.iter().map(|&task| world.task_name(task)).collect();
    let kept = |task: TaskId| {
        let op = world.task(task).pending.as_ref().filter(|op| !joins(op))?;
        let holder = waits_for(world, task).filter(|holder| tasks.contains(holder))?;
        let (waits, holds) = (world.task_name(task), world.task_name(holder));
        Some(format!("{waits} waits to {} at {}, and {holds} has it", self::what(world, op), Place::of(op.location)))
    };
    let kept: Vec<String> = world.unfinished().filter_map(kept).collect();
    let headline = match tasks {
        [_] if kept.is_empty() => {
            format!("livelock: {name} spins{} to {what}, and nobody is left to change it", at(&place))
        }
        [_] => format!("livelock: {name} spins{} to {what}, and holds what others wait for", at(&place)),
        _ => format!("livelock: {} go round in a circle, {name}{} to {what}", list(&names), at(&place)),
    };
    Failure { details: kept, ..Failure::new(Kind::Livelock, place.into_iter().collect(), headline) }
}

/// The name of a thread that spins, what it does last in each turn, and where it lets others go first.
fn spinner(world: &World, task: TaskId) -> (String, String, Option<Place>) {
    let last = |yields: bool| world.events.iter().rfind(|event| event.task == task && event.op.yields() == yields);
    let what = last(false).map(|event| what(world, &event.op)).unwrap_or_default();
    (world.task_name(task), what, last(true).or(last(false)).map(|event| Place::of(event.op.location)))
}

fn at(place: &Option<Place>) -> String {
    place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default()
}

/// The limit on operations that an execution reached, with its last operation.
pub(super) fn too_long(world: &World) -> String {
    let (count, last) = (world.events.len(), world.events.last());
    let last = last.map(|event| format!("; {} last: {}", world.task_name(event.task), words(&event.op)));
    format!("the limit of {count} operations in one execution{}", last.unwrap_or_default())
}

/// What nothing orders.
fn racing(world: &World, race: Race) -> Failure {
    let (earlier, later) = match race {
        Race::Accesses { earlier, later } => (earlier, later),
        Race::Making { object, user, at } => return makes(world, object, user, at),
    };
    let side = |number: usize| {
        let (_, task, what) = world.locals[number];
        let Local::Access { cell, write, location } = what else { unreachable!("a fence does not race") };
        let does = if write { "writes it" } else { "reads it" };
        let place = Place::of(location);
        (cell, format!("{} {does} at {place}", world.task_name(task)), place)
    };
    let ((cell, one, first), (_, other, second)) = (side(earlier), side(later));
    let cell = title(world, world.object_of(cell).expect("the cell is there"));
    let headline = format!("data race on the {cell}: {one} and {other}, and nothing orders the two");
    Failure::new(Kind::Race, vec![first, second], headline)
}

/// The use of an object by a task that nothing tells of its making.
fn makes(world: &World, object: ObjectName, user: TaskId, at: &'static Location<'static>) -> Failure {
    let id = world.object_of(object).expect("it was made");
    let (made, used) = (Place::of(world.object(id).born), Place::of(at));
    let [maker, user] = [world.object(id).maker.0, user].map(|task| world.task_name(task));
    let headline = format!(
        "data race on the {}: {maker} makes it at {made} and {user} uses it at {used}, and nothing orders the two",
        title(world, id)
    );
    Failure::new(Kind::Race, vec![made, used], headline)
}

/// `task` waits while all others are stopped.
fn stopped_others(world: &World, task: TaskId) -> Failure {
    let name = world.task_name(task);
    let headline = match &world.task(task).pending {
        None => format!("not lock-free: {name} does not return"),
        Some(op) => {
            let holder = waits_for(world, task).map(|holder| format!(", which {} has", world.task_name(holder)));
            let (what, place, holder) = (what(world, op), Place::of(op.location), holder.unwrap_or_default());
            format!("not lock-free: {name} waits to {what} at {place}{holder}, and everybody else is stopped")
        }
    };
    Failure::new(Kind::NotLockFree, places(world, &[task]), headline)
}

/// The threads that wait when a thread panics, if only that thread could have gone on.
fn left_waiting(world: &World) -> Vec<String> {
    let others: Vec<TaskId> = world.unfinished().filter(|&task| task != world.current).collect();
    let waits = |&task: &TaskId| {
        let op = world.task(task).pending.as_ref().filter(|op| !joins(op))?;
        Some(format!("meanwhile {} waits to {} at {}", world.task_name(task), what(world, op), Place::of(op.location)))
    };
    if others.iter().any(|&task| world.enabled(task)) { Vec::new() } else { others.iter().filter_map(waits).collect() }
}

/// Where tasks wait.
fn places(world: &World, tasks: &[TaskId]) -> Vec<Place> {
    let pending = tasks.iter().filter_map(|&task| world.task(task).pending.as_ref());
    pending.map(|op| Place::of(op.location)).collect()
}

/// All threads that are left wait.
fn stuck(world: &World) -> Failure {
    let (waiting, cycle) = waiting(world);
    let names: Vec<String> = waiting.iter().map(|&task| world.task_name(task)).collect();
    let places = places(world, &waiting);
    let kind = if world.body_returned { Kind::Leak } else { Kind::Deadlock };
    let headline = match (names.as_slice(), &cycle) {
        (names, _) if world.body_returned => {
            let place = places.first().map(|place| format!(" at {place}")).unwrap_or_default();
            match names {
                [one] => format!("leaked worker: {one} still waits{place}"),
                many => format!("leaked workers: {} still wait, the first{place}", list(many)),
            }
        }
        ([one], Some(_)) => format!("deadlock: {one} waits for itself"),
        ([_, _], Some(_)) => format!("deadlock: {} wait for each other", list(&names)),
        (_, Some(_)) => format!("deadlock: {} wait for each other in a circle", list(&names)),
        ([one], None) => format!("deadlock: {one} waits, and nobody is left to wake it"),
        (many, None) => format!("deadlock: {} wait, and nobody is left to wake them", list(many)),
    };
    // The story tells which other threads hold and wait for what.
    let drawn = cycle.filter(|cycle| cycle.len() > 1).map(|cycle| draw(world, &cycle));
    Failure { details: drawn.into_iter().collect(), ..Failure::new(kind, places, headline) }
}

/// Whether it waits for the end of a thread.
fn joins(op: &Op) -> bool {
    matches!(op.request, Request::One(_, Act::Thread(act)) if act.waits_for_the_end())
}

/// The tasks that wait for something, and the circle in which they do. Who waits for the end of a task that
/// itself waits has nothing to do with it, unless it is in the circle.
fn waiting(world: &World) -> (Vec<TaskId>, Option<Vec<TaskId>>) {
    let left: Vec<TaskId> = world.unfinished().collect();
    let joins = |&task: &TaskId| world.task(task).pending.as_ref().is_some_and(joins);
    let cycle = cycle(world, &left);
    let waiting = match &cycle {
        Some(cycle) => cycle.clone(),
        None if left.iter().all(joins) => left,
        None => left.into_iter().filter(|task| !joins(task)).collect(),
    };
    (waiting, cycle)
}

/// The circle: each task, and the object that the next one has.
fn draw(world: &World, cycle: &[TaskId]) -> String {
    let arrow = |&task: &TaskId| {
        let (object, _) = obstacle(world, task).expect("who is in a circle waits");
        format!("{} ──{}──▶ ", world.task_name(task), title(world, object))
    };
    cycle.iter().map(arrow).collect::<String>() + &world.task_name(cycle[0])
}

/// Tasks each of which waits for a lock that the next one holds.
fn cycle(world: &World, waiting: &[TaskId]) -> Option<Vec<TaskId>> {
    waiting.iter().find_map(|&start| {
        let mut path = vec![start];
        loop {
            let next = waits_for(world, *path.last()?)?;
            if next == start {
                return Some(path);
            }
            if path.contains(&next) {
                return None;
            }
            path.push(next);
        }
    })
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What an operation does, and to what.
fn what(world: &World, op: &Op) -> String {
    let object = op.request.object().map(|object| format!(" the {}", title(world, object)));
    format!("{}{}", op.request.words().verb, object.unwrap_or_default())
}

fn words(op: &Op) -> String {
    format!("{} at {}", op.request.words().verb, Place::of(op.location))
}

/// Two tasks that take two locks in opposite orders, in one line.
#[cfg(shuttle)]
pub(super) fn inversion(world: &World, (one, other): (&Edge, &Edge)) -> String {
    let side = |edge: &Edge| {
        format!(
            "{} took the {} at {} while it held the {} since {}",
            world.task_name(edge.task),
            title(world, edge.then.object),
            Place::of(edge.then.since),
            title(world, edge.first.object),
            Place::of(edge.first.since),
        )
    };
    format!("lock order inverted, and no deadlock was met: {}, and {}", side(one), side(other))
}

/// That an object was dropped, and nothing told of a use, in one line.
#[cfg(shuttle)]
pub(super) fn freeing(world: &World, Freeing { object, by, user, at }: Freeing) -> String {
    let id = world.object_of(object).expect("it was made");
    let [dropper, user] = [by, user].map(|task| world.task_name(task));
    format!(
        "{dropper} drops the {} made at {}, and nothing of selvedge::sync tells it of {user}'s use at {}; no use after free was met",
        title(world, id),
        Place::of(world.object(id).born),
        Place::of(at)
    )
}

/// The first step in which two runs of the same executions differ.
pub(super) fn nondeterminism(first: &[Vec<Event>], second: &[Vec<Event>]) -> Option<Failure> {
    first.iter().zip(second).enumerate().find_map(|(execution, (first, second))| {
        let length = first.len().max(second.len());
        let at = (0..length).find(|&at| first.get(at) != second.get(at))?;
        let tell = |event: Option<&Event>| match event {
            Some(event) => {
                let value = event.value.map(|value| format!(" = {value}")).unwrap_or_default();
                format!("{}{value}", words(&event.op))
            }
            None => "the end".to_owned(),
        };
        let headline = format!("nondeterminism: execution {} differs when it is run again", execution + 1);
        let details = vec![
            format!("step {} was {}, and then {}", at + 1, tell(first.get(at)), tell(second.get(at))),
            "a random hash, the time, an address, a static or std's thread_local is the usual cause".to_owned(),
        ];
        Some(Failure { details, ..Failure::new(Kind::Nondeterminism, Vec::new(), headline) })
    })
}
