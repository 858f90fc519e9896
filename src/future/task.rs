//! Futures that run beside the one that has started them.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::block_on_at;
use crate::sync::{Arc, Mutex, thread};

/// What a task comes to.
enum State<T> {
    Runs,
    /// Somebody waits for it.
    Awaited(Waker),
    Ended(T),
    /// It has panicked, or its output was taken.
    Gone,
}

/// A task that was started, as a future of its output. It goes on if this is dropped.
pub struct JoinHandle<T> {
    state: Arc<Mutex<State<T>>>,
}

/// Starts a future on a thread of its own, which the check accounts for.
///
/// ```
/// use selvedge::future;
///
/// # selvedge::check::verify(|| {
/// let task = future::spawn(async { 7 });
/// assert_eq!(future::block_on(task), 7);
/// # });
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let location = Location::caller();
    let state = Arc::new(Mutex::new(State::Runs));
    let mut ends = Ends { state: Arc::clone(&state), end: State::Gone };
    thread::spawn(move || ends.come_to(block_on_at(future, location)));
    JoinHandle { state }
}

/// Tells of the end of a task, when it is dropped: with its output, or by a panic.
struct Ends<T> {
    state: Arc<Mutex<State<T>>>,
    end: State<T>,
}

impl<T> Ends<T> {
    fn come_to(&mut self, output: T) {
        self.end = State::Ended(output);
    }
}

impl<T> Drop for Ends<T> {
    fn drop(&mut self) {
        let end = std::mem::replace(&mut self.end, State::Gone);
        let before = std::mem::replace(&mut *self.state.lock(), end);
        if let State::Awaited(waker) = before {
            waker.wake();
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = T;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = self.state.lock();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Ended(output) => Poll::Ready(output),
            State::Gone => panic!("the task has panicked, or its output was taken"),
            before @ (State::Runs | State::Awaited(_)) => {
                *state = State::Awaited(context.waker().clone());
                drop(state);
                // What a waker holds may do something where it is dropped.
                drop(before);
                Poll::Pending
            }
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("JoinHandle { .. }")
    }
}
