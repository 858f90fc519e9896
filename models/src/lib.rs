//! The checks, and the catalogue that pairs them with engines and twins.

pub mod row;
