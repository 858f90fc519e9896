//! Whether an operation can still have a place before it is due.
//!
//! The question is asked of a relaxation, as planners do (Bonet and Geffner 2001): an operation may
//! be performed any number of times and in any order, and time between operations does not count.
//! What cannot be reached so cannot be reached at all: an order in which the wanted operation has a
//! place is a path from the state of now, through operations that are not in the order yet and were
//! invoked before the wanted one returned, to a state in which it fits; and the relaxation has that
//! path.
//!
//! Reads lead nowhere and are left out. What may be reached is found by trying, which is cheap with
//! few states. With more than [`STATES`] it is given up, and where that is the rule it is not tried
//! any more.

use super::states::{NOWHERE, States, Successors};

/// How many states are tried.
const STATES: usize = 128;
/// After how many vain attempts in a row nothing is tried any more.
const VAIN: u32 = 4;

/// Room for the states and classes of one question.
#[derive(Default)]
pub(super) struct Reach {
    reached: Vec<u32>,
    classes: Vec<u32>,
    vain: u32,
}

impl Reach {
    /// Whether operations of the classes `before` lead from `state` to none in which `class` is
    /// enabled.
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
