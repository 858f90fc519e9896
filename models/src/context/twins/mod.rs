//! The [broken twins](crate#twins), one file and one mistake each.

mod child_outlives_its_parent;
mod done_looked_at_only_between_steps;
mod timer_outlives_its_context;

pub use child_outlives_its_parent::ChildOutlivesItsParent;
pub use done_looked_at_only_between_steps::DoneLookedAtOnlyBetweenSteps;
pub use timer_outlives_its_context::TimerOutlivesItsContext;
