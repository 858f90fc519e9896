//! The checks of selvedge's patterns, one file a pattern in [`patterns`] and one an idiom in [`idioms`]; the broken twins
//! that they must catch, one file a twin in [`defects`]; the [`pairs`] of programs that differ in one line; and the
//! [`catalogue`] that brings checks, twins and engines together. [`workloads`] and [`litmus`] programs are what
//! `stress` runs on real threads.

#![deny(unsafe_code)]

pub mod catalogue;
pub mod contest;
pub mod defects;
pub mod idioms;
pub mod lessons;
pub mod litmus;
pub mod measured;
pub mod pairs;
pub mod patterns;
pub mod programs;
pub mod published;
pub mod saved;
pub mod workloads;
