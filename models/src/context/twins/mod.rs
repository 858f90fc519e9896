//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod child_outlives_its_parent;
mod done_looked_at_only_between_steps;
mod timer_outlives_its_context;

pub use child_outlives_its_parent::ChildOutlivesItsParent;
pub use done_looked_at_only_between_steps::DoneLookedAtOnlyBetweenSteps;
pub use timer_outlives_its_context::TimerOutlivesItsContext;
