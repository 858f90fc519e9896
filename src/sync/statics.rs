//! Forms of code that only macros can write in the same way for every build: statics and thread locals that are made anew for
//! each execution, a `const fn` over a primitive's, an `Arc` of a trait object.
//!
//! Under an engine `new` of a primitive is no `const fn`: it registers with the execution which thread has made the
//! object, and a `const fn` cannot. An object that is named by its address, or by the thread that first uses it, has
//! another name in another schedule, and then a search either misses schedules or runs equal ones. So a static that
//! holds primitives is written in [`statics!`](crate::statics), and a thread local in
//! [`thread_local!`](crate::thread_local); on real threads they are what they look like.

/// Statics: each execution of a check has its own. On real threads they are statics.
///
/// Under an engine they are not dropped when their execution is over, as statics are not.
///
/// ```
/// use selvedge::sync::atomic::{AtomicU32, Ordering};
/// use selvedge::sync::{LazyLock, Mutex, thread};
///
/// selvedge::statics! {
///     static STARTED: AtomicU32 = AtomicU32::new(0);
///     /// What was logged.
///     pub static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// }
/// // What is made when it is first asked for needs no macro.
/// static LARGE: LazyLock<Mutex<u64>> = LazyLock::new(|| Mutex::new(1 << 40));
///
/// # selvedge::check::verify(|| {
/// let worker = thread::spawn(|| LOG.lock().push(STARTED.fetch_add(1, Ordering::Relaxed)));
/// STARTED.fetch_add(1, Ordering::Relaxed);
/// worker.join().unwrap();
/// assert!(LOG.lock()[0] < 2 && *LARGE.lock() > 2);
/// # });
/// ```
#[macro_export]
macro_rules! statics {
    ($($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $value:expr;)*) => {$(
        $crate::__static! { $(#[$attribute])* $visibility static $name: $type = $value; }
    )*};
}

#[cfg(not(any(loom, shuttle)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __static {
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $value:expr;) => {
        $(#[$attribute])* $visibility static $name: $type = $value;
    };
}

#[cfg(any(loom, shuttle))]
#[doc(hidden)]
#[macro_export]
macro_rules! __static {
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $value:expr;) => {
        $(#[$attribute])* $visibility static $name: $crate::sync::Static<$type> =
            $crate::sync::Static::new(
                concat!(module_path!(), "::", stringify!($name), ":", line!(), ":", column!()),
                || $value,
            );
    };
}

/// A `const fn` on real threads, and under an engine, where a primitive's `new` is none, a function.
///
/// ```
/// use selvedge::sync::Mutex;
///
/// struct Account(Mutex<u64>);
///
/// impl Account {
///     selvedge::const_fn! {
///         /// An account with nothing on it.
///         pub const fn new() -> Self {
///             Account(Mutex::new(0))
///         }
///     }
/// }
///
/// selvedge::statics! {
///     static SAVINGS: Account = Account::new();
/// }
///
/// # selvedge::check::verify(|| assert_eq!(*SAVINGS.0.lock() + *Account::new().0.lock(), 0));
/// ```
#[cfg(not(any(loom, shuttle)))]
#[macro_export]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis const fn $($function:tt)*) => {
        $(#[$attribute])* $visibility const fn $($function)*
    };
}

/// A `const fn` on real threads, and under an engine, where a primitive's `new` is none, a function.
#[cfg(any(loom, shuttle))]
#[macro_export]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis const fn $($function:tt)*) => {
        $(#[$attribute])*
        #[track_caller]
        $visibility fn $($function)*
    };
}

/// The same owner of a trait object or a slice: what std's `Arc` does unasked, under Shuttle's engines is asked for.
///
/// ```
/// use selvedge::sync::Arc;
/// use selvedge::sync::atomic::{AtomicU32, Ordering};
///
/// # selvedge::check::verify(|| {
/// let hits = AtomicU32::new(7);
/// let hit = Arc::new(move || hits.fetch_add(1, Ordering::SeqCst));
/// let hit: Arc<dyn Fn() -> u32> = selvedge::unsize!(hit => dyn Fn() -> u32);
/// assert_eq!((*hit)(), 7);
/// # });
/// ```
#[cfg(not(shuttle))]
#[macro_export]
macro_rules! unsize {
    ($owner:expr => $type:ty) => {{
        let owner: $crate::sync::Arc<$type> = $owner;
        owner
    }};
}

/// The same owner of a trait object or a slice: what std's `Arc` does unasked, under Shuttle's engines is asked for.
#[cfg(shuttle)]
#[macro_export]
macro_rules! unsize {
    ($owner:expr => $type:ty) => {
        $crate::sync::Arc::unsized_by($owner, |owner| -> ::std::sync::Arc<$type> { owner })
    };
}

/// Thread locals: each thread of a check has its own. On real threads it is std's.
///
/// ```
/// use std::cell::Cell;
/// use selvedge::sync::thread;
///
/// selvedge::thread_local! {
///     static TURNS: Cell<u32> = const { Cell::new(0) };
/// }
///
/// # selvedge::check::verify(|| {
/// TURNS.set(3);
/// let theirs = thread::spawn(|| TURNS.get()).join().unwrap();
/// assert_eq!((TURNS.get(), theirs), (3, 0));
/// # });
/// ```
#[cfg(not(any(loom, shuttle)))]
#[macro_export]
macro_rules! thread_local {
    ($($locals:tt)*) => {
        ::std::thread_local! { $($locals)* }
    };
}

/// Thread locals: each thread of a check has its own. On real threads it is std's.
#[cfg(any(loom, shuttle))]
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = const $value:block $(; $($others:tt)*)?) => {
        $crate::thread_local! { $(#[$attribute])* $visibility static $name: $type = $value $(; $($others)*)? }
    };
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $value:expr $(; $($others:tt)*)?) => {
        $(#[$attribute])* $visibility static $name: $crate::sync::thread::LocalKey<$type> =
            $crate::sync::thread::LocalKey::new(|| $value);
        $($crate::thread_local! { $($others)* })?
    };
}
