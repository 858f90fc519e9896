//! std's threads, entered in the roster of a check if there is one.

use std::io;
use std::panic::Location;

pub use super::seat::{seat, seats};
pub use std::thread::{
    AccessError, JoinHandle, LocalKey, Result, ScopedJoinHandle, Thread, ThreadId, available_parallelism, current,
    panicking, park, park_timeout, sleep, yield_now,
};

use super::roster::enrolled;
use crate::sync::fault;

/// Events are not recorded on real threads.
pub(crate) fn moment() -> usize {
    0
}

/// Parks; the line does not matter here.
pub(crate) fn park_behind(_: usize, _: &'static Location<'static>) {
    park();
}

/// Starts a thread.
///
/// # Panics
///
/// If the machine refuses one; [`Builder::spawn`] gives an error instead.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    std::thread::spawn(enrolled(None, Location::caller(), boxed(f)))
}

/// So the code that starts a thread is compiled once for each type of result, and not for each closure. Compared with a
/// real thread a box costs nothing.
fn boxed<'a, T>(f: impl FnOnce() -> T + Send + 'a) -> Box<dyn FnOnce() -> T + Send + 'a> {
    Box::new(f)
}

/// Starts a thread with a name, by which reports call it.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// A thread without a name.
    pub fn new() -> Self {
        Builder::default()
    }

    /// Names the thread.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// How large the stack is, in bytes.
    pub fn stack_size(mut self, size: usize) -> Self {
        self.stack_size = Some(size);
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// If the machine refuses one, or a [fault](crate::sync::fault) does.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        fault::ask_for_thread()?;
        let f = enrolled(self.name.as_deref(), Location::caller(), boxed(f));
        self.real().spawn(f)
    }

    /// Starts the thread in a scope.
    ///
    /// # Errors
    ///
    /// If the machine refuses one, or a [fault](crate::sync::fault) does.
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
        let f = enrolled(self.name.as_deref(), Location::caller(), boxed(f));
        self.real().spawn_scoped(&scope.0, f)
    }

    fn real(self) -> std::thread::Builder {
        let mut builder = std::thread::Builder::new();
        if let Some(name) = self.name {
            builder = builder.name(name);
        }
        if let Some(size) = self.stack_size {
            builder = builder.stack_size(size);
        }
        builder
    }
}

/// Threads that may borrow from the thread that started them, and end before [`scope`] returns.
#[derive(Debug)]
#[repr(transparent)]
pub struct Scope<'scope, 'env: 'scope>(std::thread::Scope<'scope, 'env>);

/// Runs `f`, and returns when every thread that it started in its scope has ended.
///
/// # Panics
///
/// If one of the threads panicked and was not joined.
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    std::thread::scope(|scope| {
        // SAFETY: `Scope` is `repr(transparent)` over std's, so a reference to one is a reference to
        // the other.
        f(unsafe { &*std::ptr::from_ref(scope).cast::<Scope<'_, 'env>>() })
    })
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.0.spawn(enrolled(None, Location::caller(), boxed(f)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_the_name_that_it_was_given() {
        let name = || std::thread::current().name().map(str::to_owned);
        let thread = Builder::new().name("janitor".to_owned()).spawn(name).expect("the machine has a thread to spare");
        assert_eq!(thread.join().expect("it does not panic").as_deref(), Some("janitor"));
    }
}
