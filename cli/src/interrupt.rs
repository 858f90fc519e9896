//! Ctrl-C, and what else asks a program to end: its children end at once, and it says what it has come to. Whoever cannot
//! wait for that asks twice.

use std::sync::atomic::{AtomicBool, Ordering};

/// An interrupt came. Relaxed everywhere: whoever works looks again and again, and nothing else hangs on it.
static CAME: AtomicBool = AtomicBool::new(false);

/// Whether an interrupt came: what goes on by itself is to end then, and its program with 130.
pub fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}

/// Listens for interrupts; elsewhere than on Unix they end the program, and its children with it, as they always do.
///
/// # Errors
///
/// If the system does not let it.
#[cfg(unix)]
pub fn listen() -> anyhow::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use crate::process::{Ending, end_all};

    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    // Who was started by `nohup` is to go on without a terminal.
    if !is_ignored(SIGHUP) {
        signals.add_signal(SIGHUP)?;
    }
    std::thread::Builder::new().name("interrupts".to_owned()).spawn(move || {
        for _ in signals.forever() {
            if CAME.swap(true, Ordering::Relaxed) {
                end_all(Ending::AtOnce);
                std::process::exit(130);
            }
            end_all(Ending::InOrder);
        }
    })?;
    Ok(())
}

/// See above.
#[cfg(not(unix))]
pub fn listen() -> anyhow::Result<()> {
    Ok(())
}

/// Whether this process was started with a signal ignored, where the system says so.
#[cfg(unix)]
pub fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
