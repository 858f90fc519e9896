//! Memory that a check watches: a use after free of a [`Box`], a double free or a leak is a failure that names the
//! lines.
//!
//! It takes the place of std's `Box` where raw pointers are made of it: in a stack of atomic pointers, say. Reads and
//! writes through such a pointer are seen if they go through [`get`] and [`get_mut`]; two unordered uses, of which one
//! writes or frees, are a data race. A freed block is kept until the execution has ended, so that no other block gets
//! its address. Outside of a check it is just a box.
//!
//! A primitive of the facade is watched wherever it lies: it is a use after free if a thread operates on one that was
//! dropped, or has begun to when it is dropped, or did before and nothing tells who drops it.
//!
//! ```
//! use selvedge::check::alloc::{self, Box};
//! use selvedge::sync::atomic::{AtomicPtr, Ordering};
//!
//! # selvedge::check::verify(|| {
//! let place = AtomicPtr::new(Box::into_raw(Box::new(7)));
//! let taken = place.swap(std::ptr::null_mut(), Ordering::AcqRel);
//! // SAFETY: nobody else has it.
//! assert_eq!(unsafe { *alloc::get(taken) }, 7);
//! // SAFETY: as above, and nobody uses it after that.
//! drop(unsafe { Box::from_raw(taken) });
//! # });
//! ```

use std::alloc::Layout;
use std::fmt;
use std::mem::{ManuallyDrop, offset_of};
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use crate::sync::memory::Memory;
use crate::sync::{UnsafeCell, imp};

/// A value, and beside it the record of its uses for the engine.
#[repr(C)]
struct Block<T> {
    uses: UnsafeCell<()>,
    value: T,
}

/// A value on the heap, with one owner.
pub struct Box<T> {
    value: *mut T,
    /// The line at which this owner was made: a drop has no line.
    since: &'static Location<'static>,
}

// SAFETY: it owns its value, as std's does.
unsafe impl<T: Send> Send for Box<T> {}
// SAFETY: a shared one gives nothing but `&T`.
unsafe impl<T: Sync> Sync for Box<T> {}

fn block<T>(value: *const T) -> *mut Block<T> {
    value.wrapping_byte_sub(offset_of!(Block<T>, value)).cast_mut().cast()
}

/// What the running check has allocated, if one runs.
fn with<R>(f: impl FnOnce(&mut Memory) -> R) -> Option<R> {
    imp::with_memory(f)
}

/// Records a use of a value. Returns whether the running check knows the value.
#[track_caller]
fn touch<T>(
    value: *const T,
    write: bool,
    ask: impl FnOnce(&mut Memory, usize, &'static Location<'static>) -> Result<(), String>,
    location: &'static Location<'static>,
) -> bool {
    let address = value.addr();
    let known = with(|memory| memory.has(address).then(|| ask(memory, address, location))).flatten();
    let Some(allowed) = known else { return false };
    if let Err(what) = allowed {
        super::require(false, || what);
    }
    if write {
        super::engine::stop_at_a_race();
    }
    // SAFETY: the check knows the block, and so keeps it; and all other references to it are shared ones.
    let uses = unsafe { &(*block(value)).uses };
    if write {
        uses.declare_write()
    } else {
        uses.declare_read()
    }
    true
}

impl<T> Box<T> {
    /// A value on the heap.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let since = Location::caller();
        let block = std::boxed::Box::into_raw(std::boxed::Box::new(Block { uses: UnsafeCell::new(()), value }));
        // SAFETY: the block is there.
        let value = unsafe { &raw mut (*block).value };
        with(|memory| memory.add(value.addr(), block.expose_provenance(), Layout::new::<Block<T>>(), since));
        Box { value, since }
    }

    /// The value without an owner: the caller has to see to it that it is freed.
    pub fn into_raw(this: Self) -> *mut T {
        ManuallyDrop::new(this).value
    }

    /// The owner of a value again.
    ///
    /// # Safety
    ///
    /// The pointer has to be one of [`into_raw`](Self::into_raw). There has to be one owner at a time: a check verifies
    /// that, and outside of a check the caller has to ensure it.
    #[track_caller]
    pub unsafe fn from_raw(value: *mut T) -> Self {
        Box { value, since: Location::caller() }
    }
}

/// The value behind a raw pointer.
///
/// # Safety
///
/// The pointer has to be one of [`Box::into_raw`]. The value must not have been freed, and nobody may write to it
/// meanwhile: a check verifies that, and outside of a check the caller has to ensure it.
///
/// # Panics
///
/// In a check, if the value was freed.
#[track_caller]
pub unsafe fn get<'a, T>(value: *const T) -> &'a T {
    touch(value, false, |memory, address, at| memory.uses(address, at), Location::caller());
    // SAFETY: by the caller.
    unsafe { &*value }
}

/// The value behind a raw pointer, to be written to.
///
/// # Safety
///
/// As for [`get`]; and nobody else uses the value meanwhile.
///
/// # Panics
///
/// In a check, if the value was freed.
#[track_caller]
pub unsafe fn get_mut<'a, T>(value: *mut T) -> &'a mut T {
    touch(value, true, |memory, address, at| memory.uses(address, at), Location::caller());
    // SAFETY: by the caller.
    unsafe { &mut *value }
}

impl<T> Deref for Box<T> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        // SAFETY: it is the owner.
        unsafe { get(self.value) }
    }
}

impl<T> DerefMut for Box<T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: it is the owner, and this is the only reference.
        unsafe { get_mut(self.value) }
    }
}

impl<T> Drop for Box<T> {
    fn drop(&mut self) {
        if touch(self.value, true, Memory::free, self.since) {
            // SAFETY: it was not freed before; the memory is kept, and given back when the execution has ended.
            unsafe { std::ptr::drop_in_place(self.value) };
        } else {
            // SAFETY: no check knows it, so that it was made by `new` as a box, and this is its owner.
            drop(unsafe { std::boxed::Box::from_raw(block(self.value)) });
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Box<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        touch(self.value, false, |memory, address, at| memory.uses(address, at), self.since);
        // SAFETY: it is the owner.
        unsafe { &*self.value }.fmt(f)
    }
}
