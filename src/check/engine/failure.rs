//! What broke in a failed execution, in one line, and who holds and waits for what.

use std::panic::Location;

use super::story::{self, obstacle, title, waits_for};
use crate::check::verdict::Failure;
use crate::sync::engine::lock_order::Edge;
use crate::sync::engine::machine::thread;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, ObjectId, Op, TaskId};
use crate::sync::engine::world::{Local, Stop, World};
use crate::sync::place::Place;

/// How loom begins when an access to a cell races with another.
const LOOMS_RACE: &str = "Causality violation: ";

/// Whether a message is of a data race, loom's or this library's.
pub(super) fn is_race(message: &str) -> bool {
    message.starts_with(LOOMS_RACE) || message.starts_with("data race ")
}

/// What broke; `None` where nothing did.
pub(super) fn failure(stop: &Stop, world: &World) -> Option<Failure> {
    // An exploration that ended before its first execution has no task to name.
    let current = || world.task_name(world.current);
    let (headline, details) = match stop {
        Stop::Enough | Stop::Unusable(_) => return None,
        Stop::Panicked { message, .. } if message.starts_with(LOOMS_RACE) => (race(world), Vec::new()),
        Stop::Panicked { message, violation: true, .. } => Failure::split(message),
        Stop::Panicked { message, location, .. } => {
            let place = location.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
            (format!("panicked: {message}{place}, in {}", current()), Vec::new())
        }
        Stop::Livelock => {
            let last = world.events.last().map(|event| words(&event.op)).unwrap_or_default();
            let (count, current) = (world.events.len(), current());
            let headline = match world.alone {
                Some(_) => {
                    format!("not lock-free: {current} does not return with everybody else stopped; last: {last}")
                }
                None => format!("livelock: {count} operations and no end; {current} last: {last}"),
            };
            (headline, Vec::new())
        }
        Stop::Spinning(task) => {
            let name = world.task_name(*task);
            let last = world.events.iter().rfind(|event| event.task == *task && !event.op.yields());
            let what = last.map(|event| what(world, &event.op));
            let pending = world.task(*task).pending.as_ref();
            let place = pending.map(|op| format!(" at {}", Place::of(op.location))).unwrap_or_default();
            let what = what.unwrap_or_default();
            let headline = match world.alone {
                Some(_) => format!("not lock-free: {name} spins{place} to {what}, and everybody else is stopped"),
                None => format!("livelock: {name} spins{place} to {what}, and nobody is left to change it"),
            };
            (headline, Vec::new())
        }
        Stop::Stuck => match world.alone {
            Some(task) => (stopped_others(world, task), Vec::new()),
            None => stuck(world),
        },
    };
    Some(Failure { headline, details, story: Some(story::tell(stop, world)) })
}

/// A data race that loom has found: the last access to a cell, and the last that it is not ordered with.
fn race(world: &World) -> String {
    let accesses = world.locals.iter().rev().filter_map(|&(_, task, what)| match what {
        Local::Access { cell, write, location } => Some((task, cell, write, location)),
        Local::Fence(..) => None,
    });
    let mut accesses = accesses.peekable();
    let Some(&(me, of, writes, _)) = accesses.peek() else { return "data race".to_owned() };
    let last = accesses.next();
    let other = accesses.find(|&(task, cell, write, _)| cell == of && task != me && (write || writes));
    let side = |(task, _, write, location): (TaskId, ObjectName, bool, &'static Location<'static>)| {
        let does = if write { "writes it" } else { "reads it" };
        format!("{} {does} at {}", world.task_name(task), Place::of(location))
    };
    let sides: Vec<String> = other.into_iter().chain(last).map(side).collect();
    let cell = world.objects.iter().position(|object| object.name == of).expect("the cell is there");
    let title = title(world, ObjectId(cell as u32));
    format!("data race on the {title}: {}, and nothing orders the two", sides.join(" and "))
}

/// `task` waits while all others are stopped.
fn stopped_others(world: &World, task: TaskId) -> String {
    let name = world.task_name(task);
    let Some(op) = &world.task(task).pending else { return format!("not lock-free: {name} does not return") };
    let what = what(world, op);
    let holder = waits_for(world, task).map(|holder| format!(", which {} has", world.task_name(holder)));
    let (place, holder) = (Place::of(op.location), holder.unwrap_or_default());
    format!("not lock-free: {name} waits to {what} at {place}{holder}, and everybody else is stopped")
}

/// Everyone who is left waits.
fn stuck(world: &World) -> (String, Vec<String>) {
    let (waiting, cycle) = waiting(world);
    let names: Vec<String> = waiting.iter().map(|&task| world.task_name(task)).collect();
    let headline = match (names.as_slice(), &cycle) {
        _ if world.body_returned => {
            let first = waiting.first().and_then(|&task| world.task(task).pending.as_ref());
            let place = first.map(|op| format!(" at {}", Place::of(op.location))).unwrap_or_default();
            match names.as_slice() {
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
    // Who holds and waits for what else is told by the story.
    let drawn = cycle.filter(|cycle| cycle.len() > 1).map(|cycle| draw(world, &cycle));
    (headline, drawn.into_iter().collect())
}

/// The tasks that wait for something, and the circle in which they do. Who waits for the end of a task that
/// itself waits has nothing to do with it, unless it is in the circle.
fn waiting(world: &World) -> (Vec<TaskId>, Option<Vec<TaskId>>) {
    let left: Vec<TaskId> = world.unfinished().collect();
    let joins = |&task: &TaskId| world.task(task).pending.as_ref().is_some_and(|op| op.is(thread::Act::Join));
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

/// Two tasks that take two locks in opposite orders.
pub(super) fn inversion(world: &World, (one, other): (&Edge, &Edge)) -> Failure {
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
    let names = list(&[world.task_name(one.task), world.task_name(other.task)]);
    Failure {
        headline: format!("lock order inverted: {names} take two locks in opposite orders"),
        details: vec![side(one), side(other)],
        story: Some(story::tell(&Stop::Enough, world)),
    }
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
        Some(Failure {
            headline: format!("nondeterminism: execution {} differs when it is run again", execution + 1),
            details: vec![
                format!("step {} was {}, and then {}", at + 1, tell(first.get(at)), tell(second.get(at))),
                "a random hash, the time or an address is the usual cause".to_owned(),
            ],
            story: None,
        })
    })
}
