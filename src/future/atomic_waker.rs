//! A place for the waker of one task, which others wake.

use std::task::Waker;

use crate::sync::Mutex;

/// Where a task leaves its waker, and others find it. A task has to look once more at what it waits for after it has
/// [registered](Self::register): whoever came before has found no waker.
///
/// ```
/// use std::future::poll_fn;
/// use std::task::Poll;
/// use selvedge::future::{self, AtomicWaker};
/// use selvedge::sync::atomic::{AtomicBool, Ordering};
/// use selvedge::sync::{Arc, thread};
///
/// # selvedge::check::verify(|| {
/// let shared = Arc::new((AtomicBool::new(false), AtomicWaker::new()));
/// let theirs = Arc::clone(&shared);
/// let setter = thread::spawn(move || {
///     theirs.0.store(true, Ordering::SeqCst);
///     theirs.1.wake();
/// });
/// future::block_on(poll_fn(|context| {
///     shared.1.register(context.waker());
///     if shared.0.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
/// }));
/// setter.join().unwrap();
/// # });
/// ```
#[derive(Debug, Default)]
pub struct AtomicWaker {
    waker: Mutex<Option<Waker>>,
}

impl AtomicWaker {
    /// A place without a waker.
    #[track_caller]
    pub fn new() -> Self {
        AtomicWaker { waker: Mutex::new(None) }
    }

    /// Leaves a waker, instead of the one that was there.
    #[track_caller]
    pub fn register(&self, waker: &Waker) {
        let mut place = self.waker.lock();
        if place.as_ref().is_some_and(|old| old.will_wake(waker)) {
            return;
        }
        let old = place.replace(waker.clone());
        // What a waker holds may do something where it is dropped.
        drop(place);
        drop(old);
    }

    /// Takes the waker away.
    #[track_caller]
    pub fn take(&self) -> Option<Waker> {
        self.waker.lock().take()
    }

    /// Takes the waker away, and wakes its task.
    #[track_caller]
    pub fn wake(&self) {
        let waker = self.take();
        waker.into_iter().for_each(Waker::wake);
    }
}
