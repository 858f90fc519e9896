//! Taking a read-write lock that others hold for moments only.
//!
//! A thread that finds such a lock taken does best to stay away from it for longer than it is held: each look fetches the
//! lock's cache line from whoever works behind the lock, and a thread that queues up makes all that come later queue up
//! behind it. So it looks again now and then, in between as long as a hundred short critical sections; and if that does
//! not help for long, it queues up and sleeps, so that nobody starves and a long wait costs no more than a short spin.
//!
//! Who may hold the lock when is the same as with the lock's own methods. So under an engine they are called at once.

use super::{RwLock, RwLockReadGuard, RwLockWriteGuard, hint};

/// How often a thread tries before it queues up.
const ATTEMPTS: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 9 };

/// Pauses of the processor between two attempts: half a microsecond to three. With a quarter of that, a map which two
/// threads read and write in turn does a third less.
const PAUSES: u32 = if cfg!(any(loom, shuttle)) { 1 } else { 64 };

/// Holds the lock shared.
#[inline]
#[track_caller]
pub(crate) fn read<T: ?Sized>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    match soon(ATTEMPTS, || lock.try_read()) {
        Some(guard) => guard,
        // Not in a closure, which would have a line of its own.
        None => lock.read(),
    }
}

/// Holds the lock alone.
#[inline]
#[track_caller]
pub(crate) fn write<T: ?Sized>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    match soon(ATTEMPTS, || lock.try_write()) {
        Some(guard) => guard,
        None => lock.write(),
    }
}

/// What one of so many attempts comes to.
#[inline]
fn soon<G>(attempts: u32, attempt: impl Fn() -> Option<G>) -> Option<G> {
    if attempts == 0 { None } else { attempt().or_else(|| later(attempts - 1, attempt)) }
}

#[cold]
fn later<G>(attempts: u32, attempt: impl Fn() -> Option<G>) -> Option<G> {
    (0..attempts).find_map(|_| {
        (0..PAUSES).for_each(|_| hint::spin_loop());
        attempt()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Least, check};
    use crate::sync::{Arc, thread};

    #[test]
    fn who_has_waited_holds_the_lock() {
        check("who has waited holds the lock").expect(Least::Exhausted).run(|| {
            let lock = Arc::new(RwLock::new(0));
            let theirs = Arc::clone(&lock);
            let adds = move |lock: &RwLock<u32>| {
                *soon(2, || lock.try_write()).unwrap_or_else(|| lock.write()) += 1;
            };
            let other = thread::spawn(move || adds(&theirs));
            adds(&lock);
            let shared = *soon(2, || lock.try_read()).unwrap_or_else(|| lock.read());
            assert!((1..=2).contains(&shared));
            other.join().expect("it does not panic");
            assert_eq!((*write(&lock), *read(&RwLock::new(3))), (2, 3));
        });
    }

    #[test]
    #[cfg(not(any(loom, shuttle)))]
    fn a_lock_that_is_held_for_long_is_waited_for() {
        let lock = RwLock::new(0);
        let mut held = write(&lock);
        thread::scope(|scope| {
            let waiting = [scope.spawn(|| *read(&lock)), scope.spawn(|| *write(&lock))];
            thread::sleep(std::time::Duration::from_millis(20));
            let nobody_is_through = waiting.iter().all(|thread| !thread.is_finished());
            *held = 1;
            drop(held);
            assert!(nobody_is_through);
            waiting.into_iter().for_each(|thread| assert_eq!(thread.join().expect("it does not panic"), 1));
        });
    }
}
