//! Objects of several primitives, on real threads: their calls are not recorded.

/// An object of several primitives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compound;

/// A call that has not returned.
#[must_use]
pub(crate) struct Entered;

impl Compound {
    /// What it is, in the word of a report.
    #[inline(always)]
    pub(crate) fn new(_: &'static str) -> Self {
        Compound
    }

    /// Begins a call, which ends when what is returned is dropped.
    #[inline(always)]
    pub(crate) fn enter(&self, _: &'static str) -> Entered {
        Entered
    }

    /// Begins the call of a destructor.
    #[inline(always)]
    pub(crate) fn end(&self, _: &'static str) -> Entered {
        Entered
    }

    /// A call of a method with this body.
    #[inline(always)]
    pub(crate) fn call<R>(&self, _: &'static str, body: impl FnOnce() -> R) -> R {
        body()
    }
}
