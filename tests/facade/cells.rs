//! Cells.

use selvedge::sync::atomic::{AtomicBool, Ordering};
use selvedge::sync::{Arc, UnsafeCell, thread};

use super::everywhere;

/// A value that one thread writes and another takes, as an `unsafe impl` has it.
struct Slot<T> {
    value: UnsafeCell<Option<T>>,
    full: AtomicBool,
}

// SAFETY: who has set `full` is done with the value, and who has seen it is the only one to touch it.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    fn put(&self, value: T) {
        let place = self.value.get();
        self.value.declare_write();
        // SAFETY: nobody looks before `full` is set.
        unsafe { *place = Some(value) };
        self.full.store(true, Ordering::Release);
    }

    fn take(&self) -> Option<T> {
        if !self.full.load(Ordering::Acquire) {
            return None;
        }
        // SAFETY: the other thread is done, and there is no third.
        self.value.with_mut(|value| unsafe { (*value).take() })
    }
}

#[test]
fn a_value_is_handed_over_in_a_cell() {
    everywhere(|| {
        let slot = Arc::new(Slot { value: UnsafeCell::new(None), full: AtomicBool::new(false) });
        let theirs = Arc::clone(&slot);
        let other = thread::spawn(move || theirs.put(7));
        assert!(matches!(slot.take(), None | Some(7)));
        other.join().unwrap();
    });
}

#[test]
fn a_cell_is_read_in_every_way() {
    everywhere(|| {
        let mut cell = UnsafeCell::from(1);
        *cell.get_mut() += 1;
        // SAFETY: nobody else has the cell.
        assert_eq!(cell.with(|value| unsafe { *value }), 2);
        cell.declare_read();
        // SAFETY: as above.
        assert_eq!(unsafe { *cell.get() }, 2);
        assert_eq!((cell.into_inner(), UnsafeCell::<u8>::default().into_inner()), (2, 0));
    });
}
