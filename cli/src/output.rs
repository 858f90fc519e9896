//! What a program says: it is never lost to a reader who has gone.
//!
//! [`say`] and [`note`] do not panic. A reader of standard output who has gone, as `head` goes, is none of our business; a
//! disk that is full is an error, when everything else is done.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;

/// Why standard output could not be written to.
static FAILED: OnceLock<io::Error> = OnceLock::new();
/// Nobody reads standard output any more. Relaxed: whoever asks does so again and again.
static UNREAD: AtomicBool = AtomicBool::new(false);

/// Prints a line, or more, to standard output, in colours that a terminal without any is spared.
pub fn say(text: impl Display) {
    match writeln!(anstream::stdout(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => UNREAD.store(true, Ordering::Relaxed),
        Err(error) => _ = FAILED.set(error),
        Ok(()) => (),
    }
}

/// Prints a line to standard error. Where that cannot be done there is nobody to be told so.
pub fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// [`say`](crate::output::say) with a format, as `println!` has it.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::output::say(format_args!($($text)*)) };
}

/// [`note`](crate::output::note) with a format, as `eprintln!` has it.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => { $crate::output::note(format_args!($($text)*)) };
}

/// Whether nobody reads standard output any more, as far as the system says so before something is written.
pub fn is_unread() -> bool {
    UNREAD.load(Ordering::Relaxed) || has_gone()
}

/// Whether standard output is a pipe whose reader has gone.
#[cfg(unix)]
fn has_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdout = io::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut asked, Some(&at_once)).is_ok() && asked[0].revents().contains(PollFlags::ERR)
}

#[cfg(not(unix))]
fn has_gone() -> bool {
    false
}

/// Fails where something that was said is not where it was to go.
pub(crate) fn written() -> anyhow::Result<()> {
    match FAILED.get() {
        None => Ok(()),
        Some(error) => bail!("failed to write to standard output: {error}"),
    }
}

/// How many columns the terminal has that standard output goes to, if it goes to one.
pub fn columns() -> Option<u16> {
    #[cfg(unix)]
    return rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col).filter(|&columns| columns > 0);
    #[cfg(not(unix))]
    None
}
