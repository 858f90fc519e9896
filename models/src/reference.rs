//! What operations do one after another, where each has one effect and one answer, or has to wait.

use std::fmt::{Debug, Formatter, Result};
use std::hash::Hash;

use selvedge::check::linearizability::{Next, Specification};

/// A specification by its first state, and by what an operation does to a state and answers: nothing, where it waits.
pub struct Reference<State, Op, Ret> {
    /// The state before the first operation.
    pub initial: State,
    /// Performs an operation.
    pub apply: fn(&mut State, &Op) -> Option<Ret>,
}

impl<State: Debug, Op, Ret> Debug for Reference<State, Op, Ret> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Reference").field("initial", &self.initial).finish_non_exhaustive()
    }
}

impl<State: Clone + Eq + Hash, Op: Eq + Hash, Ret: Eq + Hash> Specification for Reference<State, Op, Ret> {
    type State = State;
    type Op = Op;
    type Ret = Ret;

    fn initial(&self) -> State {
        self.initial.clone()
    }

    fn step(&self, state: &State, op: &Op, ret: Option<&Ret>, next: &mut Next<State>) {
        let mut after = state.clone();
        if let Some(answer) = (self.apply)(&mut after, op) {
            answers(next, ret, answer, after);
        }
    }
}

/// What an operation leaves behind if it answers `answer`.
pub(crate) fn answers<State, Ret: PartialEq>(next: &mut Next<State>, ret: Option<&Ret>, answer: Ret, after: State) {
    if ret.is_none_or(|ret| *ret == answer) {
        next.becomes(after);
    }
}
