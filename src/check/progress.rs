//! The progress of an exploration while it runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::verdict::Failure;

/// What is known about a running exploration. In text: `12000 executions, 48000/s, of about 72000, 1s left`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Executions so far, without those that turned out to repeat others; with those that were run before
    /// the exploration was [resumed](super::Explorer::resume).
    pub executions: u64,
    /// Executions in a second, since it began or was resumed.
    pub per_second: f64,
    /// About how many executions there are in all. `None` if the engine cannot tell: loom does not know how far it is.
    pub whole: Option<u64>,
}

impl Progress {
    /// How long the rest will take, if there are about as many executions as it seems.
    ///
    /// ```
    /// use std::time::Duration;
    /// use selvedge::check::Progress;
    ///
    /// let progress = Progress { executions: 100, per_second: 50.0, whole: Some(300) };
    /// assert_eq!(progress.left(), Some(Duration::from_secs(4)));
    /// ```
    pub fn left(&self) -> Option<Duration> {
        let left = self.whole?.saturating_sub(self.executions) as f64 / self.per_second;
        Duration::try_from_secs_f64(left.round()).ok()
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} executions, {:.0}/s", self.executions, self.per_second)?;
        if let Some(whole) = self.whole {
            write!(f, ", of about {whole}")?;
        }
        self.left().map_or(Ok(()), |left| write!(f, ", {left:?} left"))
    }
}

/// A listener to the progress.
#[derive(Clone)]
pub(super) struct Listener(pub(super) Arc<dyn Fn(Progress) + Send + Sync>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener(..)")
    }
}

/// A listener to failures.
#[derive(Clone)]
#[cfg_attr(not(any(loom, shuttle)), expect(dead_code, reason = "real threads have nothing to look for then"))]
pub(super) struct FailureListener(pub(super) Arc<dyn Fn(&Failure) + Send + Sync>);

impl fmt::Debug for FailureListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FailureListener(..)")
    }
}
