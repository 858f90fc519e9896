//! The [broken twins](crate#twins), one file and one mistake each.

mod copy_before_lock;
mod fields_of_two_versions;

pub use copy_before_lock::CopyBeforeLock;
pub use fields_of_two_versions::FieldsOfTwoVersions;
