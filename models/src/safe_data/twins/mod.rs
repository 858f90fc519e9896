//! The [broken twins](crate#twins), one file and one mistake each.

mod write_key_by_key;

pub use write_key_by_key::WriteKeyByKey;
