//! What a report calls a step is what it did.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::{Arc, channel, thread};

/// Holds if the report of a program that fails has a line with each of `words`, and none with any of `wrong`.
fn tells(words: &[&str], wrong: &[&str], check: impl Fn() + Send + Sync + 'static) -> Result<(), Failed> {
    let report = Explorer::new(Engine::Dpor).run(check);
    let Verdict::Failed(failure) = &report.verdict else { return Err(format!("it did not fail: {report}").into()) };
    let text = failure.to_string();
    let lacks = words.iter().find(|words| !text.contains(**words));
    let has = wrong.iter().find(|words| text.contains(**words));
    match (lacks, has) {
        (None, None) => Ok(()),
        _ => Err(format!("lacks {lacks:?}, has {has:?}:\n{text}").into()),
    }
}

/// Whoever waits on a rendezvous for a sender has seen nothing closed.
fn a_receiver_that_begins_to_wait_is_told_to_wait() -> Result<(), Failed> {
    let receive = || {
        let (sender, receiver) = channel::bounded(0);
        let other = thread::spawn(move || receiver.recv());
        // It succeeds where the other waits already.
        assert!(sender.try_send(1).is_err(), "they met");
        drop(sender);
        assert!(other.join().unwrap().is_err());
    };
    tells(&["receive from sender→receiver: waits"], &["closed"], receive)?;
    let select = || {
        let ((sender, receiver), (_other, others)) = (channel::bounded(0), channel::bounded::<u32>(0));
        let other = thread::spawn(move || {
            selvedge::sync::select! {
                recv(receiver) -> message => message.is_ok(),
                recv(others) -> message => message.is_ok(),
            }
        });
        assert!(sender.try_send(1).is_err(), "they met");
        drop(sender);
        assert!(!other.join().unwrap());
    };
    tells(&["select from", ": waits"], &["closed"], select)
}

/// The same for who waits until the end: a deadlock is no closed channel.
fn a_receiver_that_waits_for_ever_is_told_to_wait() -> Result<(), Failed> {
    tells(&["receive from sender→receiver: waits"], &["closed"], || {
        let (sender, receiver) = channel::bounded::<u32>(0);
        let other = thread::spawn(move || receiver.recv());
        assert!(other.join().unwrap().is_err());
        drop(sender);
    })
}

/// An upgrade is no operation of an atomic that was compared or stored to.
fn an_upgrade_is_told_by_the_owners_that_there_are() -> Result<(), Failed> {
    let upgrade = |gone: bool| {
        move || {
            let store = Arc::new(1);
            // From here on what is done to the count is told.
            assert_eq!(Arc::strong_count(&store), 1);
            let weak = Arc::downgrade(&store);
            let other = thread::spawn(move || weak.upgrade().is_none());
            drop(store);
            assert_ne!(other.join().unwrap(), gone);
        }
    };
    let wrong = ["compare-exchange", "kept"];
    tells(&["upgrade store: 2 owners"], &wrong, upgrade(false))?;
    tells(&["upgrade store: no owner"], &wrong, upgrade(true))
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_receiver_that_begins_to_wait_is_told_to_wait", a_receiver_that_begins_to_wait_is_told_to_wait),
        Trial::test("a_receiver_that_waits_for_ever_is_told_to_wait", a_receiver_that_waits_for_ever_is_told_to_wait),
        Trial::test("an_upgrade_is_told_by_the_owners_that_there_are", an_upgrade_is_told_by_the_owners_that_there_are),
    ]
}
