//! Counting semaphores: who gets a permit, who waits for one, and who is told that there will be none.

use selvedge::sync::atomic::{AtomicUsize, Ordering};
use selvedge::sync::semaphore::{AcquireError, TryAcquireError};
use selvedge::sync::{Arc, Semaphore, thread};

use super::{always, outcomes};

#[test]
fn no_more_are_let_in_than_there_are_permits() {
    always(|| {
        let (semaphore, inside) = (Semaphore::new(1), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _permit = semaphore.acquire().unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    inside.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(semaphore.available_permits(), 1);
    });
}

#[test]
fn an_attempt_fails_while_all_permits_are_taken() {
    outcomes(&[true, false], || {
        let semaphore = Arc::new(Semaphore::new(1));
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || drop(semaphore.acquire().unwrap()))
        };
        let attempt = semaphore.try_acquire().map(drop);
        assert!(matches!(attempt, Ok(()) | Err(TryAcquireError::NoPermits)));
        other.join().unwrap();
        attempt.is_ok()
    });
}

#[test]
fn whoever_waits_goes_on_with_what_is_released() {
    always(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.acquire().map(|permit| permit.forget()))
        };
        semaphore.release(2);
        assert_eq!(other.join().unwrap(), Ok(()));
        assert_eq!(semaphore.available_permits(), 1, "a permit that is forgotten is gone");
    });
}

#[test]
fn whoever_waits_is_told_that_it_is_closed() {
    always(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.acquire().map(drop))
        };
        semaphore.close();
        semaphore.release(1);
        assert_eq!(other.join().unwrap(), Err(AcquireError));
        assert_eq!(semaphore.try_acquire().map(drop), Err(TryAcquireError::Closed));
    });
}

#[test]
fn who_is_told_that_it_is_closed_gives_nothing_back() {
    always(|| {
        let semaphore = Semaphore::new(0);
        semaphore.close();
        assert_eq!(semaphore.acquire().map(drop), Err(AcquireError));
        assert_eq!(semaphore.try_acquire().map(drop), Err(TryAcquireError::Closed));
        assert_eq!(semaphore.available_permits(), 0);
    });
}
