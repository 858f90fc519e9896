//! Statics under an engine: each execution has its own, made when the execution first asks for it.
//!
//! Its objects exist from the beginning of the execution, as those of a static do: making it is no operation. So its
//! objects are named by the static, and not by the task that happened to use it first.

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

/// The value of one execution.
struct Own<T> {
    value: T,
    /// Shows loom, which knows no statics, that it was made before it is used.
    point: Arc<Point>,
}

/// The statics of the execution on this thread: where each value is, by the address of the static, and which tasks have
/// used it.
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

    /// Where the execution's value is, if there is one.
    fn place(&self) -> Option<usize> {
        OWNED.with_borrow(|owned| owned.places.get(&self.address()).copied())
    }

    /// Makes the value, unless another task has made it meanwhile.
    fn make(&self) {
        let point = Arc::new(Point::new());
        backend::in_order(&point, || {
            if self.place().is_some() {
                return;
            }
            let outer = world::with(|world| world.making.replace((self.name, 0)));
            let value = (self.init)();
            world::with(|world| world.making = outer);
            // A reference to it may be kept as long as one to a static: so the value is never dropped.
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
        // SAFETY: it was made for this static, and is never dropped.
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
