//! The facade behaves the same in every build: one body, every engine, crossbeam and parking_lot
//! being the reference.
//!
//! A case either holds in every execution ([`always`]), or lists its [`outcomes`]: nothing else may
//! occur under any engine, and each has to occur under loom, which is exhaustive, and in Shuttle's
//! random walk from the default seed.

#![allow(clippy::disallowed_types, reason = "outcomes are gathered outside of the executions")]

use std::collections::BTreeSet;
use std::sync::{Arc as Shared, Mutex as Plain};
use std::time::Duration;

use selvedge::check::{Engine, Explorer, Report, Verdict};
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::channel::{self, RecvError, SendError, TryRecvError, TrySendError};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, Condvar, Mutex, RwLock, WaitGroup, select, thread};

const TICK: Duration = Duration::from_millis(10);

/// Explores `check` and compares the set of values that it returns.
#[track_caller]
fn outcomes<T>(expected: &[T], check: impl Fn() -> T + Send + Sync + Clone + 'static)
where
    T: Ord + Clone + std::fmt::Debug + Send + 'static,
{
    let expected: BTreeSet<T> = expected.iter().cloned().collect();
    for engine in Engine::available() {
        let seen = Shared::new(Plain::new(BTreeSet::new()));
        let (sink, check) = (Shared::clone(&seen), check.clone());
        let report = Explorer::new(engine).run(move || {
            let outcome = check();
            sink.lock().unwrap().insert(outcome);
        });
        assert_held(&report);
        let seen = seen.lock().unwrap().clone();
        assert!(seen.is_subset(&expected), "under {}: {seen:?}, expected {expected:?}", engine.name());
        if matches!(engine, Engine::Loom | Engine::Shuttle) {
            assert_eq!(seen, expected, "under {}", engine.name());
        }
    }
}

/// Explores `check`, which asserts what holds in every execution.
#[track_caller]
fn always(check: impl Fn() + Send + Sync + Clone + 'static) {
    for engine in Engine::available() {
        assert_held(&Explorer::new(engine).run(check.clone()));
    }
}

/// A case may leave an engine no choice: then its only schedule has been checked.
#[track_caller]
fn assert_held(report: &Report) {
    let held = report.verdict.holds() || matches!(report.verdict, Verdict::Vacuous { .. });
    assert!(held, "under {}: {report}", report.engine.name());
}

/// loom alone misses the second outcome: see `Order` in `src/sync/engine/loom.rs`.
#[test]
fn a_load_of_ones_own_hides_no_load_of_another() {
    outcomes(&[0, 1], || {
        let x = Arc::new(AtomicU64::new(0));
        let lock = Arc::new(Mutex::new(()));
        let (x_too, lock_too) = (Arc::clone(&x), Arc::clone(&lock));
        let reader = thread::spawn(move || {
            let seen = x_too.load(Ordering::Acquire);
            drop(lock_too.lock());
            seen
        });
        let writer = thread::spawn(move || {
            let _locked = lock.lock();
            x.load(Ordering::Relaxed);
            x.store(1, Ordering::Release);
        });
        let seen = reader.join().unwrap();
        writer.join().unwrap();
        seen
    });
}

#[test]
fn an_attempt_to_lock_fails_only_while_the_mutex_is_held() {
    outcomes(&[None, Some(0), Some(1)], || {
        let lock = Arc::new(Mutex::new(0));
        let worker = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || *lock.lock() = 1)
        };
        let seen = lock.try_lock().map(|value| *value);
        worker.join().unwrap();
        seen
    });
}

#[test]
fn a_panic_that_is_caught_leaves_the_mutex_as_a_return_would() {
    always(|| {
        let lock = Arc::new(Mutex::new(0));
        let worker = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                let caught = catch_unwind(|| {
                    *lock.lock() += 1;
                    let _held = lock.lock();
                    panic!("with the mutex held");
                });
                assert!(caught.is_err());
            })
        };
        *lock.lock() += 1;
        worker.join().unwrap();
        assert_eq!(*lock.lock(), 2);
    });
}

#[test]
fn a_rendezvous_send_ends_with_its_receive() {
    always(|| {
        let (sender, receiver) = channel::bounded(0);
        let received = Arc::new(Mutex::new(false));
        let theirs = Arc::clone(&received);
        let worker = thread::spawn(move || {
            let mut received = theirs.lock();
            assert_eq!(receiver.recv(), Ok(1));
            *received = true;
        });
        sender.send(1).unwrap();
        worker.join().unwrap();
        assert!(*received.lock());
    });
}

#[test]
fn a_rendezvous_attempt_needs_a_waiting_partner() {
    outcomes(&["met", "missed"], || {
        let (sender, receiver) = channel::bounded(0);
        let worker = thread::spawn(move || match receiver.try_recv() {
            Ok(7) => "met",
            Err(TryRecvError::Empty) => "missed",
            other => panic!("{other:?}"),
        });
        let sent = sender.send(7);
        let outcome = worker.join().unwrap();
        // The sender waits on after a miss, until the receiver has gone.
        assert_eq!(sent.is_ok(), outcome == "met");
        outcome
    });
    outcomes(&["met", "missed"], || {
        let (sender, receiver) = channel::bounded(0);
        let worker = thread::spawn(move || receiver.recv().is_ok());
        let outcome = match sender.try_send(7) {
            Ok(()) => "met",
            Err(TrySendError::Full(7)) => "missed",
            other => panic!("{other:?}"),
        };
        drop(sender);
        assert_eq!(worker.join().unwrap(), outcome == "met");
        outcome
    });
}

#[test]
fn a_sender_that_waits_gets_its_message_back_when_the_receiver_goes() {
    for capacity in [0, 1] {
        always(move || {
            let (sender, receiver) = channel::bounded(capacity);
            let worker = thread::spawn(move || {
                let sent: Vec<_> = (0..=capacity).map(|message| sender.send(message)).collect();
                assert_eq!(sent.last(), Some(&Err(SendError(capacity))));
            });
            drop(receiver);
            worker.join().unwrap();
        });
    }
}

#[test]
fn a_receiver_that_waits_learns_that_the_sender_has_gone() {
    for capacity in [0, 1] {
        always(move || {
            let (sender, receiver) = channel::bounded::<u32>(capacity);
            let worker = thread::spawn(move || assert_eq!(receiver.recv(), Err(RecvError)));
            drop(sender);
            worker.join().unwrap();
        });
    }
}

#[test]
fn what_was_sent_before_the_close_is_received() {
    always(|| {
        let (sender, receiver) = channel::unbounded();
        let worker = thread::spawn(move || receiver.iter().collect::<Vec<_>>());
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        drop(sender);
        assert_eq!(worker.join().unwrap(), [1, 2]);
    });
}

#[test]
fn both_ends_cloned_share_one_channel() {
    outcomes(&[vec![1, 2], vec![2, 1]], || {
        let (sender, receiver) = channel::bounded(1);
        let senders = [(1, sender.clone()), (2, sender)];
        let workers = senders.map(|(message, sender)| thread::spawn(move || sender.send(message).unwrap()));
        let other = receiver.clone();
        let got = vec![receiver.recv().unwrap(), other.recv().unwrap()];
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!(receiver.recv(), Err(RecvError));
        got
    });
}

#[test]
fn a_full_channel_pushes_back() {
    always(|| {
        let (sender, receiver) = channel::bounded(1);
        let worker = thread::spawn(move || {
            sender.send(1).unwrap();
            assert!(matches!(sender.try_send(2), Err(TrySendError::Full(2)) | Ok(())));
        });
        assert_eq!(receiver.recv(), Ok(1));
        worker.join().unwrap();
    });
}

#[test]
fn select_reaches_every_arm_that_is_ready() {
    outcomes(&["first", "second", "third"], || {
        let (channels, receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| channel::bounded(1)).unzip();
        let worker = thread::spawn(move || channels.iter().for_each(|sender| sender.send(()).unwrap()));
        worker.join().unwrap();
        select! {
            recv(receivers[0]) -> _ => "first",
            recv(receivers[1]) -> _ => "second",
            recv(receivers[2]) -> _ => "third",
        }
    });
}

#[test]
fn select_takes_one_message_and_leaves_the_others() {
    always(|| {
        let (left, lefts) = channel::bounded(0);
        let (right, rights) = channel::bounded(1);
        let workers = [thread::spawn(move || left.send(1).is_ok()), thread::spawn(move || right.send(2).is_ok())];
        let first = select! {
            recv(lefts) -> message => message.unwrap(),
            recv(rights) -> message => message.unwrap(),
        };
        let second = if first == 1 { rights.recv() } else { lefts.recv() };
        assert_eq!(first + second.unwrap(), 3);
        assert!(workers.into_iter().all(|worker| worker.join().unwrap()));
    });
}

#[test]
fn select_by_default_does_not_wait() {
    outcomes(&[None, Some(1)], || {
        let (sender, receiver) = channel::bounded(1);
        let worker = thread::spawn(move || sender.send(1).unwrap());
        let got = select! {
            recv(receiver) -> message => Some(message.unwrap()),
            default => None,
        };
        worker.join().unwrap();
        got
    });
}

#[test]
fn a_timeout_fires_at_every_point_at_which_it_could() {
    outcomes(&["in time", "too late"], || {
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
fn a_waiting_writer_goes_before_new_readers() {
    outcomes(&["held back", "went in"], || {
        let lock = Arc::new(RwLock::new(0));
        let (arrived, arrivals) = channel::bounded(1);
        let inside = lock.read();
        let writer = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                arrived.send(()).unwrap();
                *lock.write() = 1;
            })
        };
        arrivals.recv().unwrap();
        let reader = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.try_read().map(|value| *value))
        };
        let seen = reader.join().unwrap();
        drop(inside);
        writer.join().unwrap();
        match seen {
            // Held back although the lock is only held for reading: the writer waits in front.
            None => "held back",
            Some(0) => "went in",
            Some(other) => panic!("read {other} while a reader was inside"),
        }
    });
}

#[test]
fn a_condition_is_waited_for() {
    always(|| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let worker = thread::spawn(move || {
            *theirs.0.lock() += 1;
            theirs.1.notify_all();
        });
        let mut value = pair.0.lock();
        pair.1.wait_while(&mut value, |value| *value == 0);
        assert_eq!(*value, 1);
        drop(value);
        worker.join().unwrap();
    });
}

#[test]
fn a_wait_group_waits_for_every_ticket() {
    always(|| {
        let group = WaitGroup::new();
        let done = Arc::new(Mutex::new(0));
        let workers = [0, 1].map(|_| {
            let (ticket, done) = (group.add(), Arc::clone(&done));
            thread::spawn(move || {
                *done.lock() += 1;
                drop(ticket);
            })
        });
        group.wait();
        assert_eq!(*done.lock(), 2);
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn a_scope_ends_after_its_threads() {
    always(|| {
        let total = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *total.lock() += 1);
            let second = scope.spawn(|| 2);
            *total.lock() += second.join().unwrap();
        });
        assert_eq!(total.into_inner(), 3);
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
