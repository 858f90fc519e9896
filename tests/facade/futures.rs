//! Futures: what waits for them, starts them, and wakes them.

use std::future::poll_fn;
use std::task::Poll;

use selvedge::future::{self, AtomicWaker, JoinHandle, Wake, waker};
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, thread};

use super::everywhere;

#[test]
fn a_future_is_run_to_its_end() {
    everywhere(|| {
        let sum = future::block_on(async {
            let tasks: [JoinHandle<u32>; 2] = [1, 2].map(|n| future::spawn(async move { n }));
            let [one, other] = tasks;
            one.await + other.await
        });
        assert_eq!(sum, 3);
    });
}

#[test]
fn two_futures_are_joined() {
    everywhere(|| {
        let x = Mutex::new(0);
        let add = async |n| {
            *x.lock() += n;
            future::yield_now().await;
            *x.lock() += n;
        };
        future::block_on(future::join(add(1), add(10)));
        assert_eq!(*x.lock(), 22);
    });
}

#[test]
fn a_task_is_woken_by_a_thread() {
    everywhere(|| {
        let shared = Arc::new((AtomicU32::new(0), AtomicWaker::new()));
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            theirs.0.store(7, SeqCst);
            theirs.1.wake();
        });
        let set = poll_fn(|context| {
            shared.1.register(context.waker());
            match shared.0.load(SeqCst) {
                0 => Poll::Pending,
                value => Poll::Ready(value),
            }
        });
        assert_eq!(future::block_on(set), 7);
        assert!(shared.1.take().is_none_or(|waker| waker.will_wake(&waker.clone())));
        setter.join().unwrap();
    });
}

struct Count(AtomicU32);

impl Wake for Count {
    fn wake_by_ref(this: &Arc<Self>) {
        this.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_waker_owns_what_it_wakes() {
    everywhere(|| {
        let count = Arc::new(Count(AtomicU32::new(0)));
        let waker = waker(Arc::clone(&count));
        let other = waker.clone();
        assert!(waker.will_wake(&other));
        waker.wake_by_ref();
        other.wake();
        drop(waker);
        assert_eq!((count.0.load(SeqCst), Arc::strong_count(&count)), (2, 1));
    });
}
