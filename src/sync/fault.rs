//! Faults on demand: a check can make the facade fail as the machine may.
//!
//! | edge of the facade | how it fails | how a check makes it fail |
//! |---|---|---|
//! | [`Builder::spawn`](super::thread::Builder::spawn) | the machine has no more threads | [`refuse_thread`] |
//! | closures that run under a lock or on a worker | a panic | by panicking |
//! | [`Clock`](super::time::Clock) | time jumps | [`advance`](super::time::Clock::advance) by as much, on a manual clock |
//! | every operation | a thread stops where it matters | a build with `--cfg jitter`, and [`perturb`] |
//! | memory | the process ends | not at all: no operation of the facade's reports that an allocation has failed |

use std::cell::Cell;
use std::io;

thread_local! {
    /// How many more threads start before one is refused.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Runs `f`, in which [`Builder::spawn`](super::thread::Builder::spawn) fails once, after it has started `after`
/// threads: those that this thread starts, and under an engine those that any thread of the execution does.
///
/// ```
/// use selvedge::sync::atomic::{AtomicU32, Ordering};
/// use selvedge::sync::{Arc, fault::refuse_thread, thread};
///
/// # selvedge::check::verify(|| {
/// let started = Arc::new(AtomicU32::new(0));
/// let start = || {
///     let started = Arc::clone(&started);
///     thread::Builder::new().spawn(move || started.fetch_add(1, Ordering::Relaxed))
/// };
/// let [first, second, third] = refuse_thread(1, || [start(), start(), start()]);
/// assert!(second.is_err());
/// [first, third].into_iter().for_each(|thread| _ = thread.unwrap().join().unwrap());
/// assert_eq!(started.load(Ordering::Relaxed), 2);
/// # });
/// ```
pub fn refuse_thread<T>(after: usize, f: impl FnOnce() -> T) -> T {
    struct Restore(Option<usize>);

    impl Drop for Restore {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }

    let _restore = Restore(LEFT.replace(Some(after)));
    f()
}

/// In a build with `--cfg jitter`, draws the pauses of threads that have not been paused yet from `seed`. Returns
/// whether this is such a build.
///
/// ```
/// let _is_perturbed = selvedge::sync::fault::perturb(7);
/// ```
#[cfg_attr(not(jitter), allow(unused_variables, reason = "there is nothing to be drawn"))]
pub fn perturb(seed: u64) -> bool {
    #[cfg(jitter)]
    super::imp::jitter::seed(seed);
    cfg!(jitter)
}

/// Asks for a thread to be started.
pub(super) fn ask_for_thread() -> io::Result<()> {
    match LEFT.get() {
        Some(0) => {
            LEFT.set(None);
            Err(io::Error::new(io::ErrorKind::WouldBlock, "no thread could be started: a fault on demand"))
        }
        left => {
            LEFT.set(left.map(|left| left - 1));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_build_with_jitter_is_perturbed() {
        assert_eq!(perturb(7), cfg!(jitter));
    }
}
