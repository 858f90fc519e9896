//! Contexts, clocks and tickers.

use selvedge::check::{Engine, Explorer};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::time::Clock;
use selvedge::sync::{channel, select, thread};

use super::{TICK, always, assert_held, outcomes, outcomes_within_bounds};

#[test]
fn a_timeout_fires_at_every_point_at_which_it_could() {
    outcomes_within_bounds(&["in time", "too late"], || {
        let clock = Clock::manual();
        let (sender, receiver) = channel::bounded(1);
        let time = clock.clone();
        let workers = [thread::spawn(move || time.advance(TICK)), thread::spawn(move || sender.send(()).unwrap())];
        let outcome = select! {
            recv(receiver) -> message => { assert!(message.is_ok()); "in time" },
            timeout(clock, TICK / 2) => "too late",
        };
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!(clock.timers(), 0);
        outcome
    });
}

#[test]
fn a_context_cancelled_before_a_wait_ends_it_at_once() {
    always(|| {
        let context = Context::background(&Clock::manual());
        context.cancel();
        assert_eq!(context.wait(), Cause::Cancelled);
    });
}

#[test]
fn a_context_cancelled_during_or_after_a_wait() {
    outcomes(&["cancelled", "message"], || {
        let context = Context::background(&Clock::manual());
        let theirs = context.child();
        let (sender, receiver) = channel::bounded(1);
        sender.send(()).unwrap();
        let worker = thread::spawn(move || {
            let outcome = select! {
                recv(theirs.done()) -> _ => "cancelled",
                recv(receiver) -> _ => "message",
            };
            assert_eq!(theirs.wait(), Cause::Cancelled);
            outcome
        });
        context.cancel();
        worker.join().unwrap()
    });
}

#[test]
fn a_child_is_cancelled_by_its_parent_and_not_the_other_way_round() {
    always(|| {
        let parent = Context::background(&Clock::manual());
        let child = parent.child();
        let (theirs, sibling) = (child.clone(), parent.child());
        let worker = thread::spawn(move || theirs.cancel_because("enough"));
        worker.join().unwrap();
        assert_eq!(child.cause(), Some(Cause::Because("enough".into())));
        assert!(!parent.is_cancelled() && !sibling.is_cancelled());
        parent.cancel();
        assert_eq!(sibling.cause(), Some(Cause::Cancelled));
        assert_eq!(child.cause(), Some(Cause::Because("enough".into())));
    });
}

#[test]
fn a_child_made_while_its_parent_is_cancelled_is_cancelled() {
    always(|| {
        let parent = Context::background(&Clock::manual());
        let theirs = parent.clone();
        let worker = thread::spawn(move || theirs.child().wait());
        parent.cancel();
        assert_eq!(worker.join().unwrap(), Cause::Cancelled);
    });
}

#[test]
fn a_deadline_never_lies_after_the_parents() {
    always(|| {
        let clock = Clock::manual();
        let parent = Context::background(&clock).with_timeout(TICK);
        let child = parent.with_timeout(TICK * 5);
        assert_eq!(child.deadline(), parent.deadline());
        let worker = thread::spawn(move || child.wait());
        clock.advance(TICK);
        assert_eq!(worker.join().unwrap(), Cause::DeadlineExceeded);
        drop(parent);
        assert_eq!(clock.timers(), 0);
    });
}

#[test]
fn a_deadline_that_comes_before_the_parents() {
    always(|| {
        let clock = Clock::manual();
        let parent = Context::background(&clock).with_timeout(TICK * 5);
        let child = parent.with_timeout(TICK);
        let theirs = child.clone();
        let worker = thread::spawn(move || theirs.wait());
        clock.advance(TICK);
        assert_eq!(worker.join().unwrap(), Cause::DeadlineExceeded);
        assert!(child.is_cancelled() && !parent.is_cancelled());
        drop((child, parent));
        assert_eq!(clock.timers(), 0);
    });
}

#[test]
fn a_ticker_fires_once_a_period_and_stops_when_dropped() {
    always(|| {
        let clock = Clock::manual();
        let ticker = clock.ticker(TICK);
        let time = clock.clone();
        let worker = thread::spawn(move || time.advance(TICK));
        select! { recv(ticker) -> at => assert_eq!(at.unwrap().since_origin(), TICK) }
        worker.join().unwrap();
        // Three periods at once, and nobody fetches: one tick stands for all.
        clock.advance(TICK * 3);
        select! { recv(ticker) -> at => assert_eq!(at.unwrap().since_origin(), TICK * 2) }
        select! { recv(ticker) -> _ => panic!("a second tick"), default => () }
        drop(ticker);
        assert_eq!(clock.timers(), 0);
    });
}

#[test]
fn every_child_is_cancelled_with_its_parent() {
    always(|| {
        let parent = Context::background(&Clock::manual());
        let children = [parent.child(), parent.child(), parent.child()];
        parent.cancel();
        assert!(children.iter().all(Context::is_cancelled));
    });
}

/// The parent's alarm is enough for both.
#[test]
fn a_deadline_that_is_the_parents_sets_no_timer() {
    always(|| {
        let clock = Clock::manual();
        let parent = Context::background(&clock).with_timeout(TICK);
        let children = [parent.with_timeout(TICK), parent.with_timeout(TICK * 2)];
        assert_eq!(clock.timers(), 1);
        assert!(children.iter().all(|child| child.deadline() == parent.deadline() && !child.is_cancelled()));
        clock.advance(TICK);
        assert!(children.iter().all(|child| child.cause() == Some(Cause::DeadlineExceeded)));
    });
}

#[test]
fn a_sleeper_wakes_up_when_the_time_has_come() {
    let check = || {
        let clock = Clock::manual();
        let time = clock.clone();
        let start = clock.now();
        let sleeper = thread::spawn(move || {
            time.sleep(TICK);
            time.now()
        });
        while clock.timers() == 0 {
            thread::yield_now();
        }
        clock.advance(TICK);
        assert_eq!(sleeper.join().unwrap() - start, TICK);
    };
    // The loop takes a lock, so to dpor each of its turns is another execution.
    for engine in Engine::available().filter(|&engine| engine != Engine::Dpor) {
        assert_held(&Explorer::new(engine).run(check));
    }
}
