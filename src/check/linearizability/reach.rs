//! Whether an operation can still have a place before it is due.
//!
//! A relaxation of the question is answered, as planners do (Bonet and Geffner 2001): an operation may be performed any
//! number of times and in any order, and time between operations does not count. A state that cannot be reached in the
//! relaxation cannot be reached at all: an order in which the wanted operation has a place is a path from the current
//! state, through operations that are not in the order yet and were invoked before the wanted one returned, to a state
//! in which it fits; and the relaxation has that path.
//!
//! Reads lead to no other state and are left out. The reachable states are enumerated, which is cheap if they are few.
//! With more than [`STATES`] the attempt is given up, and after several such attempts in a row no more are made.

use super::states::{NOWHERE, States, Successors};

/// How many states are tried.
const STATES: usize = 128;
/// After how many vain attempts in a row no more are made.
const VAIN: u32 = 4;

/// Room for the states and classes of one question.
#[derive(Default)]
pub(super) struct Reach {
    reached: Vec<u32>,
    classes: Vec<u32>,
    vain: u32,
}

impl Reach {
    /// Whether operations of the classes `before` lead from `state` to no state in which `class` is enabled.
    pub(super) fn is_out(
        &mut self,
        states: &mut States<'_>,
        state: u32,
        class: u32,
        before: impl Iterator<Item = u32>,
    ) -> bool {
        self.classes.clear();
        self.classes.extend(before);
        self.classes.sort_unstable();
        self.classes.dedup();
        if states.is_out_of_reach(state, class, &self.classes) {
            return true;
        }
        if self.vain >= VAIN {
            return false;
        }
        self.reached.clear();
        self.reached.push(state);
        let mut next = 0;
        while let Some(&from) = self.reached.get(next) {
            if states.enables(from, class) {
                self.vain = 0;
                return false;
            }
            for &by in &self.classes {
                match states.successors(from, by) {
                    Successors::One(NOWHERE) => (),
                    Successors::One(to) => add(&mut self.reached, to),
                    Successors::Many(all) => all.iter().for_each(|&to| add(&mut self.reached, to)),
                }
            }
            if self.reached.len() > STATES {
                self.vain += 1;
                return false;
            }
            next += 1;
        }
        self.vain = 0;
        true
    }
}

fn add(reached: &mut Vec<u32>, state: u32) {
    if !reached.contains(&state) {
        reached.push(state);
    }
}
