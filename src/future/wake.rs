//! Wakers whose owners are counted by the facade's `Arc`, so that an engine sees which of them is dropped last.

use std::mem::ManuallyDrop;
use std::task::{RawWaker, RawWakerVTable, Waker};

use crate::sync::Arc;

/// What wakes a task: `std::task::Wake` over the facade's [`Arc`], of which `self` can be none in every build.
///
/// ```
/// use selvedge::future::{Wake, waker};
/// use selvedge::sync::Arc;
/// use selvedge::sync::atomic::{AtomicBool, Ordering};
///
/// struct Flag(AtomicBool);
///
/// impl Wake for Flag {
///     fn wake_by_ref(this: &Arc<Self>) {
///         this.0.store(true, Ordering::SeqCst);
///     }
/// }
///
/// # selvedge::check::verify(|| {
/// let flag = Arc::new(Flag(AtomicBool::new(false)));
/// waker(Arc::clone(&flag)).wake();
/// assert!(flag.0.load(Ordering::SeqCst));
/// # });
/// ```
pub trait Wake: Send + Sync + 'static {
    /// Wakes the task.
    fn wake_by_ref(this: &Arc<Self>);

    /// Wakes the task, and gives up the waker.
    fn wake(this: Arc<Self>) {
        Self::wake_by_ref(&this);
    }
}

/// The waker that wakes so.
pub fn waker<W: Wake>(wake: Arc<W>) -> Waker {
    // SAFETY: the functions of the table keep `RawWaker`'s contract: the data is an owner of an `Arc<W>`, which `clone` adds
    // one to, `wake` and `drop` take one from, and `wake_by_ref` only borrows; and `W` is `Send` and `Sync`.
    unsafe { Waker::from_raw(raw(wake)) }
}

fn raw<W: Wake>(wake: Arc<W>) -> RawWaker {
    RawWaker::new(Arc::into_raw(wake).cast(), &Table::<W>::TABLE)
}

/// The functions for one type.
struct Table<W>(std::marker::PhantomData<W>);

impl<W: Wake> Table<W> {
    const TABLE: RawWakerVTable = RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    /// The owner that the data of a waker is.
    ///
    /// # Safety
    ///
    /// It has to be that of a waker of this table, and the owner must not be given up twice.
    unsafe fn owner(data: *const ()) -> Arc<W> {
        // SAFETY: it was made by `Arc::into_raw` in `raw`, of this type.
        unsafe { Arc::from_raw(data.cast::<W>()) }
    }

    unsafe fn clone(data: *const ()) -> RawWaker {
        // SAFETY: the waker keeps its owner.
        let owner = unsafe { ManuallyDrop::new(Self::owner(data)) };
        raw(Arc::clone(&owner))
    }

    unsafe fn wake(data: *const ()) {
        // SAFETY: the waker ends here.
        W::wake(unsafe { Self::owner(data) });
    }

    unsafe fn wake_by_ref(data: *const ()) {
        // SAFETY: the waker keeps its owner.
        let owner = unsafe { ManuallyDrop::new(Self::owner(data)) };
        W::wake_by_ref(&owner);
    }

    unsafe fn drop(data: *const ()) {
        // SAFETY: the waker ends here.
        drop(unsafe { Self::owner(data) });
    }
}
