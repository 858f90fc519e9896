//! What a task is about to do, as the search knows it.

use super::deed::Step;
use super::together::Together;
use crate::sync::engine::machine::request::{Otherwise, Request};
use crate::sync::engine::machine::{Act, State, condvar, moments};
use crate::sync::engine::op::{self, ObjectId};
use crate::sync::engine::world::{Object, Stop, World};
use crate::sync::place::Place;

/// What a task is about to do.
pub(super) enum Next {
    Yields,
    /// Something that no other thread notices.
    Tells,
    Step(Step),
}

/// Whether an object is one that the model knows as a location; a thread is one from its start.
pub(super) fn is_location(world: &World, object: &Object) -> bool {
    match object.initial {
        State::Cell(_) | State::Moments(_) => false,
        // The body of the check was not started by a task.
        State::Thread(ref thread) => thread.task.is_some(),
        // A count that does not matter is not recorded.
        State::Count(_) => world.does_matter(object.name),
        _ => true,
    }
}

/// What it does at the same time: a wait that begins releases the mutex.
pub(super) fn also(world: &World, task: op::TaskId) -> Option<Step> {
    match world.task(task).pending.as_ref()?.request {
        Request::Both((_, condvar::Act::Sleep), (mutex, unlock)) => {
            Some(Step::Also(world.object(mutex).name, unlock.into()))
        }
        _ => None,
    }
}

/// What a task is about to do, which has chosen one of its ways, if it has; of the two of an attempt that may fail there
/// are so many.
///
/// # Errors
///
/// Says what it is, if the model does not know it.
pub(super) fn next(
    world: &World,
    together: &Together,
    task: op::TaskId,
    chosen: Option<u32>,
    may_fail: impl FnOnce() -> u32,
) -> Result<Next, Stop> {
    let op = world.task(task).pending.as_ref().expect("it has announced something");
    let at = |(object, act): (ObjectId, Act)| (world.object(object).name, act);
    Ok(match &op.request {
        Request::Yield => Next::Yields,
        &Request::Choose(ways, why) => match chosen {
            None if why.is_failure() => Next::Step(Step::Chooses(may_fail())),
            None => Next::Step(Step::Chooses(ways)),
            Some(_) => Next::Tells,
        },
        Request::One(_, Act::Moments(moments::Act::Invoke | moments::Act::Respond)) => Next::Tells,
        Request::One(_, Act::Moments(moments::Act::Settle)) => Next::Step(Step::Settles),
        &Request::One(object, act) if !matches!(act, Act::Moments(_)) => {
            Next::Step(together.does(world.object(object).name, act))
        }
        // A wait that begins, and one that ends.
        &Request::Both((condvar, act @ condvar::Act::Sleep), _) => {
            Next::Step(Step::Does(world.object(condvar).name, Act::from(act).into()))
        }
        &Request::Both((condvar, wake @ condvar::Act::Wake), (mutex, lock)) => {
            let (awaited, does) = (at((condvar, wake.into())), at((mutex, lock.into())));
            Next::Step(Step::After { awaited, does })
        }
        Request::Any(arms, otherwise) => {
            let goes_without = *otherwise != Otherwise::Waits;
            let ways = arms.len() as u32 + u32::from(goes_without);
            let arm = |chosen: u32| Some(chosen).filter(|&chosen| (chosen as usize) < arms.len());
            match chosen {
                None if ways > 1 => Next::Step(Step::Chooses(ways)),
                chosen if goes_without => {
                    let request = op.request.at(|object| world.object(object).name);
                    Next::Step(together.asks(request, arm(chosen.unwrap_or_default())))
                }
                chosen => {
                    let (object, act) = at(arms[chosen.unwrap_or_default() as usize]);
                    Next::Step(together.does(object, act))
                }
            }
        }
        request => {
            let object = request.object().expect("it is done to an object");
            return Err(Stop::Unsupported(format!(
                "{} at {}: rc11 does not know the {} like that; ask dpor",
                request.words().verb,
                Place::of(op.location),
                world.object(object).state.noun(),
            )));
        }
    })
}
