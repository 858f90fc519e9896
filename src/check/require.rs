//! A property of an execution, stated in the check's own words.

/// The payload of the panic that [`require`] makes.
pub(super) struct Violation(pub(super) String);

/// States a property of the execution: `what` says, in the check's own words, how it is broken.
///
/// The report opens with `what` itself, where an assertion's would open with `panicked:`. Lines after its first
/// are details.
///
/// # Panics
///
/// If `holds` is false.
#[track_caller]
pub fn require(holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        std::panic::panic_any(Violation(what()));
    }
}
