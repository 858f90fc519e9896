//! Time on the machine's clock, which runs by itself: timers, tickers, deadlines, contexts.
//!
//! Under an engine it stands still, and there is nothing to see. Here it passes: a test waits for milliseconds, and never
//! says how long something took, only that it did not take less. What should end at once stands beside an hour, so that a
//! wrong end is a test that hangs.

use std::time::Duration;

use selvedge::check::Engine;
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::time::Clock;
use selvedge::sync::{channel, select, thread};

const MOMENT: Duration = Duration::from_millis(2);
const HOUR: Duration = Duration::from_secs(3600);

fn on_real_threads() -> bool {
    Engine::available().all(|engine| engine == Engine::Threads)
}

#[test]
fn a_sleep_takes_its_time() {
    if on_real_threads() {
        let clock = Clock::system();
        assert_eq!(format!("{clock:?}"), "Clock::system");
        let before = clock.now();
        clock.sleep(MOMENT);
        assert!(clock.now() - before >= MOMENT);
    }
}

#[test]
fn the_first_deadline_wins_wherever_it_stands() {
    if on_real_threads() {
        let clock = Clock::system();
        let (soon, late) = (clock.after(MOMENT), clock.after(HOUR));
        select! {
            recv(soon) -> at => assert!(at.is_ok_and(|at| at <= clock.now())),
            recv(late) -> _ => panic!("an hour is over"),
        }
        let soon = clock.after(MOMENT);
        select! {
            recv(late) -> _ => panic!("an hour is over"),
            recv(soon) -> at => assert!(at.is_ok_and(|at| at <= clock.now())),
        }
    }
}

#[test]
fn what_is_due_is_ready_and_the_rest_is_not() {
    if on_real_threads() {
        let clock = Clock::system();
        let due = |wait| {
            let timer = clock.after(wait);
            select! {
                recv(timer) -> _ => true,
                default => false,
            }
        };
        assert!(due(Duration::ZERO));
        assert!(!due(HOUR));
    }
}

/// A ticker whose ticks nobody fetched goes on with the next one that is still to come.
#[test]
fn a_ticker_leaves_out_what_was_missed() {
    if on_real_threads() {
        let clock = Clock::system();
        let ticker = clock.ticker(MOMENT);
        let next = || select! { recv(ticker) -> at => at.expect("a ticker goes on") };
        let first = next();
        while clock.now() - first < MOMENT * 4 {
            thread::yield_now();
        }
        let missed = clock.now();
        // Not always the next: the first may have been fetched late itself.
        let second = next();
        assert!(second > first && second <= missed, "one tick stands for those that were missed");
        let then = next();
        assert!(then > missed && (then - first).as_nanos().is_multiple_of(MOMENT.as_nanos()));
        assert!(then <= clock.now(), "a tick came before its time");
    }
}

#[test]
fn a_context_ends_at_its_deadline_waited_for_or_not() {
    if on_real_threads() {
        let background = Context::background(&Clock::system());
        let waited = background.with_timeout(MOMENT);
        assert_eq!(waited.wait(), Cause::DeadlineExceeded);
        let looked_at = background.with_timeout(MOMENT);
        assert!(looked_at.deadline().is_some() && background.deadline().is_none());
        while !looked_at.is_cancelled() {
            thread::yield_now();
        }
        assert_eq!(looked_at.cause(), Some(Cause::DeadlineExceeded));
        let long = background.with_timeout(HOUR);
        assert!(!long.is_cancelled() && !background.is_cancelled());
        long.cancel();
        assert_eq!(long.wait(), Cause::Cancelled);
    }
}

#[test]
fn a_channel_wins_against_a_deadline_that_is_far() {
    if on_real_threads() {
        let (sender, receiver) = channel::bounded(1);
        sender.send(7).expect("there is room");
        let got = select! {
            recv(receiver) -> number => number,
            timeout(Clock::system(), HOUR) => panic!("an hour is over"),
        };
        assert_eq!(got, Ok(7));
    }
}

/// By the exact clock where it is near, and by the coarse one where it is not.
#[test]
fn what_has_passed_is_what_lies_before_now() {
    if on_real_threads() {
        let clock = Clock::system();
        let start = clock.now();
        clock.sleep(MOMENT);
        assert!(clock.has_passed(start));
        assert!(!clock.has_passed(clock.now() + HOUR));
        assert!(!clock.has_passed(clock.now() + Duration::from_secs(1)));
        // Later than the tick of any kernel: the coarse clock knows by then.
        let due = clock.now() + MOMENT * 20;
        while !clock.has_passed(due) {
            thread::yield_now();
        }
        assert!(clock.now() > due);
        let manual = Clock::manual();
        let due = manual.now() + HOUR;
        manual.advance(HOUR);
        assert!(!manual.has_passed(due));
        manual.advance(MOMENT);
        assert!(manual.has_passed(due));
    }
}

/// It is behind, so that what counts from it ends too soon and never too late.
#[test]
fn the_coarse_time_is_at_most_a_tick_behind() {
    if on_real_threads() {
        let clock = Clock::system();
        let before = clock.now();
        let coarse = clock.now_coarse();
        assert!(coarse <= clock.now());
        assert!(before - coarse < Duration::from_secs(1));
        let manual = Clock::manual();
        manual.advance(HOUR);
        assert_eq!(manual.now_coarse(), manual.now());
    }
}
