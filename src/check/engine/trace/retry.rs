//! Attempts that fail without a reason, one after the other, and what a task knows.
//!
//! A weak exchange may fail although the value is the expected one, and a time may not be over yet. Which of both it is at
//! each attempt is a choice. What a task does from one such failure to the next is a *try*.

use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::Location;

use super::record::Trace;
use super::states::Place;
use super::turn::Sight;
use crate::sync::engine::machine::atomic::Number;
use crate::sync::engine::machine::{Act, State};
use crate::sync::engine::op::Name;

/// The last tries of a task.
pub(in crate::check::engine) struct Tries {
    /// What it has done since the last failure.
    pub(in crate::check::engine) begun: Vec<usize>,
    /// Those that have failed, each with its failure at the end; the last comes first.
    pub(in crate::check::engine) failed: Vec<Vec<usize>>,
}

impl Trace {
    /// The last tries of `task`, up to so many that have failed.
    pub(in crate::check::engine) fn tries(&self, task: Name, most: usize) -> Tries {
        let (mut begun, mut failed) = (Vec::new(), Vec::<Vec<usize>>::new());
        for &step in self.own(task).iter().rev() {
            if self.steps[step].fails() {
                if failed.len() == most {
                    break;
                }
                failed.push(vec![step]);
            } else {
                failed.last_mut().unwrap_or(&mut begun).push(step);
            }
        }
        failed.iter_mut().chain([&mut begun]).for_each(|steps| steps.reverse());
        Tries { begun, failed }
    }

    /// What a part of a try has come to, [step by step](Self::sight), if it has left everything as it has found it.
    pub(in crate::check::engine) fn sights(&self, part: &[usize], first: usize) -> Option<Vec<Sight>> {
        let unnoticed = part.is_empty() || self.unnoticed(part).is_some();
        unnoticed.then(|| part.iter().map(|&step| self.sight(step, first)).collect())
    }

    /// How many attempts of `task` have failed at a line, one after the other.
    pub(in crate::check::engine) fn failures_in_a_row(&self, task: Name, location: &'static Location<'static>) -> u32 {
        let there = self.own(task).iter().rev().map(|&step| &self.steps[step]);
        let there = there.filter(|step| step.decides_a_failure() && step.location == location);
        there.take_while(|step| step.fails()).count() as u32
    }

    /// A number for what the task of a step knows after it: what it has done, and what that has answered. Where it may have
    /// seen more than a number (what a lock guards, a cell, a message, what a pointer points to), all that came before
    /// counts instead. What a task does next is a function of what it knows.
    pub(in crate::check::engine) fn knowledge(&self, step: usize) -> u64 {
        let mut hasher = foldhash::fast::FixedState::default().build_hasher();
        let task = self.steps[step].task();
        task.hash(&mut hasher);
        for &own in self.own(task).iter().rev().skip_while(|&&own| own > step) {
            let did = &self.steps[own];
            (did.location, did.planned.label.choice).hash(&mut hasher);
            let place = Place::after(self, own);
            let mut is_all = !did.accesses.reads && did.planned.spawned.is_none();
            for part in did.parts().iter().filter(|part| part.act != Act::Awaits) {
                let state = place.state_of(part.object);
                is_all &= match &*state {
                    State::Atomic(atomic) => atomic.number != Number::POINTER,
                    // The guarded value is known by the steps that have changed it.
                    State::Mutex(_) | State::RwLock(_) => {
                        let before = self.history(part.object).0.iter().take_while(|&&before| before < own);
                        let changes = |&&before: &&usize| {
                            self.steps[before].parts().iter().any(|part| part.act.changes_content())
                        };
                        before.filter(changes).for_each(|&before| self.number(before).hash(&mut hasher));
                        true
                    }
                    _ => false,
                };
                (part, state.answer(part.act, part.effect)).hash(&mut hasher);
            }
            if !is_all {
                self.number(own).hash(&mut hasher);
            }
            // What it was started with.
            let starts = did.previous.filter(|&previous| self.steps[previous].task() != task);
            starts.into_iter().for_each(|start| self.number(start).hash(&mut hasher));
        }
        hasher.finish()
    }
}
