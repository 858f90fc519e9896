//! Ctrl-C: the children are killed, and the program ends with 130. That is at once, but where something has to be left in
//! order first.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::process;

/// An interrupt came. Relaxed everywhere: whoever works looks again and again, and nothing else hangs on it.
static CAME: AtomicBool = AtomicBool::new(false);
/// Somebody looks at [`came`], and ends the program then.
static DEFERRED: AtomicBool = AtomicBool::new(false);

/// Listens for interrupts.
///
/// # Errors
///
/// If the system does not let it.
pub fn listen() -> anyhow::Result<()> {
    let handler = || {
        CAME.store(true, Ordering::Relaxed);
        process::kill_all();
        if !DEFERRED.load(Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    Ok(ctrlc::set_handler(handler)?)
}

/// Does `work` that looks at [`came`] again and again, and comes to an end then: meanwhile an interrupt does not end the
/// program.
pub fn deferred<T>(work: impl FnOnce() -> T) -> T {
    DEFERRED.store(true, Ordering::Relaxed);
    let done = work();
    DEFERRED.store(false, Ordering::Relaxed);
    done
}

/// Whether an interrupt came.
pub fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}
