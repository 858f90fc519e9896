//! `cargo verify` as a program: what it is told, and how it ends. Nothing is built here: what stands for cargo and for the
//! models is a [`stub`].

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

mod interrupted;
mod refused;
mod run;
mod stub;
