//! Thread locals: a value for each thread of the execution, made when the thread first asks for it, and dropped when the
//! thread ends, after it has [returned](super::Act::Return).

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem::needs_drop;
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

/// A value of a task.
struct Value {
    /// The task, and the address of the key.
    key: (TaskId, usize),
    /// None once it was dropped.
    value: Option<Rc<dyn Any>>,
    /// Whether it is dropped when its task ends. As with std's, what has nothing to drop is there until all else is gone.
    drops: bool,
}

/// The values of an execution, and the number of that execution. What is left of them is of tasks that have not ended: their
/// destructors do not run.
struct Values(u32, Vec<Value>);

impl Values {
    fn leave(&mut self) {
        self.1.drain(..).filter(|left| left.drops).for_each(|left| std::mem::forget(left.value));
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        self.leave();
    }
}

thread_local! {
    static VALUES: RefCell<Values> = const { RefCell::new(Values(0, Vec::new())) };
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
        self.try_with_made(self.init, f)
    }

    /// The same; where there is no value yet, `make` makes it.
    fn try_with_made<R>(&'static self, make: impl FnOnce() -> T, f: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        // A destructor that comes here does it for the thread which runs it.
        world::with(world::World::owners_of_the_destroyed_matter);
        let value = match find(self.key()) {
            Some(value) => value.ok_or(AccessError)?,
            None => {
                let value: Rc<dyn Any> = Rc::new(make());
                let made = Value { key: self.key(), value: Some(Rc::clone(&value)), drops: needs_drop::<T>() };
                with_values(|values| values.push(made));
                value
            }
        };
        Ok(f(value.downcast_ref().expect("a key has one type")))
    }

    /// Makes the value of what is given, or gives it to the one that is there: as with std's, `set` needs no value before.
    fn give<V>(&'static self, given: V, make: impl FnOnce(V) -> T, change: impl FnOnce(&T, V)) {
        let given = Cell::new(Some(given));
        let make = || make(given.take().expect("it is made once"));
        let change = |value: &T| {
            if let Some(given) = given.take() {
                change(value, given);
            }
        };
        self.try_with_made(make, change).unwrap_or_else(|gone| panic!("{gone}"));
    }

    fn key(&'static self) -> (TaskId, usize) {
        (world::with(|world| world.current), std::ptr::from_ref(self).addr())
    }
}

/// Asks the values of this execution.
fn with_values<R>(ask: impl FnOnce(&mut Vec<Value>) -> R) -> R {
    let (execution, _) = world::with(|world| world.done());
    VALUES.with_borrow_mut(|values| {
        if values.0 != execution {
            values.leave();
            values.0 = execution;
        }
        ask(&mut values.1)
    })
}

/// The value of a key, if it was made; none, if it is gone.
fn find(key: (TaskId, usize)) -> Option<Option<Rc<dyn Any>>> {
    with_values(|values| values.iter().find(|value| value.key == key).map(|value| value.value.clone()))
}

/// Whether the current task has values that are dropped when it ends.
pub(super) fn are_left() -> bool {
    let me = world::with(|world| world.current);
    with_values(|values| values.iter().any(|value| value.is_left_by(me)))
}

/// Drops them, the last first.
pub(super) fn drop_all() {
    let me = world::with(|world| world.current);
    // Its destructor may ask for others.
    let last = || with_values(|values| values.iter_mut().rev().find(|value| value.is_left_by(me))?.value.take());
    while last().is_some() {}
}

impl Value {
    fn is_left_by(&self, task: TaskId) -> bool {
        self.key.0 == task && self.drops && self.value.is_some()
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Writes the value.
    pub fn set(&'static self, value: T) {
        self.give(value, Cell::new, Cell::set);
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
        self.give(value, RefCell::new, |cell, value| *cell.borrow_mut() = value);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Where a thread of the machine ends that has explored: nothing is left then that a destructor could do.
    #[test]
    fn what_is_left_at_the_end_is_not_dropped() {
        let (left, never) = (Arc::new(()), Arc::new(()));
        for (value, drops) in [(&left, true), (&never, false)] {
            let value = Arc::clone(value);
            let explorer = std::thread::spawn(move || {
                let value: Rc<dyn Any> = Rc::new(value);
                VALUES.with_borrow_mut(|values| {
                    values.1.push(Value { key: (TaskId::MAIN, 0), value: Some(value), drops })
                });
            });
            explorer.join().expect("nothing panics");
        }
        assert_eq!((Arc::strong_count(&left), Arc::strong_count(&never)), (2, 1));
    }
}
