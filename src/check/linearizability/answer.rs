//! What the checker found. Never a bare "no".

use std::fmt;

/// Whether a history has an explanation.
///
/// The variants are named for [`Criterion::Linearizable`](super::Criterion::Linearizable); under a
/// weaker criterion read its name instead.
///
/// ```
/// use selvedge::check::linearizability::Answer;
///
/// let answer = Answer::Linearizable(vec![1, 0]);
/// assert!(answer.is_linearizable());
/// assert_eq!(answer.to_string(), "linearizable");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This order explains it: the numbers of the operations that took effect. Those left out are
    /// blocked, or pending without effect.
    Linearizable(Vec<usize>),
    /// No order explains it.
    NotLinearizable(Counterexample),
    /// The budget was used up first.
    Undecided {
        /// How many steps the search took.
        steps: u64,
    },
}

impl Answer {
    /// Whether an order was found.
    pub fn is_linearizable(&self) -> bool {
        matches!(self, Answer::Linearizable(_))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Linearizable(_) => f.write_str("linearizable"),
            Answer::NotLinearizable(counterexample) => write!(f, "not linearizable: {counterexample}"),
            Answer::Undecided { steps } => write!(f, "undecided after {steps} steps"),
        }
    }
}

/// How far an explanation gets, and where it ends.
///
/// Under linearizability and quiescent consistency `misfit` is the first operation, by time of response, such that no
/// order has a place for it and for all operations that had returned before; `explained` is an order of the latter.
/// (Operations that were still open then may or may not be in it, and answer what they answered in the end.) So the
/// cause is to be looked for in `misfit` and the operations open at its response. If every response can be explained,
/// `misfit` is an operation that blocked and should not have.
///
/// Under sequential consistency, which has no time, `explained` is a longest order, and `misfit` the first operation
/// that is not in it.
///
/// ```
/// use selvedge::check::linearizability::{Answer, History, Sequential, check};
///
/// struct Flag;
///
/// impl Sequential for Flag {
///     type State = bool;
///     type Op = bool;
///     type Ret = bool;
///
///     fn initial(&self) -> bool {
///         false
///     }
///
///     /// Sets the flag, and answers what it was.
///     fn apply(&self, flag: &mut bool, op: &bool) -> bool {
///         std::mem::replace(flag, *op)
///     }
/// }
///
/// let mut history = History::new();
/// for was in [false, false] {
///     history.invoke(0, true)?;
///     history.respond(0, was)?;
/// }
/// let Answer::NotLinearizable(counterexample) = check(&Flag, &history) else { panic!() };
/// assert_eq!((counterexample.explained, counterexample.misfit), (vec![0], 1));
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The longest explanation: the numbers of operations, in an order that the specification allows.
    pub explained: Vec<usize>,
    /// The number of the operation that does not fit.
    pub misfit: usize,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operation {} has no place after an order of {}", self.misfit, self.explained.len())
    }
}
