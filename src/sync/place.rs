//! A line of the program, in a form that outlives the program.

use std::fmt;
use std::panic::Location;

/// A place in the source: what [`Location`] says, owned.
///
/// ```
/// use selvedge::check::story::Place;
///
/// let here = Place::of(std::panic::Location::caller());
/// assert_eq!(here.to_string(), format!("{}:{}", here.file, here.line));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// The path as the compiler was given it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}

impl Place {
    /// The place that a location names.
    pub fn of(location: &Location<'_>) -> Self {
        Place { file: location.file().to_owned(), line: location.line(), column: location.column() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// An operation on an atomic of the facade's own. It is told at the line of the program that calls, and its ordering is known
/// by this line.
macro_rules! own_line {
    ($operation:expr) => {{
        #[cfg(shuttle)]
        {
            // A function that does not track its caller: it has this line.
            fn here() -> &'static std::panic::Location<'static> {
                std::panic::Location::caller()
            }
            $crate::sync::engine::world::at(here());
        }
        $operation
    }};
}

pub(in crate::sync) use own_line;
