//! Where the signals of a system are not known here, an execution that does not come back is given up, and no more is said.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sync::engine::world::{Stop, World};

/// Waits for an exploration to end in a failure, which has so much time.
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

/// Room for who tells.
#[derive(Debug)]
pub(super) struct Room;

impl Room {
    pub(super) fn new() -> Self {
        Room
    }
}
