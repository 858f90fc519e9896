//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod load_then_store;
mod stripe_summed_twice;

pub use load_then_store::LoadThenStore;
pub use stripe_summed_twice::StripeSummedTwice;
