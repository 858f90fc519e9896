//! The checks of selvedge's patterns, one file a pattern in [`patterns`] and one an idiom in [`idioms`]; the broken twins that they
//! must catch, one file a twin in [`defects`]; and the [`catalogue`] that pairs them with engines.

#![deny(unsafe_code)]

pub mod catalogue;
pub mod defects;
pub mod idioms;
pub mod patterns;
pub mod row;
