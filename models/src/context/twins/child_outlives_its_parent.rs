//! **Wrong:** a child looks at its parent when it is made, and never again.
//!
//! **From:** a context that copies its parent's state instead of being entered with it.
//!
//! **Shortest interleaving:** the child looks: its parent runs · the parent is cancelled · the child
//! waits for ever.
//!
//! **Seen by** loom, Shuttle, and real threads, which hang in it. A test passes that first cancels and then makes the
//! child.

use selvedge::sync::context::Context;

use crate::context::Family;

/// Children that do not hear of their parent's end.
#[derive(Debug)]
pub enum ChildOutlivesItsParent {}

impl Family for ChildOutlivesItsParent {
    fn child(parent: &Context) -> Context {
        let child = Context::background(parent.clock());
        if parent.is_cancelled() {
            child.cancel();
        }
        child
    }
}
