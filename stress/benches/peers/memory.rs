//! How much a structure takes: the bytes that were asked for while it was made and filled, and not given back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::keys::Map;

/// The system's allocator, which counts.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    /// What this thread has allocated and not freed; less than nothing where it frees what others have allocated.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn holds(change: isize) {
    HELD.set(HELD.get() + change);
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        holds(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        holds(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        holds(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        holds(size as isize - layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// What `make` makes, with these keys in it, each its own value; and the bytes that it holds. Made by this thread alone.
pub fn weighed<M: Map>(make: impl FnOnce() -> M, keys: impl Iterator<Item = u64>) -> (M, f64) {
    let before = HELD.get();
    let map = make();
    keys.for_each(|key| map.set(key, key));
    (map, (HELD.get() - before) as f64)
}
