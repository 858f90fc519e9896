//! The [broken twins](crate#twins), one file and one mistake each.

mod one_condvar_for_two_kinds;
mod wait_under_if;

pub use one_condvar_for_two_kinds::OneCondvarForTwoKinds;
pub use wait_under_if::WaitUnderIf;
