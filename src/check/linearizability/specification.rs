//! What operations do when they come one after another.
//!
//! Two traits: [`Sequential`], where each operation has one effect and one answer in each state, and
//! [`Specification`], where an operation may have to wait, or may do one of several things. The checker takes the
//! second; an implementation of the first is one of the second too.

use std::hash::Hash;

/// An object whose operations, one after another, always do the same in the same state.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use selvedge::check::linearizability::{History, Sequential, check};
///
/// #[derive(PartialEq, Eq, Hash)]
/// enum Op {
///     Set(&'static str, u32),
///     Get(&'static str),
/// }
///
/// struct Map;
///
/// impl Sequential for Map {
///     type State = BTreeMap<&'static str, u32>;
///     type Op = Op;
///     type Ret = Option<u32>;
///
///     fn initial(&self) -> Self::State {
///         BTreeMap::new()
///     }
///
///     fn apply(&self, map: &mut Self::State, op: &Op) -> Option<u32> {
///         match *op {
///             Op::Set(key, value) => map.insert(key, value),
///             Op::Get(key) => map.get(key).copied(),
///         }
///     }
/// }
///
/// let mut history = History::new();
/// history.invoke(0, Op::Set("a", 1))?;
/// history.respond(0, None)?;
/// history.invoke(1, Op::Get("a"))?;
/// history.respond(1, Some(1))?;
/// assert!(check(&Map, &history).is_linearizable());
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
pub trait Sequential {
    /// What the object holds. Every state that a search meets is kept, once.
    type State: Clone + Eq + Hash;
    /// An operation, with its arguments.
    type Op: Eq + Hash;
    /// What an operation answers. States, operations and answers are compared, and not only hashed.
    type Ret: Eq + Hash;

    /// The state before the first operation.
    fn initial(&self) -> Self::State;

    /// Performs `op`, and answers.
    fn apply(&self, state: &mut Self::State, op: &Self::Op) -> Self::Ret;

    /// Whether `op` leaves every state as it is in which it answers `ret`; `None` stands for any
    /// answer. True of a read, and of a failed compare-and-swap.
    ///
    /// It makes searches shorter, and has no part in the answer: `false` is always right.
    fn is_read(&self, op: &Self::Op, ret: Option<&Self::Ret>) -> bool {
        let _ = (op, ret);
        false
    }
}

/// An object whose operations may wait, or may do one of several things.
///
/// ```
/// use selvedge::check::linearizability::{History, Next, Specification, check};
///
/// #[derive(PartialEq, Eq, Hash)]
/// enum Op {
///     Acquire,
///     Release,
/// }
///
/// /// A semaphore with one permit: an acquire waits until there is one.
/// struct Semaphore;
///
/// impl Specification for Semaphore {
///     type State = u32;
///     type Op = Op;
///     type Ret = ();
///
///     fn initial(&self) -> u32 {
///         1
///     }
///
///     fn step(&self, permits: &u32, op: &Op, _: Option<&()>, next: &mut Next<u32>) {
///         match op {
///             Op::Acquire if *permits == 0 => (), // It waits.
///             Op::Acquire => next.becomes(permits - 1),
///             Op::Release => next.becomes(permits + 1),
///         }
///     }
/// }
///
/// let mut history = History::new();
/// history.invoke(0, Op::Acquire)?;
/// history.respond(0, ())?;
/// history.invoke(1, Op::Acquire)?;
/// history.block(1)?; // For ever: right, as nobody releases.
/// assert!(check(&Semaphore, &history).is_linearizable());
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
pub trait Specification {
    /// What the object holds. Every state that a search meets is kept, once.
    type State: Clone + Eq + Hash;
    /// An operation, with its arguments.
    type Op: Eq + Hash;
    /// What an operation answers. States, operations and answers are compared, and not only hashed.
    type Ret: Eq + Hash;

    /// The state before the first operation.
    fn initial(&self) -> Self::State;

    /// Names in `next` each state that `op` may leave behind when it is performed in `state` and
    /// answers `ret`; `None` stands for any answer. If it names none, `op` cannot give that answer in `state`; and if
    /// it names none for `None`, `op` is not enabled and waits.
    ///
    /// What it names for `None` has to include what it names for each answer.
    fn step(&self, state: &Self::State, op: &Self::Op, ret: Option<&Self::Ret>, next: &mut Next<Self::State>);

    /// Whether `op` leaves every state as it is in which it answers `ret`; `None` stands for any
    /// answer. True of a read, and of a failed compare-and-swap.
    ///
    /// It makes searches shorter, and has no part in the answer: `false` is always right.
    fn is_read(&self, op: &Self::Op, ret: Option<&Self::Ret>) -> bool {
        let _ = (op, ret);
        false
    }

    /// Whether `op` can answer `ret` neither in `state` nor in any state that some operations of `before`, in any
    /// order, lead to from there. For example, once a string that is only appended to has grown, a read of a shorter
    /// one is out of reach.
    ///
    /// It makes searches shorter where there are too many states to try, and has no part in the
    /// answer: `false` is always right.
    fn is_out_of_reach(&self, state: &Self::State, op: &Self::Op, ret: &Self::Ret, before: &[&Self::Op]) -> bool {
        let _ = (state, op, ret, before);
        false
    }
}

impl<S: Sequential> Specification for S {
    type State = S::State;
    type Op = S::Op;
    type Ret = S::Ret;

    fn initial(&self) -> S::State {
        Sequential::initial(self)
    }

    fn step(&self, state: &S::State, op: &S::Op, ret: Option<&S::Ret>, next: &mut Next<S::State>) {
        let mut after = state.clone();
        let answer = self.apply(&mut after, op);
        if ret.is_none_or(|ret| *ret == answer) {
            next.becomes(after);
        }
    }

    fn is_read(&self, op: &S::Op, ret: Option<&S::Ret>) -> bool {
        Sequential::is_read(self, op, ret)
    }
}

/// The states that an operation may leave behind.
///
/// ```
/// use selvedge::check::linearizability::{Next, Specification};
///
/// /// Tosses a coin: heads and tails are both right.
/// struct Coin;
///
/// impl Specification for Coin {
///     type State = Option<bool>;
///     type Op = ();
///     type Ret = bool;
///
///     fn initial(&self) -> Option<bool> {
///         None
///     }
///
///     fn step(&self, _: &Option<bool>, _: &(), heads: Option<&bool>, next: &mut Next<Option<bool>>) {
///         for side in [false, true] {
///             if heads.is_none_or(|heads| *heads == side) {
///                 next.becomes(Some(side));
///             }
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Next<State> {
    pub(in crate::check) stays: bool,
    pub(in crate::check) states: Vec<State>,
}

impl<State> Next<State> {
    pub(in crate::check) fn new() -> Self {
        Next { stays: false, states: Vec::new() }
    }

    /// The state may stay what it is.
    pub fn stays(&mut self) {
        self.stays = true;
    }

    /// The state may become `state`.
    pub fn becomes(&mut self, state: State) {
        self.states.push(state);
    }
}
