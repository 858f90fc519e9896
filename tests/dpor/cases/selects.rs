//! Selects: that send, that complete later what they have chosen, and that wait for a time.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::channel::{self, Receiver, Sender};
use selvedge::sync::panic::{catch_unwind, message};
use selvedge::sync::select::Select;
use selvedge::sync::{Arc, select, thread};

use super::{comes_to, fails_by, gather};

const MOMENT: Duration = Duration::from_millis(1);

/// Each sends to the other; and is ready to receive, or only waits for something else besides.
fn send_to_each_other(receives: bool) -> [u32; 2] {
    let (to_b, b) = channel::bounded(0);
    let (to_a, a) = channel::bounded(0);
    let (_open, never) = channel::bounded(0);
    let meet = move |number: u32, to: Sender<u32>, from: Receiver<u32>| {
        let other = if receives { &from } else { &never };
        select! {
            send(to, number) -> sent => sent.map_or(9, |()| 0),
            recv(other) -> received => received.unwrap_or(9),
        }
    };
    let theirs = meet.clone();
    let thread = thread::spawn(move || theirs(2, to_a, b));
    let mine = meet(1, to_b, a);
    [mine, thread.join().unwrap()]
}

/// Whoever has come second may do either.
fn two_selects_that_meet() -> Result<(), Failed> {
    comes_to(&[[0, 1], [2, 0]], || send_to_each_other(true))
}

fn two_selects_that_only_send() -> Result<(), Failed> {
    fails_by("deadlock", || {
        send_to_each_other(false);
    })
}

/// A select is no partner of its own.
fn a_select_at_both_ends() -> Result<(), Failed> {
    comes_to(&[(0, 7), (5, 9)], || {
        let (sender, receiver) = channel::bounded(0);
        let (theirs, end) = (sender.clone(), receiver.clone());
        let thread = thread::spawn(move || {
            select! {
                send(theirs, 7) -> sent => sent.map_or(1, |()| 0),
                recv(end) -> received => received.unwrap(),
            }
        });
        let mine = select! {
            recv(receiver) -> received => received.unwrap(),
            send(sender, 5) -> sent => sent.map_or(1, |()| 9),
        };
        (thread.join().unwrap(), mine)
    })
}

/// The message is made where its arm is taken, and only there.
fn a_message_is_made_late() -> Result<(), Failed> {
    comes_to(&["sent", "kept"], || {
        let (sender, receiver) = channel::bounded(0);
        let (closed, closes) = channel::bounded::<()>(0);
        let message = String::from("kept");
        let thread = thread::spawn(move || drop(closed));
        let taker = thread::spawn(move || receiver.try_recv().map_or(0, |message: String| message.len()));
        let outcome = select! {
            send(sender, message + "!") -> sent => match sent {
                Ok(()) => "sent",
                Err(_) => "kept",
            },
            recv(closes) -> _ => if message.is_empty() { "lost" } else { "kept" },
        };
        thread.join().unwrap();
        assert_eq!(taker.join().unwrap() > 0, outcome == "sent");
        outcome
    })
}

/// What was chosen nobody else can take, however late it is fetched.
fn a_message_is_taken_when_it_is_chosen() -> Result<(), Failed> {
    comes_to(&[(1, Ok(2)), (1, Err(true))], || {
        let (sender, receiver) = channel::unbounded();
        sender.send(1).unwrap();
        let theirs = receiver.clone();
        let mut select = Select::new();
        select.recv(&receiver);
        let operation = select.select();
        let other = thread::spawn(move || theirs.try_recv().map_err(|error| error.is_empty()));
        sender.send(2).unwrap();
        let theirs = other.join().unwrap();
        (operation.recv(&receiver).unwrap(), theirs)
    })
}

/// A sender that waits is kept waiting by a select that has chosen it until that is complete, which engines do not know.
fn a_rendezvous_that_is_completed_later() -> Result<(), Failed> {
    let report = Explorer::new(Engine::Dpor).run(|| {
        let (sender, receiver) = channel::bounded(0);
        let thread = thread::spawn(move || sender.send(7));
        let mut select = Select::new();
        select.recv(&receiver);
        let operation = select.select();
        AtomicUsize::new(0).store(1, SeqCst);
        operation.recv(&receiver).unwrap();
        thread.join().unwrap().unwrap();
    });
    match &report.verdict {
        Verdict::Unsupported { what } if what.contains("complete it right after the select") => Ok(()),
        _ => Err(format!("{report}").into()),
    }
}

/// The message of a select's send is there when nobody can have missed it, or engines do not know it.
fn a_message_made_by_an_operation() -> Result<(), Failed> {
    for capacity in [0, 1] {
        let late = move |joins: bool| {
            Explorer::new(Engine::Dpor).run(move || {
                let (sender, receiver) = channel::bounded(capacity);
                let mut thread = Some(thread::spawn(move || receiver.recv()));
                select! {
                    send(sender, {
                        match joins {
                            // The receiver comes first.
                            true => thread.take().unwrap().join().unwrap().unwrap(),
                            false => AtomicUsize::new(7).load(SeqCst),
                        }
                    }) -> sent => sent.unwrap(),
                }
                thread.take().unwrap().join().unwrap().unwrap();
            })
        };
        for report in [late(false), late(true)] {
            match &report.verdict {
                Verdict::Unsupported { what } if what.contains("make it before the select") => (),
                _ => return Err(format!("{report}").into()),
            }
        }
    }
    Ok(())
}

/// It panics, as crossbeam's does; where that is in a panic, nobody catches it.
fn an_operation_that_is_dropped() -> Result<(), Failed> {
    let select = |unwinds: bool| {
        let (sender, receiver) = channel::bounded(1);
        let thread = thread::spawn(move || sender.send(7).is_ok());
        let caught = catch_unwind(|| {
            let mut select = Select::new();
            select.recv(&receiver);
            let _operation = select.select();
            assert!(!unwinds, "it unwinds");
        });
        assert!(thread.join().unwrap());
        message(&*caught.unwrap_err()).to_owned()
    };
    comes_to(&["dropped `SelectedOperation` without completing the operation".to_owned()], move || select(false))?;
    fails_by("dropped `SelectedOperation` without completing the operation", move || _ = select(true))?;
    // Not where the execution is given up, to find out whether the loop spins.
    comes_to(&[7], || {
        let (sender, receiver) = channel::bounded(1);
        sender.send(7).unwrap();
        let done = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&done);
        let thread = thread::spawn(move || theirs.store(1, SeqCst));
        let mut select = Select::new();
        select.recv(&receiver);
        let operation = select.select();
        while done.load(SeqCst) == 0 {
            thread::yield_now();
        }
        thread.join().unwrap();
        operation.recv(&receiver).unwrap()
    })
}

/// Who completes an operation names the end that it was added with; so it is with crossbeam's.
fn an_operation_of_another_end() -> Result<(), Failed> {
    fails_by("passed a receiver that wasn't selected", || {
        let (sender, receiver) = channel::bounded(1);
        sender.send(7).unwrap();
        let thread = thread::spawn(move || drop(sender));
        let mut select = Select::new();
        select.recv(&receiver);
        let _ = select.select().recv(&receiver.clone());
        thread.join().unwrap();
    })
}

fn more_operations_than_there_are_bits() -> Result<(), Failed> {
    let report = |count: usize| {
        Explorer::new(Engine::Dpor).run(move || {
            let channels: Vec<_> = (0..count).map(|_| channel::bounded::<usize>(1)).collect();
            let sender = channels[count - 1].0.clone();
            let thread = thread::spawn(move || sender.send(7).unwrap());
            let mut select = Select::new();
            channels.iter().for_each(|(_, receiver)| _ = select.recv(receiver));
            let operation = select.select();
            assert_eq!(operation.index(), count - 1);
            operation.recv(&channels[count - 1].1).unwrap();
            thread.join().unwrap();
        })
    };
    match (report(64).verdict, report(65).verdict) {
        (Verdict::Exhausted, Verdict::Unsupported { what }) if what.contains("65 operations") => Ok(()),
        verdicts => Err(format!("{verdicts:?}").into()),
    }
}

/// A partner may meet it before it is time, also one that only tries.
fn a_select_that_waits_for_a_time() -> Result<(), Failed> {
    comes_to(&[(0, false), (7, true)], || {
        let (sender, receiver) = channel::bounded(0);
        let theirs = sender.clone();
        let thread = thread::spawn(move || theirs.try_send(7).is_ok());
        let got = select! {
            recv(receiver) -> message => message.unwrap(),
            recv(channel::after(MOMENT)) -> time => time.map_or(1, |_| 0),
        };
        (got, thread.join().unwrap())
    })?;
    // A partner that waits already is met, or it was time before.
    comes_to(&["met", "time"], || {
        let (sender, receiver) = channel::bounded(0);
        let thread = thread::spawn(move || sender.send(7).is_ok());
        let got = select! {
            recv(receiver) -> message => message.map_or("closed", |_| "met"),
            recv(channel::after(MOMENT)) -> _ => "time",
        };
        drop(receiver);
        assert_eq!(thread.join().unwrap(), got == "met");
        got
    })
}

/// Whoever asks may ask too early.
fn a_time_that_is_not_over_yet() -> Result<(), Failed> {
    comes_to(&[(0, 1), (1, 0), (0, 0)], || {
        let timer = channel::after(MOMENT);
        let first = select! {
            recv(timer) -> _ => 1,
            default => 0,
        };
        (first, usize::from(timer.try_recv().is_ok()))
    })?;
    // It comes in the end, and once.
    comes_to(&[true], || {
        let timer = channel::after(MOMENT);
        while timer.try_recv().is_err() {
            thread::yield_now();
        }
        timer.try_recv().is_err()
    })
}

fn a_tick_that_comes_again() -> Result<(), Failed> {
    comes_to(&[3], || {
        let ticks = channel::tick(MOMENT);
        ticks.iter().take(3).count()
    })
}

/// Between attempts it sleeps by a ticker. That comes again and again, also where nobody else goes on.
fn attempts_between_ticks() -> Result<(), Failed> {
    comes_to(&[(1, true)], || {
        let ticker = channel::tick(MOMENT);
        let [(to, from), (done, is_done)] = [(); 2].map(|()| channel::bounded(0));
        let receiver = thread::spawn(move || {
            let got = from.recv().unwrap();
            done.send(1).unwrap();
            got
        });
        loop {
            select! {
                send(to, 1) -> sent => break sent.unwrap(),
                default => {
                    ticker.recv().unwrap();
                    ticker.recv().unwrap();
                    thread::yield_now();
                }
            }
        }
        let done = is_done.recv().is_ok();
        (receiver.join().unwrap(), done)
    })
}

/// Two threads send if they can, or see that a channel is closed; two look whether something was sent.
fn some_send_and_some_look() -> [Option<u32>; 2] {
    let (to_a, a) = channel::bounded(1);
    let (_, closed) = channel::bounded::<()>(1);
    let sends = move |to: Sender<u32>, closed: &Receiver<()>| {
        select! {
            send(to, 1) -> _ => (),
            recv(closed) -> _ => (),
        }
    };
    let look = |at: &Receiver<u32>| at.recv_timeout(Duration::ZERO).ok();
    let (to, never) = (to_a.clone(), closed.clone());
    let first = thread::spawn({
        let at = a.clone();
        move || {
            let seen = look(&at);
            sends(to, &never);
            (seen, at)
        }
    });
    let second = thread::spawn(move || {
        sends(to_a, &closed);
        closed
    });
    let third = thread::spawn(move || (look(&a), a));
    let (seen, _at) = first.join().unwrap();
    let _closed = second.join().unwrap();
    let (also_seen, _a) = third.join().unwrap();
    [seen, also_seen]
}

/// An arm that was run before and sleeps is woken by what another thread does: that comes before the select's other arm.
fn an_arm_that_sleeps_is_woken() -> Result<(), Failed> {
    let (pruned, seen) = gather(Explorer::new(Engine::Dpor), some_send_and_some_look);
    let (all, all_seen) = gather(Explorer::new(Engine::Dpor).unpruned(), some_send_and_some_look);
    match (pruned.executions, all.executions) {
        (37, 37) if seen == all_seen => Ok(()),
        _ => Err(format!("{seen:?} by {pruned}, and {all_seen:?} by {all} with nothing pruned").into()),
    }
}

/// A select comes earlier than a choice that is no part of what is planned: whether a weak exchange fails.
fn a_select_before_a_choice() -> Result<(), Failed> {
    let program = || {
        let ends: [_; 2] = std::array::from_fn(|_| channel::bounded(1));
        let shared = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0), ends));
        let [looks, sends] = [0; 2].map(|_| Arc::clone(&shared));
        let looks = thread::spawn(move || {
            let _ = looks.2[0].1.len();
            looks.0.store(2, SeqCst);
        });
        let sends = thread::spawn(move || {
            let (x, y, ends) = &*sends;
            let _ = ends[1].0.try_send(3);
            x.fetch_add(1, SeqCst);
            let _ = y.compare_exchange_weak(1, 2, SeqCst, SeqCst);
        });
        let _ = shared.2[0].0.try_send(1);
        let [(_, first), (_, second)] = &shared.2;
        let received = select! {
            recv(first) -> message => message.unwrap(),
            recv(second) -> message => message.unwrap(),
            default => 0,
        };
        looks.join().unwrap();
        sends.join().unwrap();
        (received, shared.0.load(SeqCst))
    };
    for jobs in [1, 2] {
        let (report, outcomes) = gather(super::dpor(jobs), program);
        if report.verdict != Verdict::Exhausted || !outcomes.iter().eq(&[(1, 2), (1, 3), (3, 2), (3, 3)]) {
            return Err(format!("{jobs} jobs: {report}, {outcomes:?}").into());
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_select_before_a_choice", a_select_before_a_choice),
        Trial::test("selects_of_which_an_arm_sleeps", an_arm_that_sleeps_is_woken),
        Trial::test("selects_that_complete_later", a_message_is_taken_when_it_is_chosen),
        Trial::test("selects_that_complete_a_rendezvous_later", a_rendezvous_that_is_completed_later),
        Trial::test("selects_with_a_message_made_by_an_operation", a_message_made_by_an_operation),
        Trial::test("selects_that_are_dropped", an_operation_that_is_dropped),
        Trial::test("selects_of_another_end", an_operation_of_another_end),
        Trial::test("selects_of_many_operations", more_operations_than_there_are_bits),
        Trial::test("selects_that_wait_for_a_time", a_select_that_waits_for_a_time),
        Trial::test("selects_before_it_is_time", a_time_that_is_not_over_yet),
        Trial::test("selects_of_ticks", a_tick_that_comes_again),
        Trial::test("selects_between_ticks", attempts_between_ticks),
        Trial::test("selects_that_meet", two_selects_that_meet),
        Trial::test("selects_that_only_send", two_selects_that_only_send),
        Trial::test("selects_at_both_ends", a_select_at_both_ends),
        Trial::test("selects_with_a_message_that_is_made_late", a_message_is_made_late),
    ]
}
