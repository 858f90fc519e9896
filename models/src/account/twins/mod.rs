//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod read_modify_write_in_three_steps;
mod transfer_in_argument_order;

pub use read_modify_write_in_three_steps::ReadModifyWriteInThreeSteps;
pub use transfer_in_argument_order::TransferInArgumentOrder;
