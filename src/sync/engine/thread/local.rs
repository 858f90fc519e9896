//! Thread locals: a value for each thread of the execution, made when the thread first asks for it, and dropped when the
//! thread ends.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::sync::engine::op::TaskId;
use crate::sync::engine::world;

/// A thread local: made by [`thread_local!`](crate::thread_local).
pub struct LocalKey<T: 'static> {
    init: fn() -> T,
}

/// The thread has ended but for its destructors, and has no locals any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError;

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the thread is at its end, and its locals are gone")
    }
}

impl std::error::Error for AccessError {}

/// A value, by its task and the address of its key; `None` once it was dropped.
type Value = ((TaskId, usize), Option<Rc<dyn Any>>);

thread_local! {
    /// The values of an execution, and the number of that execution.
    static VALUES: RefCell<(u32, Vec<Value>)> = const { RefCell::new((0, Vec::new())) };
}

impl<T: 'static> LocalKey<T> {
    #[doc(hidden)]
    pub const fn new(init: fn() -> T) -> Self {
        LocalKey { init }
    }

    /// Runs `f` on the value of this thread.
    ///
    /// # Panics
    ///
    /// If the thread is at its end, and the value is gone.
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        self.try_with(f).unwrap_or_else(|gone| panic!("{gone}"))
    }

    /// Runs `f` on the value of this thread.
    ///
    /// # Errors
    ///
    /// If the thread is at its end, and the value is gone.
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let value = match find(self.key()) {
            Some(value) => value.ok_or(AccessError)?,
            None => {
                let value: Rc<dyn Any> = Rc::new((self.init)());
                VALUES.with_borrow_mut(|(_, values)| values.push((self.key(), Some(Rc::clone(&value)))));
                value
            }
        };
        Ok(f(value.downcast_ref().expect("a key has one type")))
    }

    fn key(&'static self) -> (TaskId, usize) {
        (world::with(|world| world.current), std::ptr::from_ref(self).addr())
    }
}

/// The value of a key, if it was made; an inner `None` if it has been dropped.
fn find(key: (TaskId, usize)) -> Option<Option<Rc<dyn Any>>> {
    let (execution, _) = world::with(|world| world.done());
    VALUES.with_borrow_mut(|(of, values)| {
        if *of != execution {
            // Values that another execution has left belong to tasks that did not end: their destructors do not run.
            *of = execution;
            values.drain(..).for_each(|(_, value)| std::mem::forget(value));
        }
        values.iter().find(|(theirs, _)| *theirs == key).map(|(_, value)| value.clone())
    })
}

/// Drops the values of the current task, the last first.
pub(super) fn drop_all() {
    let me = world::with(|world| world.current);
    loop {
        let last = VALUES.with_borrow_mut(|(_, values)| {
            values.iter_mut().rev().find(|((task, _), value)| *task == me && value.is_some())?.1.take()
        });
        // Its destructor may ask for others.
        if last.is_none() {
            return;
        }
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Writes the value.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// Reads the value.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Takes the value, and leaves the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Writes the value, and returns the one before.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Runs `f` on what the cell holds.
    pub fn with_borrow<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        self.with(|cell| f(&cell.borrow()))
    }

    /// Runs `f` on what the cell holds, to change it.
    pub fn with_borrow_mut<R>(&'static self, f: impl FnOnce(&mut T) -> R) -> R {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// Writes the value.
    pub fn set(&'static self, value: T) {
        self.replace(value);
    }

    /// Takes the value, and leaves the default.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// Writes the value, and returns the one before.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKey { .. }")
    }
}
