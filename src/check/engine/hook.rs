//! Panics of a check go to its report, and not to standard error.
//!
//! The hook runs before the stack unwinds, which is the moment to say who held what. A panic on a
//! thread that belongs to no check goes to the hook that was there before.

use std::panic::PanicHookInfo;
use std::sync::Once;

use super::imp;
use crate::check::explorer::Violation;
use crate::sync::panic::message;
use crate::sync::place::Place;

/// A panic that nothing catches, as a report tells it.
#[derive(Debug)]
pub(super) struct Uncaught {
    pub(super) message: String,
    /// The message is a property's own words.
    pub(super) violation: bool,
    pub(super) location: Option<Place>,
}

impl Uncaught {
    fn of(info: &PanicHookInfo<'_>) -> Self {
        let violation = info.payload().downcast_ref::<Violation>();
        let message = violation.map_or_else(|| message(info.payload()), |violation| &violation.0);
        Uncaught {
            message: message.to_owned(),
            violation: violation.is_some(),
            location: info.location().map(Place::of),
        }
    }
}

pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        imp::before_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !imp::observe(|| Uncaught::of(info)) {
                previous(info);
            }
        }));
    });
}
