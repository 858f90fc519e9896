//! Tests of what the catalogue is made of. One program, since each holds all patterns and twins.

mod document;
mod litmus;
mod pairs;
mod programs;
mod published;
mod tally;
mod workloads;
