//! A fence for two sides of which one is rare, over Linux's `membarrier`.

use std::sync::LazyLock;
use std::sync::atomic::{Ordering, compiler_fence, fence};

/// A fence for two sides, of which the frequent one pays next to nothing: [`light`](Self::light) keeps the compiler from
/// moving accesses across it, and [`heavy`](Self::heavy) makes every processor that runs a thread of this process pass a
/// fence, wherever it is. (Goldblatt, "Asymmetric fences", P1202; membarrier(2).)
///
/// Of a light and a heavy one, what comes before the earlier is seen after the later, and a heavy one is a fence that is
/// sequentially consistent as well. Two light ones order nothing, nor do a light one and an
/// [`atomic::fence`](crate::sync::atomic::fence). Under an engine the two sides change one hidden number, in turn.
///
/// ```
/// use selvedge::sync::atomic::{AtomicBool, Ordering};
/// use selvedge::sync::{AsymmetricFence, thread};
///
/// # selvedge::check::verify(|| {
/// let Some(fence) = AsymmetricFence::new() else { return };
/// let [one, other] = [AtomicBool::new(false), AtomicBool::new(false)];
/// let seen = thread::scope(|scope| {
///     let light = scope.spawn(|| {
///         one.store(true, Ordering::Relaxed);
///         fence.light();
///         other.load(Ordering::Relaxed)
///     });
///     other.store(true, Ordering::Relaxed);
///     fence.heavy();
///     [one.load(Ordering::Relaxed), light.join().unwrap()]
/// });
/// assert_ne!(seen, [false, false]);
/// # });
/// ```
#[derive(Debug)]
pub struct AsymmetricFence(());

impl AsymmetricFence {
    /// None if the system has no such fence.
    pub fn new() -> Option<Self> {
        static IS_THERE: LazyLock<bool> = LazyLock::new(is_there);
        IS_THERE.then_some(AsymmetricFence(()))
    }

    /// The frequent side: no instruction.
    #[inline(always)]
    pub fn light(&self) {
        compiler_fence(Ordering::SeqCst);
    }

    /// The rare side: a call of the system, of a microsecond or some.
    #[inline]
    pub fn heavy(&self) {
        // SeqCst: pairs with the fences of others, and with `light` by what follows.
        fence(Ordering::SeqCst);
        pass_everywhere();
    }
}

/// Whether the system has the fence, for which a process has to say once that it wants it.
#[cfg(all(target_os = "linux", not(miri)))]
fn is_there() -> bool {
    use rustix::thread::{MembarrierCommand, membarrier, membarrier_query};

    membarrier_query().contains_command(MembarrierCommand::PrivateExpedited)
        && membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn is_there() -> bool {
    false
}

#[cold]
fn pass_everywhere() {
    #[cfg(all(target_os = "linux", not(miri)))]
    rustix::thread::membarrier(rustix::thread::MembarrierCommand::PrivateExpedited)
        .expect("what has been registered is not refused");
}
