//! Selects from channels without room, and loops around selects: the same outcomes as under `dpor`, where nothing is weaker
//! than SeqCst; and what a meeting orders.

use std::sync::Arc;
use std::time::Duration;

use selvedge::sync::atomic::AtomicU32;
use selvedge::sync::atomic::Ordering::{Relaxed, SeqCst};
use selvedge::sync::channel::{bounded, unbounded};
use selvedge::sync::select::Select;
use selvedge::sync::{select, thread};

use super::{explore, headline, same_outcomes_as_dpor};

const MOMENT: Duration = Duration::from_millis(1);
const NOTHING: u32 = 99;

/// What threads give that do these things.
macro_rules! threads {
    ($($body:expr),* $(,)?) => {
        [$(thread::spawn($body)),*].map(|thread| thread.join().unwrap())
    };
}

/// Somebody who waits on two channels is met on one of them only.
fn two_senders_and_one_that_takes_from_either() -> [u32; 3] {
    let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
    threads![move || u32::from(a.try_send(1).is_ok()), move || u32::from(b.try_send(2).is_ok()), move || select! {
        recv(from_a) -> value => value.unwrap_or(NOTHING),
        recv(from_b) -> value => 10 * value.unwrap_or(NOTHING),
    },]
}

/// Two selects meet, each of which sends on one channel and receives from the other.
fn two_selects_that_meet() -> [u32; 2] {
    let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
    threads![
        move || select! {
            send(a, 1) -> sent => u32::from(sent.is_ok()),
            recv(from_b) -> value => 10 * value.unwrap_or(NOTHING),
        },
        move || select! {
            send(b, 2) -> sent => u32::from(sent.is_ok()),
            recv(from_a) -> value => 10 * value.unwrap_or(NOTHING),
        },
    ]
}

/// A queue and a rendezvous, one of which may be closed first.
fn a_queue_beside_a_rendezvous() -> [u32; 3] {
    let ((queue, queued), (meeting, met)) = (bounded(1), bounded(0));
    threads![
        move || u32::from(queue.send(1).is_ok()),
        move || u32::from(meeting.try_send(2).is_ok()),
        move || select! {
            recv(queued) -> value => value.unwrap_or(NOTHING),
            recv(met) -> value => 10 * value.unwrap_or(NOTHING),
        },
    ]
}

/// None of the channels is ready at one moment: that one of them is empty before, and the other one later, is no reason.
fn a_default_looks_at_all_at_once() -> [u32; 2] {
    let ((queue, queued), (other, others)) = (bounded(1), bounded(1));
    other.send(1).unwrap();
    let taker = others.clone();
    threads![
        move || {
            let sent = u32::from(queue.send(2).is_ok());
            10 * sent + taker.try_recv().unwrap_or(0)
        },
        move || select! {
            recv(queued) -> value => value.unwrap_or(NOTHING),
            recv(others) -> value => 10 * value.unwrap_or(NOTHING),
            default => 50,
        },
    ]
}

/// Both ends wait for a time.
fn a_time_at_both_ends() -> [u32; 2] {
    let (sender, receiver) = bounded(0);
    threads![move || u32::from(sender.send_timeout(1, MOMENT).is_ok()), move || receiver
        .recv_timeout(MOMENT)
        .unwrap_or(NOTHING),]
}

/// Who only sees that a partner is there is none.
fn a_partner_that_is_seen() -> [u32; 2] {
    let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
    threads![
        move || {
            let sent = u32::from(a.send(1).is_ok());
            drop(b);
            sent
        },
        move || {
            let mut select = Select::new();
            select.recv(&from_a);
            select.recv(&from_b);
            let ready = select.ready() as u32;
            10 * ready + from_a.try_recv().unwrap_or(9)
        },
    ]
}

/// A worker takes what comes until it is told to leave, as most workers do.
fn a_loop_of_selects() -> [u32; 2] {
    let ((work, works), (stop, stopped)) = (bounded(0), unbounded::<()>());
    threads![
        move || {
            let sent = work.send(1).map_or(0, |()| 1) + work.try_send(2).map_or(0, |()| 2);
            drop(stop);
            sent
        },
        move || {
            let mut sum = 0;
            loop {
                select! {
                    recv(works) -> value => match value {
                        Ok(value) => sum = 10 * sum + value,
                        Err(_) => return sum,
                    },
                    recv(stopped) -> _ => return sum + 50,
                }
            }
        },
    ]
}

/// A loop that looks at two channels and yields waits for a change of one of them.
fn a_loop_with_a_default() -> [u32; 2] {
    let ((queue, queued), (meeting, met)) = (bounded(1), bounded(0));
    threads![
        move || {
            let sent = u32::from(meeting.try_send(1).is_ok());
            10 * sent + u32::from(queue.send(2).is_ok())
        },
        move || loop {
            select! {
                recv(queued) -> value => return value.unwrap_or(NOTHING),
                recv(met) -> value => return 10 * value.unwrap_or(NOTHING),
                default => thread::yield_now(),
            }
        },
    ]
}

/// The same with two queues.
fn a_loop_over_two_queues() -> [u32; 2] {
    let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(1));
    threads![move || { 10 * u32::from(a.send(1).is_ok()) + u32::from(b.send(2).is_ok()) }, move || loop {
        select! {
            recv(from_b) -> value => return value.unwrap_or(NOTHING),
            recv(from_a) -> value => return 10 * value.unwrap_or(NOTHING),
            default => thread::yield_now(),
        }
    },]
}

/// A loop of waits for a time, each of which may end before its partner comes.
fn a_loop_of_waits_for_a_time() -> [u32; 2] {
    let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
    threads![
        move || {
            drop(a);
            u32::from(b.send(1).is_ok())
        },
        move || loop {
            let mut select = Select::new();
            select.recv(&from_b);
            if let Ok(operation) = select.select_timeout(MOMENT) {
                let got = operation.recv(&from_b).unwrap_or(NOTHING);
                return got + from_a.try_recv().map_or(0, |_| 100);
            }
        },
    ]
}

/// Channels that are made while others wait, and handed over.
fn channels_that_are_made_later() -> [u32; 2] {
    let (give, given) = bounded(0);
    threads![
        move || {
            let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
            give.send((a, b)).unwrap();
            select! {
                recv(from_a) -> value => value.unwrap_or(NOTHING),
                recv(from_b) -> value => 10 * value.unwrap_or(NOTHING),
            }
        },
        move || {
            let (a, b): (selvedge::sync::channel::Sender<u32>, selvedge::sync::channel::Sender<u32>) =
                given.recv().unwrap();
            let first = u32::from(a.try_send(1).is_ok());
            10 * first + u32::from(b.send(2).is_ok())
        },
    ]
}

/// Atomics beside, all of which are SeqCst.
fn a_flag_beside_a_meeting() -> [u32; 3] {
    let flag = Arc::new(AtomicU32::new(0));
    let [one, other] = [(); 2].map(|()| Arc::clone(&flag));
    let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
    threads![
        move || {
            one.store(1, SeqCst);
            10 * u32::from(a.try_send(1).is_ok()) + one.load(SeqCst)
        },
        move || {
            let seen = other.swap(2, SeqCst);
            10 * u32::from(b.try_send(2).is_ok()) + seen
        },
        move || {
            let got = select! {
                recv(from_a) -> value => value.unwrap_or(NOTHING),
                recv(from_b) -> value => value.unwrap_or(NOTHING),
            };
            10 * got + flag.load(SeqCst)
        },
    ]
}

#[test]
fn selects_from_channels_without_room_have_the_outcomes_that_they_have_under_dpor() {
    same_outcomes_as_dpor(two_senders_and_one_that_takes_from_either);
    same_outcomes_as_dpor(two_selects_that_meet);
    same_outcomes_as_dpor(a_queue_beside_a_rendezvous);
    same_outcomes_as_dpor(a_default_looks_at_all_at_once);
    same_outcomes_as_dpor(a_time_at_both_ends);
    same_outcomes_as_dpor(a_partner_that_is_seen);
    same_outcomes_as_dpor(channels_that_are_made_later);
    same_outcomes_as_dpor(a_flag_beside_a_meeting);
}

#[test]
fn loops_around_selects_have_the_outcomes_that_they_have_under_dpor() {
    same_outcomes_as_dpor(a_loop_of_selects);
    same_outcomes_as_dpor(a_loop_with_a_default);
    same_outcomes_as_dpor(a_loop_over_two_queues);
    same_outcomes_as_dpor(a_loop_of_waits_for_a_time);
}

/// Whoever is met has seen what its partner did before; whoever finds nobody has seen nothing.
#[test]
fn a_meeting_orders_what_came_before_it() {
    let run = |met: bool| {
        explore(move || {
            let data = Arc::new(AtomicU32::new(0));
            let theirs = Arc::clone(&data);
            let [(a, from_a), (b, from_b)] = [(); 2].map(|()| bounded(0));
            let sender = thread::spawn(move || {
                theirs.store(1, Relaxed);
                let _found = a.try_send(());
                drop(b);
            });
            let came = select! {
                recv(from_a) -> value => met && value.is_ok(),
                recv(from_b) -> _ => false,
                default => !met,
            };
            let seen = data.load(Relaxed);
            assert!(!came || seen == 1, "came, and unseen");
            sender.join().unwrap();
        })
    };
    assert!(run(true).verdict.holds(), "{}", run(true));
    assert!(headline(&run(false)).contains("came, and unseen"));
}

#[test]
fn nobody_comes_to_a_select() {
    let report = explore(|| {
        let [(a, from_a), (_b, from_b)] = [(); 2].map(|()| bounded::<u32>(0));
        let sender = thread::spawn(move || a.try_send(1).is_ok());
        select! {
            recv(from_a) -> _ => (),
            recv(from_b) -> _ => (),
        }
        from_a.recv().unwrap();
        sender.join().unwrap();
    });
    assert!(!report.verdict.holds(), "{report}");
}
