//! A point in time.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time: nanoseconds since the clock's beginning. Up to 584 years; anything later is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub(super) u64);

impl Instant {
    /// When every clock begins.
    pub const ORIGIN: Instant = Instant(0);
    /// Later than any other.
    pub(super) const NEVER: Instant = Instant(u64::MAX);

    /// How long after the clock's beginning.
    pub fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// How long after `earlier`; zero if it is not after it.
    pub fn saturating_duration_since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The first instant later than `now` that is a whole number of periods after this one; possibly never.
    pub(super) fn after_ticks(self, period: Duration, now: Instant) -> Instant {
        let missed = (now - self).as_nanos() / period.as_nanos();
        let ticks = (missed + 1).saturating_mul(period.as_nanos());
        Instant(self.0.saturating_add(u64::try_from(ticks).unwrap_or(u64::MAX)))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Instant(self.0.saturating_add(nanos))
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }
}
