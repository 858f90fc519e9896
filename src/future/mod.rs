//! Futures, run so that a check can see who waits for whom.
//!
//! [`block_on`] runs a future on the thread that calls it, and [`spawn`] on a thread of its own: a task of the check. While
//! a future is pending its thread is parked, and a waker unparks it. So a wakeup that is lost is a deadlock, told with the
//! line at which the future has last done something before it waited: that of the `.await`, where it waits for one of this
//! module. Which waker is dropped when is seen too: they count their owners by the facade's [`Arc`].
//!
//! On real threads the same code runs on this executor: a thread for each task, parked while it waits.
//!
//! ```
//! use selvedge::future;
//!
//! # selvedge::check::verify(|| {
//! let sum = future::block_on(async {
//!     let one = future::spawn(async { 1 });
//!     future::yield_now().await;
//!     one.await + 2
//! });
//! assert_eq!(sum, 3);
//! # });
//! ```

mod atomic_waker;
mod task;
mod wake;

pub use atomic_waker::AtomicWaker;
pub use task::{JoinHandle, spawn};
pub use wake::{Wake, waker};

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::task::{Context, Poll};

use crate::sync::imp::thread as imp;
use crate::sync::{Arc, thread};

/// Unparks the thread that waits.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake_by_ref(this: &Arc<Self>) {
        this.0.unpark();
    }
}

/// Runs a future to its end, on this thread.
///
/// ```
/// use selvedge::future;
/// use selvedge::sync::atomic::{AtomicU32, Ordering};
///
/// # selvedge::check::verify(|| {
/// let hits = AtomicU32::new(7);
/// assert_eq!(future::block_on(async { hits.load(Ordering::SeqCst) }), 7);
/// # });
/// ```
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    block_on_at(future, Location::caller())
}

fn block_on_at<F: Future>(future: F, location: &'static Location<'static>) -> F::Output {
    let waker = waker(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        let before = imp::moment();
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => imp::park_behind(before, location),
        }
    }
}

/// Lets other tasks run: is pending once.
#[track_caller]
pub fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        thread::yield_now();
        Poll::Pending
    })
}

/// Runs two futures in turn, until both have ended.
///
/// ```
/// use selvedge::future;
/// use selvedge::sync::atomic::{AtomicU32, Ordering};
///
/// # selvedge::check::verify(|| {
/// let hits = AtomicU32::new(1);
/// let both = future::join(async { hits.fetch_add(1, Ordering::SeqCst) }, async { "two" });
/// assert_eq!(future::block_on(both), (1, "two"));
/// # });
/// ```
pub async fn join<A: Future, B: Future>(one: A, other: B) -> (A::Output, B::Output) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(move |context| {
        if first.is_none()
            && let Poll::Ready(output) = one.as_mut().poll(context)
        {
            first = Some(output);
        }
        if second.is_none()
            && let Poll::Ready(output) = other.as_mut().poll(context)
        {
            second = Some(output);
        }
        match (first.take(), second.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            outputs => {
                (first, second) = outputs;
                Poll::Pending
            }
        }
    })
    .await
}
