//! A handle to a thread: its name, and the token by which it sleeps and is woken.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::end::End;
use crate::sync::engine::backend::{self, Point};
use crate::sync::engine::choice;
use crate::sync::engine::machine::request::Why;
use crate::sync::engine::machine::thread::{self, Act};
use crate::sync::engine::op::{Name, TaskId};
use crate::sync::engine::world;

/// A handle to a thread.
#[derive(Clone)]
pub struct Thread {
    pub(super) end: Arc<End>,
    pub(super) id: ThreadId,
    pub(super) name: Option<Arc<str>>,
}

/// The identity of a thread within its execution. It is the same in equivalent executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(pub(super) Name);

impl Thread {
    /// Its identity.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// The name that it was given; that of the check's body is `main`.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Lets it go on if it is parked; otherwise its next park does not wait.
    #[track_caller]
    pub fn unpark(&self) {
        self.end.step(Act::Unpark, Location::caller());
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The thread that asks.
#[track_caller]
pub fn current() -> Thread {
    let (id, name, end) = world::with(|world| {
        // A destructor may do one thing or another by which thread runs it.
        world.owners_of_the_destroyed_matter();
        let me = world.me();
        (me.name, me.title.as_deref().map(Arc::from), me.thread.clone())
    });
    let end = end.unwrap_or_else(|| end_of_main(Location::caller()));
    Thread { end, id: ThreadId(id), name }
}

/// The body of the check was started by no task: its object is made when it is first asked for.
fn end_of_main(location: &'static Location<'static>) -> Arc<End> {
    let id = world::with(|world| {
        debug_assert_eq!(world.current, TaskId::MAIN);
        let thread = thread::Thread::of(world.me().name);
        world.add_global("the main thread", thread, location)
    });
    let end = Arc::new(End { id, point: Point::new() });
    world::with(|world| world.me().thread = Some(Arc::clone(&end)));
    end
}

/// Sleeps until another thread [unparks](Thread::unpark) this one, if none has done so since it last slept.
#[track_caller]
pub fn park() {
    park_at(Location::caller());
}

fn park_at(location: &'static Location<'static>) {
    let end = &current().end;
    // A spurious wakeup is as if the thread had not slept.
    if !choice::happens(Why::Wakeup, end.id, location) {
        end.step(Act::Park, location);
    }
}

/// The number of events so far.
pub(crate) fn moment() -> usize {
    world::with(|world| world.events.len())
}

/// Parks at the line of this thread's last operation since that moment, or at `location` if there was none.
pub(crate) fn park_behind(moment: usize, location: &'static Location<'static>) {
    let last = world::with(|world| {
        let mine = world.events[moment..].iter().rfind(|event| event.task == world.current);
        mine.map_or(location, |event| event.op.location)
    });
    park_at(last);
}

/// Sleeps until another thread unparks this one, or until the time is over: under an engine that may be at any time.
#[track_caller]
pub fn park_timeout(_: Duration) {
    let location = Location::caller();
    // This yield lets a loop of such waits count as a spin loop.
    backend::yield_now(location);
    current().end.step(Act::ParkTimeout, location);
}

/// Lets other threads run: under an engine no time passes, and a check must not rely on it.
#[track_caller]
pub fn sleep(_: Duration) {
    backend::yield_now(Location::caller());
}
