//! `select!` and `Select` in each form.

use std::time::Duration;

use selvedge::sync::channel::{bounded, never, unbounded};
use selvedge::sync::context::Context;
use selvedge::sync::panic::{catch_unwind, message};
use selvedge::sync::select::Select;
use selvedge::sync::time::Clock;
use selvedge::sync::{Mutex, channel, select, select_biased, thread};

use super::everywhere;

const MOMENT: Duration = Duration::from_micros(10);

#[test]
fn a_select_sends_and_receives() {
    everywhere(|| {
        let (to, from) = bounded(1);
        let (_open, closed) = bounded::<u32>(1);
        let message = String::from("sent");
        let sent = select! {
            recv(closed) -> _ => false,
            send(to, message) -> sent => sent.is_ok(),
        };
        assert!(sent && from.recv().as_deref() == Ok("sent"));
    });
}

/// With and without a block, and a comma.
#[test]
fn a_select_is_written_in_each_form() {
    everywhere(|| {
        let (to, from) = unbounded();
        to.send(1).unwrap();
        let mut got = 0;
        select! {
            recv(from) -> number => { got += number.unwrap() }
            recv(never::<u32>()) -> _ => unreachable!(),
        }
        select! {
            default => got += 1,
            recv(&from) -> number => got += number.unwrap(),
        }
        select! {
            recv(from) -> number => { got += number.unwrap(); },
            default => { got += 1 }
        }
        select! {
            recv(from) -> number => got += number.unwrap(),
            default(MOMENT) => got += 1,
        }
        select! { send(to, got) -> sent => sent.unwrap() }
        select! {
            recv(from) -> number => assert_eq!(number, Ok(4)),
            recv(channel::after(Duration::from_secs(60))) -> _ => (),
        }
        select! { default => () }
    });
}

#[test]
fn two_threads_meet_in_selects() {
    everywhere(|| {
        let (to_a, a) = bounded(0);
        let (to_b, b) = bounded(0);
        let other = thread::spawn(move || {
            select! {
                send(to_a, 1) -> sent => sent.map_or(9, |()| 0),
                recv(b) -> number => number.unwrap(),
            }
        });
        let mine = select! {
            send(to_b, 2) -> sent => sent.map_or(9, |()| 0),
            recv(a) -> number => number.unwrap(),
        };
        let theirs = other.join().unwrap();
        assert!([(0, 2), (1, 0)].contains(&(mine, theirs)));
    });
}

#[test]
fn operations_are_added_at_run_time() {
    everywhere(|| {
        let (to, from) = bounded(1);
        let others = [never::<u32>(), never()];
        let mut select = Select::new();
        let places: Vec<usize> = others.iter().map(|other| select.recv(other)).collect();
        let send = select.send(&to);
        assert_eq!((places, send), (vec![0, 1], 2));
        let operation = select.select();
        assert_eq!(operation.index(), send);
        operation.send(&to, 7).unwrap();
        let mut select = Select::new();
        select.send(&to);
        assert!(select.try_select().is_err() && select.select_timeout(MOMENT).is_err());
        let mut select = Select::new();
        let sends = select.send(&to);
        let receives = select.recv(&from);
        select.remove(sends);
        assert_eq!(select.try_ready(), Ok(receives));
        assert_eq!(select.try_select().unwrap().recv(&from), Ok(7));
    });
}

#[test]
fn the_end_of_a_context_is_received() {
    everywhere(|| {
        let context = Context::background(&Clock::manual()).child();
        let done = context.done();
        assert!(done.try_recv().is_err_and(|error| error.is_empty()));
        let (ours, (_open, never)) = (context.clone(), bounded::<u32>(0));
        let canceller = thread::spawn(move || ours.cancel());
        select! {
            recv(done) -> ended => assert!(ended.is_err()),
            recv(never) -> _ => unreachable!(),
        }
        assert!(done.recv().is_err() && done.try_recv().is_err_and(|error| error.is_disconnected()));
        canceller.join().unwrap();
    });
}

/// What a source or sender is behind of, or borrows from a temporary, lives until the select is over.
#[test]
fn arms_are_written_in_each_form() {
    everywhere(|| {
        let (to, from) = bounded(1);
        let (boxed, locked) = (Box::new(to), Mutex::new(from));
        let none: Vec<channel::Receiver<u32>> = Vec::new();
        select! {
            recv(none.first().unwrap_or(&never())) -> _ => unreachable!(),
            send(boxed, 7) -> sent => sent.unwrap(),
        }
        select! {
            recv(locked.lock()) -> number => assert_eq!(number, Ok(7)),
            recv([never::<u32>()].first().unwrap()) -> _ => unreachable!(),
        }
        let later = |to, from| {
            select! {
                recv(from) -> number => number.is_ok(),
                send(to, 1) -> sent => sent.is_ok(),
            }
        };
        let (to, from) = bounded(1);
        assert!(later(to, from));
    });
}

#[test]
fn an_operation_that_is_dropped_panics() {
    everywhere(|| {
        let (to, from) = bounded(1);
        to.send(7).unwrap();
        let caught = catch_unwind(|| {
            let mut select = Select::new();
            select.recv(&from);
            drop(select.select());
        });
        let words = "dropped `SelectedOperation` without completing the operation";
        assert_eq!(message(&*caught.unwrap_err()), words);
    });
}

#[test]
fn a_biased_select_takes_the_first() {
    everywhere(|| {
        let (to_first, first) = bounded(1);
        let (to_second, second) = bounded(1);
        let _open = (to_first.clone(), to_second.clone());
        let sender = thread::spawn(move || {
            to_second.send(2).unwrap();
            to_first.send(1).unwrap();
        });
        let either = select_biased! {
            recv(first) -> number => number.unwrap(),
            recv(second) -> number => number.unwrap(),
        };
        sender.join().unwrap();
        let other = select_biased! {
            recv(first) -> number => number,
            recv(second) -> number => number,
            default => unreachable!(),
        };
        assert_eq!(either + other.unwrap(), 3);
        let (to_first, first) = bounded(1);
        to_first.send(3).unwrap();
        let (to_second, second) = bounded(1);
        to_second.send(4).unwrap();
        let mut select = Select::new_biased();
        select.recv(&first);
        select.recv(&second);
        let mut again = select.clone();
        assert_eq!(select.select_timeout(MOMENT).unwrap().recv(&first), Ok(3));
        let operation = again.select();
        assert_eq!(operation.index(), 1);
        operation.recv(&second).unwrap();
    });
}

#[test]
fn a_select_waits_until_one_is_ready() {
    everywhere(|| {
        let (to, from) = bounded(1);
        let (meets, met) = bounded::<u32>(0);
        let mut select = Select::new();
        let receives = select.recv(&from);
        let sends = select.send(&meets);
        assert!(select.try_ready().is_err() && select.ready_timeout(MOMENT).is_err());
        let other = thread::spawn(move || {
            to.send(7).unwrap();
            met.recv().unwrap()
        });
        // It has taken nothing, so that all of it is there.
        let ready = select.ready();
        assert!(ready == receives || ready == sends);
        assert_eq!((from.recv(), meets.send(8)), (Ok(7), Ok(())));
        assert_eq!(other.join().unwrap(), 8);
        // Both are closed.
        assert!(select.try_ready().is_ok() && select.ready_timeout(MOMENT).is_ok());
    });
}
