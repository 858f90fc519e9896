//! Choices on real threads: each is drawn from the seed of the check.

use std::panic::Location;

use super::roster::Roster;
use crate::sync::place::Place;

/// A number below `ways`.
///
/// # Panics
///
/// Outside of a check, where there is no seed to draw from.
pub(crate) fn choose(ways: u32, location: &'static Location<'static>) -> u32 {
    let Some(roster) = Roster::current() else {
        panic!(
            "{}: a choice outside of a check, where nobody makes it: wrap the code in `selvedge::check::verify(|| ..)`",
            Place::of(location)
        );
    };
    (roster.draw() % u64::from(ways)) as u32
}
