//! Channels and `select!`; crossbeam is the reference.

use selvedge::check::{Engine, Explorer};
use selvedge::sync::channel::{RecvError, SendError, TryRecvError, TrySendError};
use selvedge::sync::{Arc, Mutex, channel, select, thread};

use super::{always, assert_held, outcomes};

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

/// A select that waits is met by an attempt to send, on one of its arms.
#[test]
fn select_is_served_by_the_first_attempt() {
    outcomes(&[None, Some(1), Some(2)], || {
        let ((left, lefts), (right, rights)) = (channel::bounded(0), channel::bounded(0));
        let workers = [(left, 1), (right, 2)].map(|(sender, message)| {
            thread::spawn(move || {
                let sent = sender.try_send(message).is_ok();
                sent.then_some(message)
            })
        });
        let got = select! {
            recv(lefts) -> message => message.ok(),
            recv(rights) -> message => message.ok(),
        };
        let sent = workers.map(|worker| worker.join().unwrap());
        assert_eq!(sent.into_iter().flatten().collect::<Vec<_>>(), Vec::from_iter(got));
        got
    });
}

/// One that waits for a queue and for a rendezvous is handed a message on the second, too.
#[test]
fn select_beside_a_queue_is_served() {
    outcomes(&[(None, 2), (Some(1), 2), (Some(2), 1)], || {
        let ((meeting, met), (queue, queued)) = (channel::bounded(0), channel::bounded(1));
        let worker = thread::spawn(move || {
            let sent = meeting.try_send(1).is_ok();
            queue.send(2).unwrap();
            sent
        });
        let got = select! {
            recv(met) -> message => message.ok(),
            recv(queued) -> message => message.ok(),
        };
        let sent = worker.join().unwrap();
        let left = if got == Some(2) { 1 } else { queued.recv().unwrap() };
        assert_eq!(sent, got == Some(1));
        (got, left)
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

/// A reference to a source is one: a channel that is behind a field, a context's end.
#[test]
fn select_takes_references() {
    always(|| {
        let (sender, receiver) = channel::bounded(2);
        let behind = &receiver;
        let worker = thread::spawn(move || [1, 2].map(|n| sender.send(n).is_ok()));
        let waited = select! { recv(behind) -> message => message };
        worker.join().unwrap();
        let ready = select! {
            recv(behind) -> message => message,
            default => Ok(0),
        };
        assert_eq!((waited, ready), (Ok(1), Ok(2)));
    });
}

/// Of two senders that wait, the second waits on when the first has met its receiver. To loom that is too many executions.
#[test]
fn senders_that_wait_are_met_one_by_one() {
    for engine in Engine::available().filter(|&engine| engine != Engine::Loom) {
        assert_held(&Explorer::new(engine).run(|| {
            let (sender, receiver) = channel::bounded(0);
            let workers = [(sender.clone(), 1), (sender, 2)]
                .map(|(sender, message)| thread::spawn(move || sender.send(message).is_ok()));
            assert_eq!(receiver.recv().unwrap() + receiver.recv().unwrap(), 3);
            assert!(workers.into_iter().all(|worker| worker.join().unwrap()));
        }));
    }
}

#[test]
fn a_receiver_is_read_to_its_end() {
    always(|| {
        let (sender, receiver) = channel::unbounded();
        [1, 2, 3].into_iter().for_each(|message| sender.send(message).unwrap());
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
        sender.send(4).unwrap();
        drop(sender);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [4]);
    });
}
