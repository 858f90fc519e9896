//! Mutexes.

use std::time::{Duration, Instant};

use selvedge::sync::{Arc, MappedMutexGuard, Mutex, MutexGuard, thread};

use super::everywhere;

#[derive(Debug, Default)]
struct Pair {
    left: u32,
    right: Option<u32>,
}

/// A part of what a mutex holds, as a function hands it out.
fn left(pair: &Mutex<Pair>) -> MappedMutexGuard<'_, u32> {
    MutexGuard::map(pair.lock(), |pair| &mut pair.left)
}

#[test]
fn a_mutex_is_made_in_every_way() {
    everywhere(|| {
        let (one, other, third) = (Mutex::new(1), Mutex::from(2), Mutex::<u32>::default());
        let mut all = [one, other, third];
        *all[2].get_mut() += 3;
        assert_eq!(all.map(Mutex::into_inner), [1, 2, 3]);
        let slice: Box<Mutex<[u32]>> = Box::new(Mutex::new([1, 2]));
        assert_eq!(slice.lock().len(), 2);
        assert_eq!(format!("{} {:?}", Mutex::new(4).lock(), Mutex::new("five").lock()), "4 \"five\"");
    });
}

#[test]
fn an_attempt_with_a_timeout_succeeds_or_does_not() {
    everywhere(|| {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || *theirs.lock() += 1);
        if let Some(mut guard) = mutex.try_lock_for(Duration::from_millis(1)) {
            *guard += 1;
        }
        let deadline = Instant::now() + Duration::from_millis(1);
        if let Some(mut guard) = mutex.try_lock_until(deadline) {
            *guard += 1;
        }
        if let Some(mut guard) = mutex.try_lock() {
            *guard += 1;
        }
        other.join().unwrap();
        assert!((1..=4).contains(&*mutex.lock()));
    });
}

#[test]
fn a_loop_of_attempts_ends() {
    everywhere(|| {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || *theirs.lock() += 1);
        let mut guard = loop {
            if let Some(guard) = mutex.try_lock_for(Duration::from_micros(1)) {
                break guard;
            }
        };
        *guard += 1;
        drop(guard);
        other.join().unwrap();
        assert_eq!(*mutex.lock(), 2);
    });
}

#[test]
fn a_guard_is_mapped() {
    everywhere(|| {
        let pair = Mutex::new(Pair::default());
        *left(&pair) += 1;
        let right = MutexGuard::try_map(pair.lock(), |pair| pair.right.as_mut());
        let guard = right.expect_err("there is none");
        assert!(MutexGuard::mutex(&guard).is_locked());
        drop(guard);
        pair.lock().right = Some(2);
        let right = MutexGuard::try_map(pair.lock(), |pair| pair.right.as_mut()).ok();
        *right.unwrap() += 1;
        let all = pair.lock();
        assert_eq!((all.left, all.right), (1, Some(3)));
        drop(all);
        let bytes = MutexGuard::map(pair.lock(), |pair| &mut pair.left);
        assert_eq!(*MappedMutexGuard::map(bytes, |left| left), 1);
    });
}

#[test]
fn a_guard_is_given_up_for_a_while() {
    everywhere(|| {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || *theirs.lock() += 1);
        let mut guard = mutex.lock();
        let seen = MutexGuard::unlocked(&mut guard, || mutex.try_lock().is_some());
        MutexGuard::bump(&mut guard);
        *guard += u32::from(seen);
        MutexGuard::unlock_fair(guard);
        other.join().unwrap();
        assert!(*mutex.lock() >= 1);
    });
}

#[test]
fn a_mutex_whose_guard_is_forgotten_is_unlocked_by_force() {
    everywhere(|| {
        let mutex = Mutex::new(1);
        std::mem::forget(mutex.lock());
        assert!(mutex.is_locked() && mutex.try_lock().is_none());
        // SAFETY: the guard was forgotten.
        unsafe { mutex.force_unlock() };
        assert!(!mutex.is_locked());
        let leaked: &mut u32 = MutexGuard::leak(mutex.lock());
        *leaked += 1;
        // SAFETY: nobody else has the mutex, and nobody uses the reference any more.
        assert_eq!(unsafe { *mutex.data_ptr() }, 2);
        assert!(mutex.is_locked());
    });
}

#[test]
fn a_guard_owns_its_mutex() {
    everywhere(|| {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.try_lock_arc();
        assert!(guard.is_some() && mutex.is_locked());
        drop(guard);
        let theirs = mutex.lock_arc();
        assert!(mutex.try_lock_arc().is_none());
        drop(theirs);
        let workers = [0, 1].map(|_| {
            let mutex = Arc::clone(&mutex);
            thread::spawn(move || {
                let mut guard = mutex.lock_arc();
                drop(mutex);
                *guard += 1;
            })
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!(*mutex.lock(), 2);
    });
}
