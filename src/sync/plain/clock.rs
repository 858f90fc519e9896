//! The time of the machine: exact, and coarse where the system keeps a coarse one.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time of the first call in this process.
struct Origin {
    exact: Instant,
    /// The same moment or a later one, on the kernel's coarse clock.
    #[cfg(target_os = "linux")]
    kernel: u64,
}

#[inline]
fn origin() -> &'static Origin {
    static ORIGIN: OnceLock<Origin> = OnceLock::new();
    ORIGIN.get_or_init(|| Origin {
        exact: Instant::now(),
        #[cfg(target_os = "linux")]
        kernel: kernel_time(rustix::time::ClockId::Monotonic),
    })
}

/// Time since the origin.
pub(in crate::sync) fn system_time() -> Option<Duration> {
    // The origin first, so that it is not later than the time that is compared with it.
    let origin = origin();
    Some(origin.exact.elapsed())
}

/// The same in nanoseconds, up to a tick of the kernel late, at a tenth of the cost. `None` if the system has no such
/// clock.
#[cfg(target_os = "linux")]
#[inline]
pub(in crate::sync) fn coarse_nanos() -> Option<u64> {
    Some(kernel_time(rustix::time::ClockId::MonotonicCoarse).saturating_sub(origin().kernel))
}

#[cfg(not(target_os = "linux"))]
pub(in crate::sync) fn coarse_nanos() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
#[inline]
fn kernel_time(clock: rustix::time::ClockId) -> u64 {
    let time = rustix::time::clock_gettime(clock);
    // A monotonic clock counts from the start of the machine.
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
