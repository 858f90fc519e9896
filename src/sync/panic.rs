//! Catching panics, so that an engine can tell them from panics that are not caught.

use std::panic::AssertUnwindSafe;

use super::imp::Catching;

/// Runs `f`; a panic in it becomes an error.
///
/// A check ends where a task panics *outside* of this function, before the stack unwinds, so that
/// the report shows every lock as it was. It does not see `std::panic::catch_unwind`.
///
/// # Errors
///
/// The payload of the panic.
///
/// ```
/// use selvedge::sync::panic::{catch_unwind, message};
/// use selvedge::sync::{Mutex, thread};
///
/// # selvedge::check::verify(|| {
/// let count = Mutex::new(0);
/// thread::scope(|scope| {
///     scope.spawn(|| *count.lock() += 1);
///     let outcome: std::thread::Result<()> = catch_unwind(|| {
///         let _held = count.lock();
///         panic!("no");
///     });
///     assert_eq!(message(&*outcome.unwrap_err()), "no");
/// });
/// assert_eq!(*count.lock(), 1);
/// # });
/// ```
pub fn catch_unwind<T>(f: impl FnOnce() -> T) -> std::thread::Result<T> {
    let _catching = Catching::new();
    std::panic::catch_unwind(AssertUnwindSafe(f))
}

/// The text of a panic, for people.
pub fn message(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is not text")
}
