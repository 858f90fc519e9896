//! Objects in statics exist from the beginning of an execution, before any thread has made one.
//!
//! So the main thread makes them, before it does anything else. Which there are is known only when a thread comes to use
//! one: then the search starts again. The main thread's own object, on which it parks, is one of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sync::engine::machine::State;
use crate::sync::engine::names::ObjectName;

/// The objects in statics that executions have come to use, with the states in which they begin.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Statics {
    known: BTreeMap<ObjectName, State>,
}

impl Statics {
    /// All of them, in an order that is the same in every execution.
    pub(super) fn all(&self) -> Vec<(ObjectName, State)> {
        self.known.iter().map(|(&name, state)| (name, state.clone())).collect()
    }

    /// Takes in one that an execution has come to use. Returns whether it was not known. One that begins otherwise than
    /// before is found out by the next execution, in which it is not what it was in the graph.
    pub(super) fn take_in(&mut self, name: ObjectName, initial: State) -> bool {
        self.known.insert(name, initial).is_none()
    }
}
