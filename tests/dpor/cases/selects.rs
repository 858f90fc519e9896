//! Selects that send.

use libtest_mimic::{Failed, Trial};
use selvedge::sync::channel::{self, Receiver, Sender};
use selvedge::sync::{select, thread};

use super::{comes_to, fails_by};

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

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("selects_that_meet", two_selects_that_meet),
        Trial::test("selects_that_only_send", two_selects_that_only_send),
        Trial::test("selects_at_both_ends", a_select_at_both_ends),
        Trial::test("selects_with_a_message_that_is_made_late", a_message_is_made_late),
    ]
}
