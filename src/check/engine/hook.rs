//! Panics of a check go to its report, and not to standard error.
//!
//! The hook runs before the stack unwinds, when it is still known which thread holds what. A panic on a thread that
//! belongs to no check goes to the hook that was there before.

use std::sync::Once;

use super::imp;
#[cfg(any(loom, shuttle))]
use super::stray;
use super::uncaught::Uncaught;

pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        imp::before_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !imp::observe(|| Uncaught::of(info)) {
                #[cfg(any(loom, shuttle))]
                stray::observe(info);
                previous(info);
            }
        }));
    });
}
