//! The world of this thread: how an execution enters it, and how an execution that does not run to completion ends.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::mpsc;

#[cfg(shuttle)]
use super::Witness;
use super::{Stop, World};
use crate::sync::engine::machine::State;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::ObjectId;

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    static STOPPED: Cell<bool> = const { Cell::new(false) };
}

/// What is known of the running execution besides its world.
#[cfg(shuttle)]
type Knows = Box<dyn Fn() -> Option<Witness>>;

#[cfg(shuttle)]
thread_local! {
    static KNOWS: RefCell<Option<Knows>> = const { RefCell::new(None) };
}

/// Asks `knows` where an execution on this thread is stopped.
#[cfg(shuttle)]
pub(crate) fn ask_witness(knows: impl Fn() -> Option<Witness> + 'static) {
    KNOWS.set(Some(Box::new(knows)));
}

/// Makes this thread one that runs executions,
/// which may have so many operations each.
pub(crate) fn enter(limit: usize, sink: mpsc::Sender<(Stop, World)>) {
    WORLD.set(Some(World::new(limit, sink)));
}

/// Takes the world away again, with what the last execution left in it.
pub(crate) fn leave() -> World {
    WORLD.take().expect("no execution runs on this thread")
}

/// Whether this thread runs executions.
pub(crate) fn active() -> bool {
    WORLD.with(|world| world.try_borrow().is_ok_and(|world| world.is_some()))
}

/// Adds an object on which no task waits, if an execution runs on this thread.
pub(in crate::sync::engine) fn add_to_current(
    state: impl Into<State>,
    made: &'static Location<'static>,
) -> Option<(ObjectId, ObjectName)> {
    with_active(|world| {
        let id = world.add_object(state, made);
        (id, world.objects[id.index()].name)
    })
}

/// Runs `f` on the world of this thread, if an execution runs on it.
pub(in crate::sync::engine) fn with_active<R>(f: impl FnOnce(&mut World) -> R) -> Option<R> {
    WORLD.with(|world| world.try_borrow_mut().ok()?.as_mut().map(f))
}

/// Runs `f` on the world of this thread.
///
/// # Panics
///
/// If no execution runs: in an engine build there are no primitives outside an execution.
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

/// The next operation of the running task has its ordering at this line, and is told at another.
#[cfg(shuttle)]
pub(crate) fn at(line: &'static Location<'static>) {
    if active() {
        with(|world| world.orderings.iter_mut().for_each(|orderings| orderings.at(line)));
    }
}

/// Ends the execution: hands `stop` to the explorer and never returns.
pub(crate) fn stop(stop: Stop) -> ! {
    report(stop);
    sleep_for_good()
}

/// Hands `stop` to the explorer; this thread sleeps at its next operation.
pub(crate) fn report(stop: Stop) {
    if !STOPPED.replace(true) {
        #[cfg_attr(loom, allow(unused_mut, reason = "nothing is asked under loom"))]
        let mut world = leave();
        #[cfg(shuttle)]
        if let Some(witness) = KNOWS.with_borrow(|knows| knows.as_ref().and_then(|knows| knows())) {
            world.witness = witness;
        }
        let sink = world.sink.clone();
        // The explorer may be gone, because its process ends; then the result is not needed.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_that_was_stopped_has_handed_its_world_over() {
        // On a thread of its own, which is stopped for good.
        let check = std::thread::spawn(|| {
            let (sink, stops) = mpsc::channel();
            assert!(!active());
            enter(1, sink);
            assert!(active() && !stopped());
            report(Stop::Enough);
            assert!(!active() && stopped());
            assert!(matches!(stops.try_recv(), Ok((Stop::Enough, _))));
        });
        check.join().expect("it does not panic");
    }
}
