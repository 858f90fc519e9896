//! Pages that only document: what the engines do, what a verdict says, and their limits.
//!
//! | page | what it answers |
//! |---|---|
//! | [`engines`] | which engine runs what, and what each one misses |
//! | [`memory_models`] | what threads may see of each other's writes, and which engine shows it |
//! | [`orderings`] | how strong the memory orderings of the patterns have to be, and how that is known |
//! | [`verdicts`] | what `EXHAUSTED` and the others say, and what they do not |
//! | [`limits`] | what is not explored, not seen, or seen differently |
//! | [`own_crate`] | how to check a crate of one's own, and what the environment says to its tests |
//! | [`facade`] | what each primitive is in each build, and what has to be written in other words |
//! | [`glossary`] | the terms of the field, as they are used here |
//! | [`teaching`] | what there is to show a class |
//! | [`comparison`] | loom, Shuttle, Lincheck, jcstress, GenMC, and when to take which |

/// A page, below the items to which its links lead here. Those that it has itself lead to files, for who reads it on a
/// code host; of two definitions of a link Markdown takes the first.
macro_rules! page {
    ($page:literal) => {
        concat!(include_str!("links.in"), include_str!($page))
    };
}

#[doc = page!("comparison.md")]
pub mod comparison {}

#[doc = page!("engines.md")]
pub mod engines {}

#[doc = page!("facade.md")]
pub mod facade {}

#[doc = page!("glossary.md")]
pub mod glossary {}

#[doc = page!("limits.md")]
pub mod limits {}

#[doc = page!("memory_models.md")]
pub mod memory_models {}

#[doc = page!("orderings.md")]
pub mod orderings {}

#[doc = page!("own_crate.md")]
pub mod own_crate {}

#[doc = page!("teaching.md")]
pub mod teaching {}

/// The page [`verdicts`], for a program that shows what its words mean.
pub const VERDICTS: &str = include_str!("verdicts.md");

#[doc = page!("verdicts.md")]
pub mod verdicts {}
