//! Properties of selvedge's patterns against plain reference models; they are in `tests/`.
//!
//! Each structure is a state machine: proptest draws a sequence of operations, applies it to the
//! structure and to a model that is a few lines of std, and compares every answer. A sequence that
//! fails is shrunk, and kept beside the test in a `.regressions` file, from which it is run first.
//!
//! [`histories`] reads and judges what real systems logged; the program of that name does it.

#![forbid(unsafe_code)]

pub mod histories;
