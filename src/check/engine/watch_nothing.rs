//! For systems whose signals are not supported: an execution that does not come back is given up, without saying where
//! it is.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sync::engine::world::{Stop, World};

/// Waits for an exploration to end in a failure, for `limit` at most.
///
/// # Errors
///
/// If it ends otherwise, or does not.
pub(super) fn wait(
    _: &JoinHandle<()>,
    stops: &Receiver<(Stop, World)>,
    limit: Duration,
    _: impl Fn() -> u64,
) -> Result<(Stop, World), RecvTimeoutError> {
    stops.recv_timeout(limit)
}

pub(super) fn install() {}

/// Stands in for the stack of the signal handlers.
#[derive(Debug)]
pub(super) struct Room;

impl Room {
    pub(super) fn new() -> Self {
        Room
    }
}
