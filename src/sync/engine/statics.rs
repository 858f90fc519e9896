//! Statics under an engine: each execution has its own, made when the execution first asks for it.
//!
//! What it consists of is there from the beginning of the execution, as a static is: that it is made is no operation. So
//! its objects are named by the static, and not by the task that happened to come first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;

use super::world;

/// A static: made by [`statics!`](crate::statics).
pub struct Static<T: 'static> {
    /// The same in every process.
    name: &'static str,
    init: fn() -> T,
}

thread_local! {
    /// Of an execution, where the values are, by the addresses of their statics.
    static VALUES: RefCell<(u32, HashMap<usize, usize>)> = RefCell::new((0, HashMap::new()));
}

impl<T: 'static> Static<T> {
    #[doc(hidden)]
    pub const fn new(name: &'static str, init: fn() -> T) -> Self {
        Static { name, init }
    }
}

impl<T: 'static> Deref for Static<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let (execution, _) = world::with(|world| world.done());
        let me = std::ptr::from_ref(self).addr();
        let known = VALUES.with_borrow_mut(|(of, values)| {
            if *of != execution {
                *of = execution;
                values.clear();
            }
            values.get(&me).copied()
        });
        let address = known.unwrap_or_else(|| {
            let outer = world::with(|world| world.making.replace((self.name, 0)));
            // A reference to it may be kept as long as one to a static: so nothing of it is ever dropped.
            let value = std::ptr::from_ref(Box::leak(Box::new((self.init)()))).expose_provenance();
            world::with(|world| world.making = outer);
            VALUES.with_borrow_mut(|(_, values)| values.insert(me, value));
            value
        });
        // SAFETY: it was made as a T by this static, and is never dropped.
        unsafe { &*std::ptr::with_exposed_provenance(address) }
    }
}

impl<T: 'static + fmt::Debug> fmt::Debug for Static<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
