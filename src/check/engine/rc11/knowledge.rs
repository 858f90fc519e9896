//! Numbers for what has led to an event, by which what was found out in one execution is known in others.

use std::hash::{BuildHasher, Hash, Hasher};

use super::deed::Value;
use super::event::{Stamp, What};
use super::graph::Graph;
use crate::sync::engine::machine::State;
use crate::sync::engine::machine::atomic::Number;

impl Graph {
    /// A number for what the thread of an event knows after it: what it has done, and what that has answered. Where it may
    /// have seen more than a number, all that came before counts instead.
    pub(super) fn knowledge(&self, last: Stamp) -> u64 {
        let mut hasher = foldhash::fast::FixedState::default().build_hasher();
        let event = &self[last];
        event.thread.hash(&mut hasher);
        self.threads()[event.thread.index()].start.map(|start| self.past_number(start)).hash(&mut hasher);
        for &own in &self.of(event.thread)[..=event.index as usize] {
            match &self[own].what {
                What::Read { location, act, from, .. } => {
                    (location, act).hash(&mut hasher);
                    match &**self.state(*from) {
                        Value::One(State::Atomic(atomic)) if atomic.number != Number::POINTER => {
                            atomic.hash(&mut hasher)
                        }
                        _ => self.past_number(own).hash(&mut hasher),
                    }
                }
                What::Choice { chosen, .. } => chosen.hash(&mut hasher),
                What::Write { location, state, .. } => (location, state).hash(&mut hasher),
                What::Fence => (),
                What::Settles => self.past_number(own).hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    /// A number for all that an event comes after, and itself.
    pub(super) fn past_number(&self, last: Stamp) -> u64 {
        self.number_of(|stamp| self[stamp].is_in(&self[last].clocks.porf))
    }

    /// A number for these events.
    pub(super) fn number_of(&self, which: impl Fn(Stamp) -> bool) -> u64 {
        let place = |stamp: Stamp| (self[stamp].thread, self[stamp].index);
        let number = |stamp: Stamp| {
            let mut hasher = foldhash::fast::FixedState::default().build_hasher();
            place(stamp).hash(&mut hasher);
            match &self[stamp].what {
                What::Read { location, act, from, .. } => (location, act, place(*from)).hash(&mut hasher),
                What::Choice { chosen, .. } => chosen.hash(&mut hasher),
                _ => (),
            }
            hasher.finish()
        };
        self.stamps().filter(|&stamp| which(stamp)).map(number).fold(0, u64::wrapping_add)
    }
}
