//! The [broken twins](crate#twins), one file and one mistake each.

mod another_bias_is_as_good;
mod bias_given_outside_the_gate;
mod bias_given_with_relaxed;
mod bias_kept_with_relaxed;
mod bias_looked_at_once;
mod free_bias_taken_with_a_fence;
mod mark_gone_with_relaxed;
mod mark_without_fences;

pub use another_bias_is_as_good::AnotherBiasIsAsGood;
pub use bias_given_outside_the_gate::BiasGivenOutsideTheGate;
pub use bias_given_with_relaxed::BiasGivenWithRelaxed;
pub use bias_kept_with_relaxed::BiasKeptWithRelaxed;
pub use bias_looked_at_once::BiasLookedAtOnce;
pub use free_bias_taken_with_a_fence::FreeBiasTakenWithAFence;
pub use mark_gone_with_relaxed::MarkGoneWithRelaxed;
pub use mark_without_fences::MarkWithoutFences;
