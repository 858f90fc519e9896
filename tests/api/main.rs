//! What a user of the crate sees of it, on real threads and under the engines of the build.
//!
//! One program: each would link all of the engines.

mod checks;
mod environment;
mod examples;
mod explore;
/// Opens with the lines of the front page.
mod lost_update;
mod outcomes;
mod replay;
mod system_clock;
mod words;
