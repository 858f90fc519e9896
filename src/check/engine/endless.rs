//! An execution that has as many operations as it may have: is it long, or has it no end?
//!
//! It is a livelock if its later half is a cycle of states in which every enabled thread went on and yielded: each
//! thread does the same again and again, sees the same, and changes nothing for good. A thread that repeats itself and
//! never yields may just not have been preempted, which is no failure of the program. Every other execution is only
//! long.

use crate::sync::engine::op::{Event, TaskId};
use crate::sync::engine::world::World;

/// How many events of one thread may be a turn of its loop.
const TURN: usize = 500;

/// What an execution that reaches the limit on operations is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Endless {
    /// These threads go round in a circle, and let all others go on.
    Livelock(Vec<TaskId>),
    /// This thread goes round in a circle, and does not let others go on that could.
    NeverYields(TaskId),
    /// It is only long.
    Long,
}

/// What the execution is that `world` has run so far.
pub(super) fn judge(world: &World) -> Endless {
    let from = world.events.len() / 2;
    let later: Vec<(usize, &Event)> = world.events.iter().enumerate().skip(from).collect();
    let of = |task: TaskId| later.iter().copied().filter(move |(_, event)| event.task == task).collect::<Vec<_>>();
    let (there, gone): (Vec<TaskId>, Vec<TaskId>) = world.unfinished().partition(|&task| !of(task).is_empty());
    if there.is_empty() || !there.iter().all(|&task| goes_round(world, &of(task))) {
        return Endless::Long;
    }
    let yields = |task: TaskId| of(task).iter().any(|(_, event)| event.op.yields());
    let waits = |task: &TaskId| !world.enabled(*task);
    match there.iter().find(|&&task| !yields(task)) {
        Some(&task) if there.len() > 1 || !gone.iter().all(waits) => Endless::NeverYields(task),
        _ if gone.iter().all(waits) => Endless::Livelock(there),
        _ => Endless::Long,
    }
}

/// Whether the events of a thread repeat themselves, and leave no mark.
fn goes_round(world: &World, events: &[(usize, &Event)]) -> bool {
    // The next turn may choose another value.
    let marks = |&(number, event): &(usize, &Event)| {
        event.op.chooses() || world.log.of(number).iter().any(|part| part.act.changes_content())
    };
    let same = |one: &(usize, &Event), other: &(usize, &Event)| {
        one.1 == other.1 && world.log.of(one.0) == world.log.of(other.0)
    };
    let repeats = |&turn: &usize| events.iter().zip(&events[turn..]).all(|(one, other)| same(one, other));
    !events.iter().any(marks) && (1..=TURN.min(events.len() / 2)).any(|turn| repeats(&turn))
}
