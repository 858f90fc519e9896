//! Two strings, each behind a lock of its own, and one is appended to the other.
//!
//! **Published:** `java.lang.StringBuffer.append(StringBuffer)` (Java).
//!
//! **Found:** with a type system for atomicity: Flanagan and Qadeer, A type and effect system for atomicity, PLDI 2003.
//!
//! **Wrong:** every method is synchronized, but `append` calls two methods of the other string: its length, and its
//! characters up to that length.
//!
//! **Shortest interleaving:** A appends: the other string has one character · B clears it · A asks for one character of
//! an empty string, which Java answers with an exception.
//!
//! **Repair:** the lock of the other string is held over both calls. Java did not do that: its documentation now says
//! that only the string appended to is locked.

use selvedge::sync::Mutex;

use super::PUBLISHED;

/// The length that was asked for is past the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutOfBounds;

/// The string that is appended to, and the one that is appended.
#[derive(Debug)]
pub struct StringBuffer<const FORM: usize> {
    string: Mutex<String>,
    other: Mutex<String>,
}

impl<const FORM: usize> StringBuffer<FORM> {
    /// An empty string, and the other.
    pub fn new(other: &str) -> Self {
        StringBuffer { string: Mutex::new(String::new()), other: Mutex::new(other.to_owned()) }
    }

    /// Appends the other string.
    pub fn append(&self) -> Result<(), OutOfBounds> {
        let mut string = self.string.lock();
        let mut other = self.other.lock();
        let length = other.len();
        if FORM == PUBLISHED {
            drop(other);
            other = self.other.lock();
        }
        string.push_str(other.get(..length).ok_or(OutOfBounds)?);
        Ok(())
    }

    /// Empties the other string.
    pub fn clear_other(&self) {
        self.other.lock().clear();
    }

    /// Adds a character to the other string.
    pub fn extend_other(&self) {
        self.other.lock().push('y');
    }

    /// What was appended.
    pub fn contents(&self) -> String {
        self.string.lock().clone()
    }
}
