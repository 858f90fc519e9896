//! Selects that look at one arm after the other, and those that take nothing.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::sync::channel::bounded;
use selvedge::sync::select::Select;
use selvedge::sync::thread;

use super::{comes_to, fails_by};

const MOMENT: Duration = Duration::from_millis(1);

/// Which of two channels a select takes from, when both messages are there or while they come.
fn taken(biased: bool, late: bool) -> usize {
    let [(to_first, first), (to_second, second)] = [(); 2].map(|()| bounded(1));
    let sender = thread::spawn(move || {
        to_first.send(1).unwrap();
        to_second.send(2).unwrap();
    });
    let sender = if late {
        Some(sender)
    } else {
        sender.join().unwrap();
        None
    };
    // Somebody may take the second, so that there is something to explore.
    let theirs = second.clone();
    let thief = thread::spawn(move || late || theirs.try_recv().is_ok());
    let mut select = if biased { Select::new_biased() } else { Select::new() };
    select.recv(&first);
    select.recv(&second);
    let operation = select.select();
    let index = operation.index();
    // What was taken, or that there is nothing any more.
    let _ = operation.recv([&first, &second][index]);
    thief.join().unwrap();
    sender.into_iter().for_each(|sender| sender.join().unwrap());
    index
}

/// Of what is there a biased select takes the first; what gets there behind its back it passes over.
fn a_biased_select() -> Result<(), Failed> {
    comes_to(&[0, 1], || taken(false, false))?;
    comes_to(&[0], || taken(true, false))?;
    comes_to(&[0, 1], || taken(true, true))
}

/// Somebody else may be faster than who has seen that there is something.
fn what_is_ready_is_not_taken() -> Result<(), Failed> {
    comes_to(&[(true, false), (false, true)], || {
        let (to, from) = bounded(1);
        let theirs = from.clone();
        let sender = thread::spawn(move || to.send(7).unwrap());
        let other = thread::spawn(move || theirs.try_recv().is_ok());
        let mut select = Select::new();
        select.recv(&from);
        assert_eq!(select.ready(), 0);
        let mine = from.try_recv().is_ok();
        sender.join().unwrap();
        (mine, other.join().unwrap())
    })
}

fn room_is_seen() -> Result<(), Failed> {
    comes_to(&[true, false], || {
        let (to, from) = bounded(1);
        to.send(1).unwrap();
        let taker = thread::spawn(move || from.recv().map(|_| drop(from)).unwrap());
        let mut select = Select::new();
        select.send(&to);
        select.ready();
        // The receiver may be gone.
        let sent = to.try_send(2).is_ok();
        taker.join().unwrap();
        sent
    })
}

/// Who waits until a partner is there is none itself: neither for who tries, nor for one of its kind.
fn who_sees_a_partner_is_none() -> Result<(), Failed> {
    comes_to(&[(false, false)], || {
        let (to, from) = bounded::<u32>(0);
        let seer = thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&from);
            select.ready_timeout(MOMENT).is_ok()
        });
        let sent = to.try_send(1).is_ok();
        (sent, seer.join().unwrap())
    })?;
    comes_to(&[7, 8], || {
        let (to, from) = bounded(0);
        let senders = [7, 8].map(|number| {
            let to = to.clone();
            thread::spawn(move || to.send(number).unwrap())
        });
        let mut select = Select::new();
        select.recv(&from);
        select.ready();
        let got = from.recv().unwrap();
        from.recv().unwrap();
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        got
    })?;
    fails_by("deadlock", || {
        let (to, from) = bounded::<u32>(0);
        let sender = thread::spawn(move || {
            let mut select = Select::new();
            select.send(&to);
            select.ready();
        });
        let mut select = Select::new();
        select.recv(&from);
        select.ready();
        sender.join().unwrap();
    })
}

/// A loop that only looks waits for a change.
fn a_loop_of_looks() -> Result<(), Failed> {
    comes_to(&[7], || {
        let (to, from) = bounded(1);
        let sender = thread::spawn(move || to.send(7).unwrap());
        let mut select = Select::new();
        select.recv(&from);
        while select.try_ready().is_err() {
            thread::yield_now();
        }
        let got = from.recv().unwrap();
        sender.join().unwrap();
        got
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("ready_biased", a_biased_select),
        Trial::test("ready_and_not_taken", what_is_ready_is_not_taken),
        Trial::test("ready_to_send", room_is_seen),
        Trial::test("ready_at_a_rendezvous", who_sees_a_partner_is_none),
        Trial::test("ready_in_a_loop", a_loop_of_looks),
    ]
}
