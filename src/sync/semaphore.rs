//! A counting semaphore: a number of permits, which threads wait for and take.
//!
//! The document's pools use a channel as a semaphore, to bound how many workers run at once; this is a real one.
//!
//! ```
//! use selvedge::sync::atomic::{AtomicUsize, Ordering};
//! use selvedge::sync::{Semaphore, thread};
//!
//! # selvedge::check::verify(|| {
//! let (at_once, busy) = (Semaphore::new(1), AtomicUsize::new(0));
//! thread::scope(|scope| {
//!     for _ in 0..2 {
//!         scope.spawn(|| {
//!             let _permit = at_once.acquire().unwrap();
//!             assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0);
//!             busy.fetch_sub(1, Ordering::SeqCst);
//!         });
//!     }
//! });
//! # });
//! ```

use std::error::Error;
use std::fmt;

pub use super::imp::semaphore::{Permit, Semaphore};

/// A permit was asked for from a semaphore that is closed.
///
/// ```
/// use selvedge::sync::Semaphore;
///
/// # selvedge::check::verify(|| {
/// let semaphore = Semaphore::new(0);
/// semaphore.close();
/// assert_eq!(semaphore.acquire().unwrap_err().to_string(), "the semaphore is closed");
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcquireError;

/// Why an attempt got no permit.
///
/// ```
/// use selvedge::sync::Semaphore;
/// use selvedge::sync::semaphore::TryAcquireError;
///
/// # selvedge::check::verify(|| {
/// let semaphore = Semaphore::new(1);
/// let _permit = semaphore.try_acquire().unwrap();
/// assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryAcquireError {
    /// All permits are taken.
    NoPermits,
    /// The semaphore is closed.
    Closed,
}

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl fmt::Display for TryAcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryAcquireError::NoPermits => "all permits are taken",
            TryAcquireError::Closed => "the semaphore is closed",
        })
    }
}

impl Error for AcquireError {}

impl Error for TryAcquireError {}
