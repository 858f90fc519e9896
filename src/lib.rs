//! draft
pub mod check;
pub mod sync;
