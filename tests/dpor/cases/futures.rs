//! Futures whose wakeups are lost.

use std::future::{Future, poll_fn};
use std::task::Poll;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer};
use selvedge::future::{self, AtomicWaker};
use selvedge::sync::atomic::{AtomicBool, Ordering::SeqCst};
use selvedge::sync::{Arc, thread};

use super::{comes_to, fails_by};

#[derive(Default)]
struct Flag {
    set: AtomicBool,
    waker: AtomicWaker,
}

impl Flag {
    fn set(&self) {
        self.set.store(true, SeqCst);
        self.waker.wake();
    }

    /// Waits for it; looks once more after it has left its waker, or forgets to.
    fn wait(&self, again: bool) -> impl Future<Output = ()> + '_ {
        poll_fn(move |context| {
            if self.set.load(SeqCst) {
                return Poll::Ready(());
            }
            self.waker.register(context.waker());
            if again && self.set.load(SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

fn a_flag_is_awaited(again: bool) {
    let flag = Arc::new(Flag::default());
    let theirs = Arc::clone(&flag);
    let setter = thread::spawn(move || theirs.set());
    future::block_on(flag.wait(again));
    setter.join().unwrap();
}

fn a_waker_registered_after_the_wake() -> Result<(), Failed> {
    fails_by("deadlock", || a_flag_is_awaited(false))?;
    comes_to(&[()], || a_flag_is_awaited(true))
}

/// A deadlock tells the line of the `await`.
fn the_line_of_an_await_is_told() -> Result<(), Failed> {
    let line = line!() + 4;
    let report = Explorer::new(Engine::Dpor).run(|| {
        let never = future::spawn(poll_fn(|_| Poll::<()>::Pending));
        future::block_on(async {
            never.await;
        });
    });
    let told = format!("futures.rs:{line}");
    match report.verdict.story() {
        Some(story) if story.waits.iter().any(|wait| wait.place.line == line) => Ok(()),
        _ => Err(format!("expected a wait at {told}, and found {report}").into()),
    }
}

/// A task that ends while it is awaited wakes whoever awaits it, and tasks may be started by tasks.
fn tasks_end_while_they_are_awaited() -> Result<(), Failed> {
    comes_to(&[3], || {
        future::block_on(async {
            let outer = future::spawn(async { 1 + future::spawn(async { 1 }).await });
            1 + outer.await
        })
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("futures_whose_waker_comes_late", a_waker_registered_after_the_wake),
        Trial::test("futures_tell_the_line_of_an_await", the_line_of_an_await_is_told),
        Trial::test("futures_of_tasks", tasks_end_while_they_are_awaited),
    ]
}
