//! Readers-writer locks.

use std::time::{Duration, Instant};

use selvedge::sync::{
    Arc, MappedRwLockReadGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard, thread,
};

use super::everywhere;

/// A part of what a lock holds, as a function hands it out.
fn first(lock: &RwLock<(u32, u32)>) -> MappedRwLockReadGuard<'_, u32> {
    RwLockReadGuard::map(lock.read(), |pair| &pair.0)
}

#[test]
fn a_lock_is_made_and_taken_in_every_way() {
    everywhere(|| {
        let mut lock = RwLock::from(1);
        *lock.get_mut() += 1;
        assert_eq!((*lock.read(), RwLock::<u32>::default().into_inner()), (2, 0));
        assert!(!lock.is_locked() && !lock.is_locked_exclusive());
        let reader = lock.read();
        assert!(lock.is_locked() && !lock.is_locked_exclusive());
        assert!(lock.try_read().is_some() && lock.try_write().is_none());
        drop(reader);
        let writer = lock.write();
        assert!(lock.is_locked_exclusive() && lock.try_read().is_none());
        assert_eq!(format!("{writer} {writer:?}"), "2 2");
    });
}

#[test]
fn an_attempt_with_a_timeout_succeeds_or_does_not() {
    everywhere(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || *theirs.write() += 1);
        let tick = Duration::from_micros(1);
        let seen = lock.try_read_for(tick).map(|guard| *guard);
        assert!(matches!(seen, None | Some(0 | 1)));
        if let Some(mut guard) = lock.try_write_until(Instant::now() + tick) {
            *guard += 1;
        }
        other.join().unwrap();
        assert!(lock.try_write_for(tick).is_some() && lock.try_read_until(Instant::now() + tick).is_some());
    });
}

#[test]
fn a_guard_is_mapped() {
    everywhere(|| {
        let lock = RwLock::new((1, 2));
        *RwLockWriteGuard::map(lock.write(), |pair| &mut pair.1) += 1;
        let (one, other) = (*first(&lock), lock.read().1);
        assert_eq!((one, other), (1, 3));
    });
}

/// Nobody writes between a look and the write that follows from it.
#[test]
fn a_reader_becomes_the_writer() {
    everywhere(|| {
        let lock = Arc::new(RwLock::new(0));
        let workers = [0, 1].map(|_| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                let reader = lock.upgradable_read();
                let seen = *reader;
                let mut writer = RwLockUpgradableReadGuard::upgrade(reader);
                *writer = seen + 1;
            })
        });
        let seen = *lock.read();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert!(seen <= 2 && *lock.read() == 2);
    });
}

#[test]
fn guards_become_others() {
    everywhere(|| {
        let lock = RwLock::new(0);
        let mut writer = lock.write();
        *writer += 1;
        let reader = RwLockWriteGuard::downgrade(writer);
        let upgradable = lock.try_upgradable_read().expect("readers do not mind");
        assert!(lock.try_upgradable_read().is_none() && lock.try_write().is_none());
        let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).expect_err("there is another reader");
        drop(reader);
        let writer = RwLockUpgradableReadGuard::try_upgrade(upgradable).expect("there is none any more");
        let upgradable = RwLockWriteGuard::downgrade_to_upgradable(writer);
        assert!(lock.try_read().is_some());
        let reader = RwLockUpgradableReadGuard::downgrade(upgradable);
        assert!(lock.try_upgradable_read().is_some() && *reader == 1);
    });
}

#[test]
fn a_lock_whose_guard_is_forgotten_is_unlocked_by_force() {
    everywhere(|| {
        let lock = RwLock::new(0);
        std::mem::forget(lock.read());
        // SAFETY: the guard was forgotten.
        unsafe { lock.force_unlock_read() };
        std::mem::forget(lock.write());
        // SAFETY: the guard was forgotten.
        unsafe { lock.force_unlock_write() };
        assert!(!lock.is_locked());
    });
}
