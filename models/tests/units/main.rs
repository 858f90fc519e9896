//! Tests of what the catalogue is made of. One program, since each holds all patterns and twins.

#[cfg(not(any(loom, shuttle)))]
mod document;
mod lessons;
mod litmus;
mod pairs;
mod programs;
mod published;
mod tally;
#[cfg(all(unix, not(any(loom, shuttle))))]
mod walk;
mod workloads;
