//! A value that is made when it is first asked for, under an engine.
//!
//! It is made by a `const fn`, as std's is, so that a static can be one: each execution has its own value then. The
//! engine does not see when it is made. So it is identified by the line that makes it; if that line makes several, by
//! the order in which one thread first uses them.

use std::cell::{RefCell, UnsafeCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, needs_drop};
use std::ops::Deref;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::machine::once::{Act, Effect};
use super::once::{Core, Running};
use super::op::TaskId;
use super::world::{self, Stop};
use crate::sync::place::Place;

/// A value that is made when it is first asked for: `std::sync::LazyLock`.
pub struct LazyLock<T, F = fn() -> T> {
    f: ManuallyDrop<F>,
    /// The closure has been run, in some execution.
    ran: AtomicBool,
    born: &'static Location<'static>,
    /// Tells it from all others of the process; 0 before it is first used.
    number: AtomicU64,
    value: PhantomData<UnsafeCell<T>>,
}

/// The state and value of one execution.
struct Own<T> {
    core: Core,
    /// Written by the task that runs the closure, and read by tasks that have found it done.
    value: UnsafeCell<Option<T>>,
}

impl<T> Own<T> {
    /// The value, if it was seen to be there.
    fn peek(&self) -> Option<&T> {
        // SAFETY: once it is complete, nobody writes the value.
        unsafe { (*self.value.get()).as_ref() }
    }
}

/// The next number.
static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// The values of the execution on this thread.
#[derive(Default)]
struct Owned {
    execution: u32,
    /// The address of each state, by the number of its `LazyLock`.
    places: HashMap<u64, usize>,
    /// For each line that makes some, the task that used one first, and how many there are.
    lines: HashMap<&'static Location<'static>, (TaskId, u32)>,
}

thread_local! {
    static OWNED: RefCell<Owned> = RefCell::default();
}

// SAFETY: as std's: a reference gives references to the value, and runs the closure in whichever thread.
unsafe impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `f` makes.
    #[track_caller]
    pub const fn new(f: F) -> Self {
        LazyLock {
            f: ManuallyDrop::new(f),
            ran: AtomicBool::new(false),
            born: Location::caller(),
            number: AtomicU64::new(0),
            value: PhantomData,
        }
    }

    /// The value, which is made if there is none yet.
    ///
    /// # Panics
    ///
    /// If the closure has panicked.
    #[track_caller]
    pub fn force(this: &Self) -> &T {
        let location = Location::caller();
        let own = this.own();
        match own.core.step(Act::Begin { force: false }, location) {
            Effect::Begun { .. } => {
                let running = Running(&own.core, Act::Poison, location);
                let value = this.closure()();
                // SAFETY: nobody else runs the closure, and nobody reads the value before it is complete.
                unsafe { *own.value.get() = Some(value) };
                running.complete();
            }
            Effect::SeenPoisoned => panic!("LazyLock instance has previously been poisoned"),
            _ => (),
        }
        own.peek().expect("what is done has a value")
    }

    /// The closure, for an execution that has not run it yet.
    fn closure(&self) -> F {
        if self.ran.swap(true, Relaxed) && needs_drop::<F>() {
            world::stop(Stop::Unsupported(format!(
                "{}: a LazyLock in a static, whose closure owns something and can be run in one execution only; let it own \
                 nothing",
                Place::of(self.born)
            )));
        }
        // SAFETY: it is read once in an execution. In another it is read again only if it owns nothing.
        ManuallyDrop::into_inner(unsafe { std::ptr::read(&self.f) })
    }

    fn own(&self) -> &Own<T> {
        let (execution, _) = world::with(|world| world.done());
        if self.number.load(Relaxed) == 0 {
            let next = NUMBERS.fetch_add(1, Relaxed);
            // Another execution may have been faster.
            let _ = self.number.compare_exchange(0, next, Relaxed, Relaxed);
        }
        let number = self.number.load(Relaxed);
        let known = OWNED.with_borrow_mut(|owned| {
            if owned.execution != execution {
                // References to a static may be kept: the values of other executions are never dropped.
                *owned = Owned { execution, ..Owned::default() };
            }
            owned.places.get(&number).copied()
        });
        let place = known.unwrap_or_else(|| {
            let own = Own { core: Core::global(&self.key(), self.born), value: UnsafeCell::<Option<T>>::new(None) };
            let place = Box::into_raw(Box::new(own)).expose_provenance();
            OWNED.with_borrow_mut(|owned| owned.places.insert(number, place));
            place
        });
        // SAFETY: it was made for this `LazyLock`, and is dropped with it, or never.
        unsafe { &*std::ptr::with_exposed_provenance(place) }
    }

    /// Its name, which is the same in equivalent executions.
    fn key(&self) -> String {
        let me = world::with(|world| world.current);
        let (first, before) = OWNED.with_borrow_mut(|owned| {
            let (first, count) = owned.lines.entry(self.born).or_insert((me, 0));
            *count += 1;
            (*first, *count - 1)
        });
        if first != me {
            world::stop(Stop::Unsupported(format!(
                "{}: several LazyLocks that are made there, and first used by different threads: nothing tells them apart; \
                 use OnceLock",
                Place::of(self.born)
            )));
        }
        format!("lazy {}:{}:{}/{before}", self.born.file(), self.born.line(), self.born.column())
    }
}

impl<T, F> Drop for LazyLock<T, F> {
    fn drop(&mut self) {
        if !*self.ran.get_mut() {
            // SAFETY: nobody has taken it, and nobody will.
            unsafe { ManuallyDrop::drop(&mut self.f) };
        }
        let number = *self.number.get_mut();
        if !world::active() {
            return;
        }
        let (execution, _) = world::with(|world| world.done());
        let place = OWNED
            .with_borrow_mut(|owned| if owned.execution == execution { owned.places.remove(&number) } else { None });
        if let Some(place) = place {
            // SAFETY: it was made as a box for this `LazyLock`, and there is no reference any more.
            drop(unsafe { Box::<Own<T>>::from_raw(std::ptr::with_exposed_provenance_mut(place)) });
        }
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> Self {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F: FnOnce() -> T> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.own();
        let mut tuple = f.debug_tuple("LazyLock");
        match own.core.is_done(self.born).then(|| own.peek()).flatten() {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<uninit>")),
        };
        tuple.finish()
    }
}
