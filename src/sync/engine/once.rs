//! One-time initialization under an engine; what it means is in [`machine::once`](super::machine::once).

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::Location;

use super::backend::Point;
use super::identity::Identity;
use super::machine::Effect;
use super::machine::once::{self, Act};
use super::op::Op;

/// The state of a closure that is run once, without its result.
#[derive(Debug)]
pub(super) struct Core {
    id: Identity,
    point: Point,
}

/// Lives while a closure runs; the act is performed if the closure panics.
pub(super) struct Running<'a>(pub(super) &'a Core, pub(super) Act, pub(super) &'static Location<'static>);

impl Running<'_> {
    pub(super) fn complete(mut self) {
        self.1 = Act::Complete;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.step(self.1, self.2);
    }
}

impl Core {
    #[track_caller]
    fn new() -> Self {
        let born = Location::caller();
        Core { id: Identity::new(once::Once::New, born), point: Point::new() }
    }

    /// One that exists from the beginning of the execution.
    pub(super) fn global(key: &str, born: &'static Location<'static>) -> Self {
        Core { id: Identity::global(key, once::Once::New, born), point: Point::new() }
    }

    pub(super) fn step(&self, act: Act, location: &'static Location<'static>) -> once::Effect {
        match super::step(&[&self.point], Op::one(*self.id, act, location)).effect {
            Some(Effect::Once(effect)) => effect,
            other => unreachable!("{other:?} is not what becomes of a once"),
        }
    }

    pub(super) fn is_done(&self, location: &'static Location<'static>) -> bool {
        self.step(Act::IsDone, location) == once::Effect::SeenDone
    }
}

/// A closure that is run once: `std::sync::Once`.
pub struct Once(Core);

/// What a closure that [`Once::call_once_force`] runs knows.
#[derive(Debug)]
pub struct OnceState {
    poisoned: bool,
}

impl OnceState {
    /// Whether an earlier closure has panicked.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl Once {
    /// A `Once` of which no closure was run.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "std's has none")]
    pub fn new() -> Self {
        Once(Core::new())
    }

    /// Runs the closure, or waits until another has run.
    ///
    /// # Panics
    ///
    /// If another has panicked.
    #[track_caller]
    pub fn call_once(&self, f: impl FnOnce()) {
        let location = Location::caller();
        match self.0.step(Act::Begin { force: false }, location) {
            once::Effect::Begun { .. } => {
                let running = Running(&self.0, Act::Poison, location);
                f();
                running.complete();
            }
            once::Effect::SeenPoisoned => panic!("Once instance has previously been poisoned"),
            _ => (),
        }
    }

    /// Runs the closure, or waits until another has run; also after a panic of one.
    #[track_caller]
    pub fn call_once_force(&self, f: impl FnOnce(&OnceState)) {
        let location = Location::caller();
        if let once::Effect::Begun { poisoned } = self.0.step(Act::Begin { force: true }, location) {
            let running = Running(&self.0, Act::Poison, location);
            f(&OnceState { poisoned });
            running.complete();
        }
    }

    /// Whether a closure has run to its end.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        self.0.is_done(Location::caller())
    }

    /// Waits until a closure has run.
    ///
    /// # Panics
    ///
    /// If it has panicked.
    #[track_caller]
    pub fn wait(&self) {
        if self.0.step(Act::Wait { force: false }, Location::caller()) == once::Effect::SeenPoisoned {
            panic!("Once instance has previously been poisoned");
        }
    }

    /// Waits until a closure has run to its end.
    #[track_caller]
    pub fn wait_force(&self) {
        self.0.step(Act::Wait { force: true }, Location::caller());
    }
}

/// A value that is written once: `std::sync::OnceLock`.
pub struct OnceLock<T> {
    core: Core,
    /// Written by the task that runs the initialization, and read by tasks that have found it done.
    value: UnsafeCell<Option<T>>,
}

// SAFETY: as std's: a shared reference gives references to the value, and can move a value in.
unsafe impl<T: Sync + Send> Sync for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// One without a value.
    #[track_caller]
    pub fn new() -> Self {
        OnceLock { core: Core::new(), value: UnsafeCell::new(None) }
    }

    /// The value, if there is one.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        self.get_at(Location::caller())
    }

    fn get_at(&self, location: &'static Location<'static>) -> Option<&T> {
        if self.core.is_done(location) { self.peek() } else { None }
    }

    /// The value: there is no other reference.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_mut()
    }

    /// Waits for the value.
    #[track_caller]
    pub fn wait(&self) -> &T {
        self.core.step(Act::Wait { force: true }, Location::caller());
        self.done()
    }

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Gives it back if there is a value already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.initialize(|| value.take().expect("it is asked for once"), Location::caller());
        value.map_or(Ok(()), Err)
    }

    /// The value, which is made if there is none. If `f` panics, there is still none.
    #[track_caller]
    pub fn get_or_init(&self, f: impl FnOnce() -> T) -> &T {
        self.initialize(f, Location::caller());
        self.done()
    }

    /// The value, out of a lock that is no longer shared.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value out: there is no other reference.
    #[track_caller]
    pub fn take(&mut self) -> Option<T> {
        let value = self.value.get_mut().take()?;
        self.core.step(Act::GiveUp, Location::caller());
        Some(value)
    }

    fn initialize(&self, f: impl FnOnce() -> T, location: &'static Location<'static>) {
        if matches!(self.core.step(Act::Begin { force: true }, location), once::Effect::Begun { .. }) {
            let running = Running(&self.core, Act::GiveUp, location);
            let value = f();
            // SAFETY: nobody else runs the initialization, and nobody reads the value before it is complete.
            unsafe { *self.value.get() = Some(value) };
            running.complete();
        }
    }

    /// The value, if it was seen to be there.
    fn peek(&self) -> Option<&T> {
        // SAFETY: once it is complete, nobody writes the value through a shared reference.
        unsafe { (*self.value.get()).as_ref() }
    }

    fn done(&self) -> &T {
        self.peek().expect("what is done has a value")
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        OnceLock::new()
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        let lock = OnceLock::new();
        assert!(lock.set(value).is_ok(), "nobody else has it");
        lock
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        let clone = OnceLock::new();
        if let Some(value) = self.get() {
            assert!(clone.set(value.clone()).is_ok(), "nobody else has it");
        }
        clone
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("OnceLock");
        match self.get_at(super::born(*self.core.id)) {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<uninit>")),
        };
        tuple.finish()
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}
