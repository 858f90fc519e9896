//! The [broken twins](crate#twins), one file and one mistake each.

mod read_modify_write_in_three_steps;
mod transfer_in_argument_order;

pub use read_modify_write_in_three_steps::ReadModifyWriteInThreeSteps;
pub use transfer_in_argument_order::TransferInArgumentOrder;
