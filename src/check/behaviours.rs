//! How much of what a check can do was met, and how much of that is new.
//!
//! Schedules alone do not tell: most of those that a sampler draws do what others have done.

use super::sketch::Sketch;

/// The different behaviours that an exploration has met.
///
/// What is counted is named by its place in the program, and so is the same in every process and under each of Shuttle's
/// engines: those of several explorations [merge](Self::merge).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Behaviours {
    /// Mazurkiewicz traces: executions that differ in more than the order of operations that commute. Turns of a spin
    /// loop in which nothing changed are no part of one.
    pub traces: Sketch,
    /// Pairs of locks of which one was taken under the other.
    pub lock_orders: Sketch,
    /// What the threads of an execution have read, each in its order, and what the operations of what is checked have
    /// answered.
    pub outcomes: Sketch,
}

impl Behaviours {
    /// Takes in all that another exploration has met.
    pub fn merge(&mut self, other: &Behaviours) {
        self.traces.merge(&other.traces);
        self.lock_orders.merge(&other.lock_orders);
        self.outcomes.merge(&other.outcomes);
    }

    /// Those of two explorations, where they are counted.
    pub fn union(one: Option<Behaviours>, other: Option<Behaviours>) -> Option<Behaviours> {
        match (one, other) {
            (Some(mut one), Some(other)) => {
                one.merge(&other);
                Some(one)
            }
            (one, other) => one.or(other),
        }
    }

    /// How many there are of all kinds together.
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
