//! Reference counts under Shuttle: std's, and watched.
//!
//! A count is no operation: nobody waits for it, and a scheduling point at each clone and drop would
//! multiply the schedules. But where the *last* drop does something that others see (it closes a
//! channel, takes a lock), it matters whose drop that is, and an exhaustive engine has to explore it.
//! So a count that was found to matter is recorded from then on, as an effect of the operation that
//! the drop follows, which is where a schedule can tell two drops apart. A count matters once a
//! destructor that it ran performed an operation, or once its value was asked for.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync;

use super::effect::Effect;
use super::names::ObjectName;
use super::world::{self, State};

/// Shared ownership: `std::sync::Arc` in the other builds.
///
/// Made from a `std::sync::Arc` of an unsized type where one is needed, since only std's can be
/// coerced; that one's count is not watched.
pub struct Arc<T: ?Sized> {
    /// There until it is dropped.
    count: Option<sync::Arc<T>>,
    /// None for one that was made outside of an execution.
    name: Option<ObjectName>,
}

/// A reference that does not keep the value: `std::sync::Weak` in the other builds.
pub struct Weak<T: ?Sized> {
    count: sync::Weak<T>,
    name: Option<ObjectName>,
}

/// Records something about a count, if it is one that matters.
fn record(name: Option<ObjectName>, effect: Effect) {
    if let Some(name) = name.filter(|_| world::active()) {
        world::with(|world| world.counted(name, effect));
    }
}

/// Records that the value of a count was asked for.
fn asked(name: Option<ObjectName>, effect: Effect) {
    if let Some(name) = name.filter(|_| world::active()) {
        world::with(|world| world.matters(name));
    }
    record(name, effect);
}

/// While it lives, an operation of this task is one of a destructor.
struct Destructor;

impl Destructor {
    fn of(name: Option<ObjectName>) -> Option<Self> {
        let name = name.filter(|_| world::active())?;
        world::with(|world| world.me().destroying.push(name));
        Some(Destructor)
    }
}

impl Drop for Destructor {
    fn drop(&mut self) {
        world::with(|world| world.me().destroying.pop());
    }
}

impl<T> Arc<T> {
    /// A value with one owner.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Arc { count: Some(sync::Arc::new(value)), name: world::name_of_new(State::Count, Location::caller()) }
    }

    /// A value that holds a reference to itself.
    #[track_caller]
    pub fn new_cyclic(value: impl FnOnce(&Weak<T>) -> T) -> Self {
        let name = world::name_of_new(State::Count, Location::caller());
        let count = sync::Arc::new_cyclic(|count| value(&Weak { count: count.clone(), name }));
        Arc { count: Some(count), name }
    }

    /// The value, if this is its only owner.
    ///
    /// # Errors
    ///
    /// Gives the reference back where there are others.
    pub fn try_unwrap(mut this: Self) -> Result<T, Self> {
        asked(this.name, Effect::Counted);
        let name = this.name;
        let count = this.count.take().expect("it is there until it is dropped");
        match sync::Arc::try_unwrap(count) {
            Ok(value) => {
                record(name, Effect::Dropped(0));
                Ok(value)
            }
            Err(count) => Err(Arc { count: Some(count), name }),
        }
    }

    /// The value, if this is its only owner; otherwise this owner is gone.
    pub fn into_inner(this: Self) -> Option<T> {
        Arc::try_unwrap(this).ok()
    }
}

impl<T: ?Sized> Arc<T> {
    fn count(&self) -> &sync::Arc<T> {
        self.count.as_ref().expect("it is there until it is dropped")
    }

    /// A reference that does not keep the value.
    pub fn downgrade(this: &Self) -> Weak<T> {
        Weak { count: sync::Arc::downgrade(this.count()), name: this.name }
    }

    /// How many owners there are.
    pub fn strong_count(this: &Self) -> usize {
        asked(this.name, Effect::Counted);
        sync::Arc::strong_count(this.count())
    }

    /// Whether both are references to one value.
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        sync::Arc::ptr_eq(this.count(), other.count())
    }

    /// Where the value is.
    pub fn as_ptr(this: &Self) -> *const T {
        sync::Arc::as_ptr(this.count())
    }

    /// The value, if this is its only owner.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        asked(this.name, Effect::Counted);
        sync::Arc::get_mut(this.count.as_mut().expect("it is there until it is dropped"))
    }
}

impl<T: Clone> Arc<T> {
    /// The value, copied first if there are other owners.
    #[track_caller]
    pub fn make_mut(this: &mut Self) -> &mut T {
        if Arc::get_mut(this).is_none() {
            *this = Arc::new(T::clone(this));
        }
        sync::Arc::get_mut(this.count.as_mut().expect("it is there until it is dropped")).expect("it has one owner")
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    fn drop(&mut self) {
        let Some(count) = self.count.take() else { return };
        if world::stopped() {
            return;
        }
        let left = sync::Arc::strong_count(&count) as u32 - 1;
        record(self.name, Effect::Dropped(left));
        let _destructor = if left == 0 { Destructor::of(self.name) } else { None };
        drop(count);
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    fn clone(&self) -> Self {
        record(self.name, Effect::Cloned);
        Arc { count: self.count.clone(), name: self.name }
    }
}

impl<T> Weak<T> {
    /// A reference to nothing.
    pub fn new() -> Self {
        Weak { count: sync::Weak::new(), name: None }
    }
}

impl<T: ?Sized> Weak<T> {
    /// The value, if it has an owner still.
    pub fn upgrade(&self) -> Option<Arc<T>> {
        asked(self.name, Effect::Counted);
        Some(Arc { count: Some(self.count.upgrade()?), name: self.name })
    }

    /// How many owners there are.
    pub fn strong_count(&self) -> usize {
        asked(self.name, Effect::Counted);
        self.count.strong_count()
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    fn clone(&self) -> Self {
        Weak { count: self.count.clone(), name: self.name }
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Self {
        Weak::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.count.fmt(f)
    }
}

impl<T: ?Sized> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.count()
    }
}

impl<T: ?Sized> AsRef<T> for Arc<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Borrow<T> for Arc<T> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T> From<T> for Arc<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Arc::new(value)
    }
}

impl<T: ?Sized> From<sync::Arc<T>> for Arc<T> {
    fn from(count: sync::Arc<T>) -> Self {
        Arc { count: Some(count), name: None }
    }
}

impl From<&str> for Arc<str> {
    fn from(text: &str) -> Self {
        sync::Arc::<str>::from(text).into()
    }
}

impl From<String> for Arc<str> {
    fn from(text: String) -> Self {
        sync::Arc::<str>::from(text).into()
    }
}

impl<T> From<Vec<T>> for Arc<[T]> {
    fn from(values: Vec<T>) -> Self {
        sync::Arc::<[T]>::from(values).into()
    }
}

impl<T: Default> Default for Arc<T> {
    #[track_caller]
    fn default() -> Self {
        Arc::new(T::default())
    }
}

/// Implements traits as those of the value.
macro_rules! as_the_value {
    ($($name:ident: $($method:ident -> $result:ty),*;)*) => {$(
        impl<T: ?Sized + $name> $name for Arc<T> {
            $(fn $method(&self, other: &Self) -> $result {
                (**self).$method(&**other)
            })*
        }
    )*};
}

as_the_value! {
    PartialEq: eq -> bool;
    PartialOrd: partial_cmp -> Option<std::cmp::Ordering>;
    Ord: cmp -> std::cmp::Ordering;
}

impl<T: ?Sized + Eq> Eq for Arc<T> {}

impl<T: ?Sized + std::hash::Hash> std::hash::Hash for Arc<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
