//! A thread as other tasks see it.

use crate::sync::engine::backend::Point;
use crate::sync::engine::ids::ObjectId;

/// A thread's object: other tasks wait for its end, and the thread parks on it.
#[derive(Debug)]
pub(in crate::sync::engine) struct End {
    pub(in crate::sync::engine) id: ObjectId,
    pub(super) point: Point,
}
