//! A panic of a check that nothing catches.

use std::panic::PanicHookInfo;

use crate::check::require::Violation;
use crate::sync::panic::message;
use crate::sync::place::Place;

/// The panic, as a report tells it.
#[derive(Debug)]
pub(super) struct Uncaught {
    pub(super) message: String,
    /// The message is a property's own words.
    pub(super) violation: bool,
    pub(super) location: Option<Place>,
}

impl Uncaught {
    pub(super) fn of(info: &PanicHookInfo<'_>) -> Self {
        let violation = info.payload().downcast_ref::<Violation>();
        let message = violation.map_or_else(|| message(info.payload()), |violation| &violation.0);
        Uncaught {
            message: message.to_owned(),
            violation: violation.is_some(),
            location: info.location().map(Place::of),
        }
    }
}
