//! The checks of selvedge's patterns, one file a pattern in [`patterns`]; the broken twins that they
//! must catch, one file a twin in [`defects`]; and the [`catalogue`] that pairs them with engines.

#![forbid(unsafe_code)]

pub mod catalogue;
pub mod defects;
pub mod patterns;
pub mod row;
