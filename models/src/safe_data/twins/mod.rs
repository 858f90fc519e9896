//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod write_key_by_key;

pub use write_key_by_key::WriteKeyByKey;
