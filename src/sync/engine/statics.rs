//! Statics under an engine: each execution has its own, made when the execution first asks for it.
//!
//! What it consists of is there from the beginning of the execution, as a static is: that it is made is no operation. So
//! its objects are named by the static, and not by the task that happened to come first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::backend::{self, Point};
use super::op::TaskId;
use super::world;

/// A static: made by [`statics!`](crate::statics).
pub struct Static<T: 'static> {
    /// The same in every process.
    name: &'static str,
    init: fn() -> T,
}

/// What an execution has of it.
struct Own<T> {
    value: T,
    /// By which an engine that knows no statics sees that it was made before it is used.
    point: Arc<Point>,
}

/// What the execution of this thread has: by the addresses of the statics where it is, and which tasks have used it.
#[derive(Default)]
struct Owned {
    execution: u32,
    places: HashMap<usize, usize>,
    used: Vec<(usize, TaskId)>,
}

thread_local! {
    static OWNED: RefCell<Owned> = RefCell::default();
}

impl<T: 'static> Static<T> {
    #[doc(hidden)]
    pub const fn new(name: &'static str, init: fn() -> T) -> Self {
        Static { name, init }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Where the execution has its own, if it has.
    fn place(&self) -> Option<usize> {
        OWNED.with_borrow(|owned| owned.places.get(&self.address()).copied())
    }

    /// Makes it, unless another task has meanwhile.
    fn make(&self) {
        let point = Arc::new(Point::new());
        backend::in_order(&point, || {
            if self.place().is_some() {
                return;
            }
            let outer = world::with(|world| world.making.replace((self.name, 0)));
            let value = (self.init)();
            world::with(|world| world.making = outer);
            // A reference to it may be kept as long as one to a static: so nothing of it is ever dropped.
            let place = Box::into_raw(Box::new(Own { value, point: Arc::clone(&point) })).expose_provenance();
            OWNED.with_borrow_mut(|owned| owned.places.insert(self.address(), place));
        });
    }
}

impl<T: 'static> Deref for Static<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let (execution, me) = world::with(|world| (world.done().0, world.current));
        OWNED.with_borrow_mut(|owned| {
            if owned.execution != execution {
                *owned = Owned { execution, ..Owned::default() };
            }
        });
        if self.place().is_none() {
            self.make();
        }
        let place = self.place().expect("it was made");
        // SAFETY: it was made as what this static has, and is never dropped.
        let own: &Own<T> = unsafe { &*std::ptr::with_exposed_provenance(place) };
        let used = (self.address(), me);
        if !OWNED.with_borrow(|owned| owned.used.contains(&used)) {
            OWNED.with_borrow_mut(|owned| owned.used.push(used));
            backend::in_order(&own.point, || ());
        }
        &own.value
    }
}

impl<T: 'static + fmt::Debug> fmt::Debug for Static<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
