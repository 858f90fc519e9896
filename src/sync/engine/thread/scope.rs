//! Threads that borrow from the one that started them.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::end::End;
use super::{Act, Builder, Result, Slot, Thread, launch, leaving, take};
use crate::sync::fault;

/// Threads that may borrow from the thread that started them, and end before [`scope`] returns.
pub struct Scope<'scope, 'env: 'scope> {
    ends: parking_lot::Mutex<Vec<Arc<End>>>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The right to wait for a thread of a [`Scope`].
pub struct ScopedJoinHandle<'scope, T> {
    thread: Thread,
    value: Slot<T>,
    scope: PhantomData<&'scope ()>,
}

/// Runs `f`, and returns when every thread that it started in its scope has returned; as with std's, what they have in
/// thread locals may be yet to be dropped.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    /// Waits for the threads even if `f` panics: they borrow from values that unwinding would drop.
    struct WaitForAll<'a, 'scope, 'env>(&'a Scope<'scope, 'env>, &'static Location<'static>);

    impl Drop for WaitForAll<'_, '_, '_> {
        fn drop(&mut self) {
            while let Some(end) = { self.0.ends.lock().pop() } {
                end.join(Act::AwaitReturn, self.1);
            }
        }
    }

    let scope = Scope { ends: parking_lot::Mutex::new(Vec::new()), scope: PhantomData, env: PhantomData };
    let _wait = WaitForAll(&scope, Location::caller());
    f(&scope)
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.spawn_named(None, f)
    }

    #[track_caller]
    fn spawn_named<F, T>(&'scope self, name: Option<String>, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let (value, body) = leaving(f);
        let body: Box<dyn FnOnce() + Send + 'scope> = Box::new(body);
        // SAFETY: only the lifetime changes. `scope` does not return before this closure has,
        // not even by unwinding (`WaitForAll`), so what it borrows for `'scope` lives for as long as
        // the closure does. What is left to be dropped is in thread locals, which are `'static`.
        let body = unsafe { std::mem::transmute::<Box<dyn FnOnce() + Send + 'scope>, Box<dyn FnOnce() + Send>>(body) };
        let thread = launch(name, body, Location::caller());
        self.ends.lock().push(Arc::clone(&thread.end));
        ScopedJoinHandle { thread, value, scope: PhantomData }
    }
}

impl Builder {
    /// Starts the thread in a scope.
    ///
    /// # Errors
    ///
    /// If a [fault](crate::sync::fault) refuses one; on real threads, if the machine does.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        fault::ask_for_thread()?;
        Ok(scope.spawn_named(self.name, f))
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// None under an engine: a panic that leaves a thread is a failure of the check.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.thread.end.join(Act::Join, Location::caller());
        Ok(take(self.value))
    }

    /// Whether the thread has returned; its thread locals may be yet to be dropped. As with std's, that orders nothing.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.thread.end.step(Act::IsFinished, Location::caller()).value == Some(1)
    }

    /// The thread.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}
