//! Choices under an engine, which neither a thread nor an object decides. Each is an operation of its own, which
//! concerns only its task.
//!
//! Spurious events (a weak exchange fails, a time is not over yet, a wait ends without a notification) are choices too. A
//! loop that tries again might meet them for ever. The search says how often an attempt fails; a wait ends spuriously at most
//! once at the same line and object, and so does an attempt under loom.

use std::panic::Location;

use super::backend;
use super::machine::request::{Request, Why};
use super::op::{ObjectId, Op};
use super::world;

/// A number below `ways`, of which there are 2 to 64.
pub(crate) fn choose(ways: u32, location: &'static Location<'static>) -> u32 {
    ask(ways, Why::Asked, location)
}

/// Chooses whether a spurious event happens to this task here.
pub(super) fn happens(why: Why, object: ObjectId, location: &'static Location<'static>) -> bool {
    let may = world::with(|world| {
        let asked = match why {
            Why::Asked | Why::AtOnce | Why::NotYet => true,
            Why::WeakExchange => world.spurious.exchanges,
            Why::Wakeup => world.spurious.waits,
        };
        let before = &mut world.me().spurious;
        let bounded = !(cfg!(shuttle) && why.is_failure());
        let may = asked && !(bounded && before.contains(&(why, object, location)));
        if may && bounded {
            before.push((why, object, location));
        }
        may
    });
    may && ask(2, why, location) == 1
}

fn ask(ways: u32, why: Why, location: &'static Location<'static>) -> u32 {
    let op = Op { request: Request::Choose(ways, why), location };
    backend::perform(&[], op, |done| done.arm.expect("a choice is made") as u32)
}
