//! Which build this is.

/// The cfg of this build: `loom`, `shuttle`, or nothing for the plain one.
pub(in crate::check) const CFG: Option<&str> = match (cfg!(loom), cfg!(shuttle)) {
    (true, _) => Some("loom"),
    (_, true) => Some("shuttle"),
    _ => None,
};
