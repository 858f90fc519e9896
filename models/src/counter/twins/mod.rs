//! The [broken twins](crate#twins), one file and one mistake each.

mod load_then_store;
mod stripe_summed_twice;

pub use load_then_store::LoadThenStore;
pub use stripe_summed_twice::StripeSummedTwice;
