//! From the world that a failed execution left behind to lines that a person can act on.

use crate::check::verdict::Failure;
use crate::sync::engine::lock_order::Edge;
use crate::sync::engine::op::{Event, Kind, ObjectId, Op, TaskId};
use crate::sync::engine::world::{Stop, World};
use crate::sync::panic::line;

/// How many of the last steps a report shows.
const STEPS_SHOWN: usize = 16;

/// What broke; `None` where nothing did.
pub(super) fn failure(stop: &Stop, world: &World) -> Option<Failure> {
    // An exploration that ended before its first execution has no task to name.
    let current = || world.task_name(world.current);
    let (headline, mut details) = match stop {
        Stop::Enough | Stop::Unusable(_) => return None,
        Stop::Panicked { message, violation: true, .. } => (message.clone(), Vec::new()),
        Stop::Panicked { message, location, .. } => {
            let place = location.as_ref().map(|line| format!(" at {line}")).unwrap_or_default();
            (format!("panicked: {message}{place}, in {}", current()), Vec::new())
        }
        Stop::Livelock => {
            let last = world.events.last().map(|event| event.op.to_string()).unwrap_or_default();
            let (count, current) = (world.events.len(), current());
            (format!("livelock: {count} operations and no end; {current} last: {last}"), Vec::new())
        }
        Stop::Spinning(task) => {
            let name = world.task_name(*task);
            let last = world.events.iter().rfind(|event| event.task == *task && event.op.kind != Kind::Yield);
            let what = last.map(|event| format!("{} the {}", event.op.kind.words(), object(world, event.op)));
            let place = world.task(*task).pending.map(|op| format!(" at {}", line(op.location))).unwrap_or_default();
            let what = what.unwrap_or_default();
            (format!("livelock: {name} spins{place} to {what}, and nobody is left to change it"), Vec::new())
        }
        Stop::Stuck => stuck(world),
    };
    let shown = world.events.len().saturating_sub(STEPS_SHOWN);
    details.push(match shown {
        0 => "the schedule:".to_owned(),
        _ => format!("the last {STEPS_SHOWN} of {} steps:", world.events.len()),
    });
    details.extend(world.events[shown..].iter().map(|event| step(world, event)));
    Some(Failure { headline, details })
}

/// Everyone who is left waits.
fn stuck(world: &World) -> (String, Vec<String>) {
    let waiting: Vec<TaskId> = world.unfinished().collect();
    let names = waiting.iter().map(|&task| world.task_name(task)).collect::<Vec<_>>();
    let headline = if world.body_returned {
        let first = waiting.first().and_then(|&task| world.task(task).pending);
        let place = first.map(|op| format!(" at {}", line(op.location))).unwrap_or_default();
        match names.as_slice() {
            [one] => format!("leaked worker: {one} still waits{place}"),
            many => format!("leaked workers: {} still wait, the first{place}", list(many)),
        }
    } else if let Some(cycle) = cycle(world, &waiting) {
        let names: Vec<String> = cycle.iter().map(|&task| world.task_name(task)).collect();
        match names.as_slice() {
            [one] => format!("deadlock: {one} waits for itself"),
            [_, _] => format!("deadlock: {} wait for each other", list(&names)),
            _ => format!("deadlock: {} wait for each other in a circle", list(&names)),
        }
    } else {
        match names.as_slice() {
            [one] => format!("deadlock: {one} waits, and nobody is left to wake it"),
            many => format!("deadlock: {} wait, and nobody is left to wake them", list(many)),
        }
    };
    (headline, waiting.iter().flat_map(|&task| wait(world, task)).collect())
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

fn waits_for(world: &World, task: TaskId) -> Option<TaskId> {
    let op = world.task(task).pending?;
    match op.kind {
        Kind::Lock | Kind::Read | Kind::Write | Kind::WriteDrain => {
            // A reader joins those inside, unless a writer has shut the door.
            let writer = world.shut_by(op.object).filter(|&writer| writer != task);
            writer.or_else(|| world.holder(op.object).map(|(holder, _)| holder))
        }
        Kind::Reacquire(mutex) => world.holder(mutex).map(|(holder, _)| holder),
        _ => None,
    }
}

/// What a task waits for, and what it holds meanwhile.
fn wait(world: &World, task: TaskId) -> Vec<String> {
    let name = world.task_name(task);
    let Some(op) = world.task(task).pending else { return vec![format!("{name} runs")] };
    let mut waits = format!("{name} waits to {} the {} at {}", op.kind.words(), object(world, op), line(op.location));
    if let Some(writer) = world.shut_by(op.object).filter(|&writer| writer != task) {
        waits += &format!(", behind {}, who waits to write", world.task_name(writer));
    } else if let Some((holder, since)) = world.holder(op.object) {
        waits += &format!(", which {} holds since {}", world.task_name(holder), line(since));
    }
    let holds = world
        .task(task)
        .holds
        .iter()
        .map(|hold| format!("{name} holds the {} since {}", world.object_name(hold.object), line(hold.since)));
    std::iter::once(waits).chain(holds).collect()
}

fn object(world: &World, op: Op) -> String {
    world.object_name(op.object)
}

fn step(world: &World, event: &Event) -> String {
    let value = event.value.map(|value| format!(" = {value}")).unwrap_or_default();
    let op = event.op;
    let target = match op.kind {
        Kind::Yield => String::new(),
        _ => format!(" the {}", object(world, op)),
    };
    format!("{:<10} {}{target}{value}  at {}", world.task_name(event.task), op.kind.words(), line(op.location))
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// Two tasks that take two locks in opposite orders.
pub(super) fn inversion(world: &World, (one, other): (&Edge, &Edge)) -> Failure {
    let side = |edge: &Edge| {
        format!(
            "{} took the {} at {} while it held the {} since {}",
            world.task_name(edge.task),
            world.object_name(edge.then.object),
            line(edge.then.since),
            world.object_name(edge.first.object),
            line(edge.first.since),
        )
    };
    let names = list(&[world.task_name(one.task), world.task_name(other.task)]);
    Failure {
        headline: format!("lock order inverted: {names} take two locks in opposite orders"),
        details: vec![side(one), side(other)],
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
                format!("{}{value}", event.op)
            }
            None => "the end".to_owned(),
        };
        Some(Failure {
            headline: format!("nondeterminism: execution {} differs when it is run again", execution + 1),
            details: vec![
                format!("step {} was {}, and then {}", at + 1, tell(first.get(at)), tell(second.get(at))),
                "a random hash, the time or an address is the usual cause".to_owned(),
            ],
        })
    })
}

impl World {
    /// The writer that waits in front of an RwLock for its readers to leave.
    fn shut_by(&self, lock: ObjectId) -> Option<TaskId> {
        self.unfinished()
            .find(|&task| self.task(task).pending.is_some_and(|op| op.kind == Kind::WriteDrain && op.object == lock))
    }
}
