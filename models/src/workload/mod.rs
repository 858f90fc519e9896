//! What `stress` runs on real threads: operations drawn from a seed, and what must hold while they go on and when
//! they have stopped.
//!
//! A [`Workload`] is generic over the trait that a pattern and its broken twins implement, so that a twin runs under
//! the very lines that the pattern passes. It is judged in three ways:
//!
//! 1. **While it runs**, by the thread that performs an operation: [`perform`](Workload::perform) is an error if the
//!    answer is impossible, whatever the others do.
//! 2. **At rest**, at the end of each round: [`verify`](Workload::verify).
//! 3. **As a history**, in the rounds that are recorded: by [linearizability](selvedge::check::linearizability).
//!
//! It takes its primitives from the facade like everything else, so the engines explore small rounds of it too
//! (`models/tests/units/workloads.rs`): no schedule of a pattern's fails, and some schedule of each twin's does.

mod plan;
mod round;
mod tally;

use std::fmt::Debug;

use fastrand::Rng;
use selvedge::check::linearizability::Specification;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use plan::{Pause, Plan};
pub use round::{Entry, Judged, Round};
pub use tally::Tally;

/// Operations that several threads perform at once on one object.
pub trait Workload: Send + Sync + Sized + 'static {
    /// What recorded rounds are judged by.
    type Specification: Specification<
            Op: Clone + Debug + Serialize + DeserializeOwned + Send + Sync,
            Ret: Debug + Serialize + DeserializeOwned + Send,
        >;

    /// At most so many operations of each thread in a round.
    const OPERATIONS: u32 = 8_000;

    /// The object before the first operation.
    fn start(plan: &Plan) -> Self;

    /// The operation of a thread that has performed so many. It depends only on its arguments.
    fn draw(plan: &Plan, number: u32, random: &mut Rng) -> Op<Self>;

    /// Performs an operation.
    ///
    /// # Errors
    ///
    /// If the answer is impossible, whatever the others do.
    fn perform(&self, thread: usize, op: &Op<Self>) -> Result<Ret<Self>, String>;

    /// Checks what must hold when all threads have stopped.
    ///
    /// # Errors
    ///
    /// What does not.
    fn verify(&self) -> Result<(), String>;

    /// The specification of the object.
    fn specification(plan: &Plan) -> Self::Specification;

    /// The part of the object that an operation is about, if all are about one: each is judged by itself.
    fn part(_: &Op<Self>) -> usize {
        0
    }
}

/// An operation of a workload, with its arguments.
pub type Op<W> = <<W as Workload>::Specification as Specification>::Op;
/// What an operation answers.
pub type Ret<W> = <<W as Workload>::Specification as Specification>::Ret;

/// Compares the actual value with the expected one.
pub(crate) fn equal<T: PartialEq + Debug>(what: &str, is: T, should: T) -> Result<(), String> {
    if is == should { Ok(()) } else { Err(format!("{what} is {is:?}, and should be {should:?}")) }
}

/// States what has to be.
pub(crate) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
