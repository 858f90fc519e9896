//! Channels in every form in which they are sent to, received from, asked and closed.

use std::time::{Duration, Instant};

use selvedge::sync::channel::{
    self, Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError, TrySendError, bounded, unbounded,
};
use selvedge::sync::thread;

use super::everywhere;

const MOMENT: Duration = Duration::from_micros(10);

#[test]
fn a_receiver_is_iterated_in_each_form() {
    everywhere(|| {
        let make = || {
            let (sender, receiver) = unbounded();
            [1, 2].into_iter().for_each(|number| sender.send(number).unwrap());
            receiver
        };
        let mut sum = 0;
        for number in make() {
            sum += number;
        }
        for number in &make() {
            sum += number;
        }
        let receiver = make();
        sum += receiver.iter().sum::<i32>() + receiver.try_iter().sum::<i32>();
        sum += make().into_iter().map(|number: i32| number).sum::<i32>();
        assert_eq!(sum, 12);
        let kept: channel::IntoIter<i32> = make().into_iter();
        assert_eq!(kept.count(), 2);
    });
}

#[test]
fn a_thread_sends_what_another_iterates() {
    everywhere(|| {
        let (sender, receiver): (Sender<u32>, Receiver<u32>) = bounded(1);
        let worker = thread::spawn(move || (0..2).try_for_each(|number| sender.send(number)));
        assert_eq!(receiver.into_iter().collect::<Vec<_>>(), [0, 1]);
        worker.join().unwrap().unwrap();
    });
}

#[test]
fn ends_are_asked() {
    everywhere(|| {
        let (sender, receiver) = bounded(1);
        assert!(sender.is_empty() && !sender.is_full() && receiver.is_empty() && !receiver.is_full());
        sender.send(()).unwrap();
        assert!(!sender.is_empty() && sender.is_full() && receiver.is_full());
        assert_eq!((sender.len(), receiver.len(), sender.capacity(), receiver.capacity()), (1, 1, Some(1), Some(1)));
        let (other, another) = unbounded::<()>();
        assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&other));
        assert!(receiver.same_channel(&receiver.clone()) && !receiver.same_channel(&another));
        assert_eq!((other.capacity(), other.is_full()), (None, false));
        let (meets, _met) = bounded::<()>(0);
        assert!(meets.is_empty() && meets.is_full());
    });
}

#[test]
fn a_wait_for_a_message_has_an_end() {
    for capacity in [0, 1] {
        everywhere(move || {
            let (sender, receiver) = bounded::<u32>(capacity);
            assert_eq!(receiver.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
            assert_eq!(receiver.recv_deadline(Instant::now() + MOMENT), Err(RecvTimeoutError::Timeout));
            drop(sender);
            assert_eq!(receiver.recv_timeout(MOMENT), Err(RecvTimeoutError::Disconnected));
        });
    }
}

#[test]
fn a_wait_for_room_has_an_end() {
    everywhere(|| {
        let (sender, receiver) = bounded(0);
        assert_eq!(sender.send_timeout(1, MOMENT), Err(SendTimeoutError::Timeout(1)));
        drop(receiver);
        assert_eq!(sender.send_timeout(2, MOMENT), Err(SendTimeoutError::Disconnected(2)));
        let (sender, receiver) = bounded(1);
        assert_eq!(sender.send_timeout(3, MOMENT), Ok(()));
        assert_eq!(sender.send_deadline(4, Instant::now() + MOMENT), Err(SendTimeoutError::Timeout(4)));
        assert_eq!(receiver.try_recv(), Ok(3));
    });
}

/// A wait that is over too early is begun again.
#[test]
fn a_loop_of_waits_comes_to_its_message() {
    for capacity in [0, 1] {
        everywhere(move || {
            let (sender, receiver) = bounded(capacity);
            let worker = thread::spawn(move || sender.send(7).unwrap());
            let received = loop {
                match receiver.recv_timeout(Duration::from_millis(1)) {
                    Err(RecvTimeoutError::Timeout) => (),
                    received => break received,
                }
            };
            assert_eq!(received, Ok(7));
            worker.join().unwrap();
        });
    }
}

#[test]
fn attempts_say_why_they_fail() {
    everywhere(|| {
        let (sender, receiver) = bounded(1);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        sender.try_send(1).unwrap();
        assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
        drop(receiver);
        assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
        assert_eq!(sender.send(4).unwrap_err().into_inner(), 4);
    });
}

#[test]
fn nothing_comes_from_never() {
    everywhere(|| {
        let never = channel::never::<u32>();
        assert_eq!(never.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(never.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
    });
}

#[test]
fn the_time_comes_from_a_channel() {
    everywhere(|| {
        assert!(channel::after(MOMENT).recv().is_ok());
        assert!(channel::at(Instant::now()).recv().is_ok());
        assert!(channel::tick(MOMENT).recv().is_ok());
    });
}
