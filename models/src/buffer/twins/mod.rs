//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod one_condvar_for_two_kinds;
mod wait_under_if;

pub use one_condvar_for_two_kinds::OneCondvarForTwoKinds;
pub use wait_under_if::WaitUnderIf;
