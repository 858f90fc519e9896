//! How many different behaviours of a check were met, and how many of them are new.
//!
//! The number of schedules does not say: most schedules that a sampler draws are equivalent to others.

use super::sketch::Sketch;

/// The different behaviours that an exploration has met.
///
/// Behaviours are named by places in the program, so they are the same in every process and under each of Shuttle's
/// engines, and those of several explorations can be [merged](Self::merge).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Behaviours {
    /// Mazurkiewicz traces: executions that differ in more than the order of operations that commute. Turns of a spin
    /// loop in which nothing changed are no part of one.
    pub traces: Sketch,
    /// Pairs of locks of which one was taken under the other.
    pub lock_orders: Sketch,
    /// What the threads of an execution have read, each in its order, and what the operations of a recorded history
    /// have answered.
    pub outcomes: Sketch,
}

impl Behaviours {
    /// Takes in all that another exploration has met.
    pub fn merge(&mut self, other: &Behaviours) {
        self.traces.merge(&other.traces);
        self.lock_orders.merge(&other.lock_orders);
        self.outcomes.merge(&other.outcomes);
    }

    /// The behaviours of two explorations together, where they are counted.
    pub fn union(one: Option<Behaviours>, other: Option<Behaviours>) -> Option<Behaviours> {
        match (one, other) {
            (Some(mut one), Some(other)) => {
                one.merge(&other);
                Some(one)
            }
            (one, other) => one.or(other),
        }
    }

    /// The number of behaviours of all kinds together.
    ///
    /// ```
    /// use selvedge::check::Behaviours;
    ///
    /// let mut behaviours = Behaviours::default();
    /// behaviours.traces.insert(1);
    /// behaviours.outcomes.insert(1);
    /// assert_eq!(behaviours.count(), 2);
    /// ```
    pub fn count(&self) -> u64 {
        self.traces.count() + self.lock_orders.count() + self.outcomes.count()
    }
}
