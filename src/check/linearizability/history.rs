//! What happened: which operations ran, what they answered, and which had returned before which were invoked.
//!
//! # Guarantees
//!
//! 1. Every [`History`] is well formed: a process has at most one operation under way, and a
//!    response answers one. An event that would break that is a [`Malformed`] error, and leaves the history as it was.
//! 2. Operation `i` of [`operations`](History::operations) is the `i`-th that was invoked, by any process; an
//!    [`Answer`](super::Answer) names operations by that number.

use std::error::Error;
use std::fmt;

use hashbrown::HashMap;

use crate::sync::DefaultHashBuilder;

/// An operation, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<Op, Ret> {
    /// The process that invoked it: a thread, a client.
    pub process: usize,
    /// The operation, with its arguments.
    pub op: Op,
    /// How it ended.
    pub outcome: Outcome<Ret>,
}

/// How an operation ended, if it did.
///
/// ```
/// use selvedge::check::linearizability::{History, Outcome};
///
/// let mut history = History::new();
/// history.invoke(0, "push")?;
/// history.invoke(1, "pop")?;
/// history.respond(0, ())?;
/// history.block(1)?;
/// assert_eq!(history.operations()[0].outcome, Outcome::Returned(()));
/// assert_eq!(history.operations()[1].outcome, Outcome::Blocked);
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<Ret> {
    /// It answered.
    Returned(Ret),
    /// It did not return: it may have taken effect, may yet, or may never.
    Pending,
    /// It still waited when no thread could go on any more: it has no effect, and nothing will wake it.
    Blocked,
}

impl<Ret> Outcome<Ret> {
    /// The answer, if there was one.
    pub(super) fn ret(&self) -> Option<&Ret> {
        match self {
            Outcome::Returned(ret) => Some(ret),
            Outcome::Pending | Outcome::Blocked => None,
        }
    }
}

/// One thing that happened, in the order of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Invoked(u32),
    Returned(u32),
    Barrier,
}

/// The operations of a run in the order of their invocations and responses.
///
/// Record it as it happens, with [`invoke`](History::invoke) and [`respond`](History::respond), in
/// an order that never puts a response behind an invocation that came after it; or give intervals of
/// time to [`from_intervals`](History::from_intervals).
///
/// ```
/// use selvedge::check::linearizability::History;
///
/// let mut history = History::new();
/// history.invoke(0, "write 1")?;
/// history.invoke(1, "read")?;
/// history.respond(1, Some(1))?;
/// history.respond(0, None)?;
/// assert_eq!(history.operations().len(), 2);
/// # Ok::<(), selvedge::check::linearizability::Malformed>(())
/// ```
#[derive(Clone, Debug)]
pub struct History<Op, Ret> {
    operations: Vec<Operation<Op, Ret>>,
    events: Vec<Event>,
    open: Open,
}

impl<Op, Ret> Default for History<Op, Ret> {
    fn default() -> Self {
        History { operations: Vec::new(), events: Vec::new(), open: Open::default() }
    }
}

impl<Op, Ret> History<Op, Ret> {
    /// A history in which nothing happened.
    pub fn new() -> Self {
        History::default()
    }

    /// `process` calls `op`. Returns the operation's number.
    ///
    /// # Errors
    ///
    /// If the process has an operation under way, or one that blocked.
    ///
    /// # Panics
    ///
    /// After 2³¹ operations.
    pub fn invoke(&mut self, process: usize, op: Op) -> Result<usize, Malformed> {
        let id = self.operations.len();
        assert!(id < 1 << 31, "a history holds less than 2^31 operations");
        if self.open.contains_key(&process) {
            return Err(Malformed::Overlap { process });
        }
        self.open.insert(process, id as u32);
        self.operations.push(Operation { process, op, outcome: Outcome::Pending });
        self.events.push(Event::Invoked(id as u32));
        Ok(id)
    }

    /// The operation of `process` answers. Returns the operation's number.
    ///
    /// # Errors
    ///
    /// If the process has none under way.
    pub fn respond(&mut self, process: usize, ret: Ret) -> Result<usize, Malformed> {
        let id = self.under_way(process)?;
        self.open.remove(&process);
        self.operations[id].outcome = Outcome::Returned(ret);
        self.events.push(Event::Returned(id as u32));
        Ok(id)
    }

    /// The run has come to rest, and the operation of `process` still waits: see
    /// [`Outcome::Blocked`]. Returns the operation's number.
    ///
    /// # Errors
    ///
    /// If the process has none under way.
    pub fn block(&mut self, process: usize) -> Result<usize, Malformed> {
        let id = self.under_way(process)?;
        self.operations[id].outcome = Outcome::Blocked;
        Ok(id)
    }

    fn under_way(&self, process: usize) -> Result<usize, Malformed> {
        let id = *self.open.get(&process).ok_or(Malformed::NothingUnderWay { process })? as usize;
        let blocked = matches!(self.operations[id].outcome, Outcome::Blocked);
        if blocked { Err(Malformed::NothingUnderWay { process }) } else { Ok(id) }
    }

    /// Operations that returned before this moment precede those that are invoked after it, under every criterion: it
    /// is used where a scenario's threads start after its prefix, and where they are joined before its suffix.
    pub fn barrier(&mut self) {
        self.events.push(Event::Barrier);
    }

    /// Builds a history from operations with their times of invocation and response; `None` for one
    /// that did not return.
    ///
    /// A response at the same time as an invocation counts as after it: the two are concurrent.
    /// So a clock may be coarse, but may not go back between a response and an
    /// invocation that it caused. The operations are numbered by invocation.
    ///
    /// # Errors
    ///
    /// If an operation returned before it was invoked, or a process has two under way.
    ///
    /// ```
    /// use selvedge::check::linearizability::History;
    ///
    /// let history = History::from_intervals([
    ///     (0, "write", 10, Some((20, "done"))),
    ///     (1, "read", 15, None),
    /// ])?;
    /// assert_eq!(history.operations().len(), 2);
    /// # Ok::<(), selvedge::check::linearizability::Malformed>(())
    /// ```
    pub fn from_intervals(
        intervals: impl IntoIterator<Item = (usize, Op, u64, Option<(u64, Ret)>)>,
    ) -> Result<Self, Malformed> {
        let (mut operations, mut spans) = (Vec::new(), Vec::new());
        for (process, op, invoked, response) in intervals {
            spans.push(Span { process, invoked, returned: response.as_ref().map(|&(at, _)| at), place: spans.len() });
            let outcome = response.map_or(Outcome::Pending, |(_, ret)| Outcome::Returned(ret));
            operations.push(Some(Operation { process, op, outcome }));
        }
        let (events, open) = in_time(&mut spans)?;
        let operation = |span: &Span| operations[span.place].take().expect("each has a place of its own");
        Ok(History { operations: spans.iter().map(operation).collect(), events, open })
    }

    /// The operations, by number.
    pub fn operations(&self) -> &[Operation<Op, Ret>] {
        &self.operations
    }

    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }
}

/// When an operation began and ended, and its place among the intervals given.
struct Span {
    process: usize,
    invoked: u64,
    returned: Option<u64>,
    place: usize,
}

/// The operation that each process has under way.
type Open = HashMap<usize, u32, DefaultHashBuilder>;

/// Puts operations into the order of their invocations. Returns the events in time, and the operations that have not
/// returned.
fn in_time(spans: &mut [Span]) -> Result<(Vec<Event>, Open), Malformed> {
    spans.sort_by_key(|span| (span.invoked, span.process));
    assert!(spans.len() < 1 << 31, "a history holds less than 2^31 operations");
    let mut moments = Vec::with_capacity(2 * spans.len());
    let mut free_from: HashMap<usize, Option<u64>, DefaultHashBuilder> = HashMap::default();
    let mut open = Open::default();
    for (id, &Span { process, invoked, returned, .. }) in spans.iter().enumerate() {
        if returned.is_some_and(|at| at < invoked) {
            return Err(Malformed::Backwards { process });
        }
        if let Some(before) = free_from.insert(process, returned)
            && before.is_none_or(|before| invoked < before)
        {
            return Err(Malformed::Overlap { process });
        }
        moments.push((invoked, false, id as u32));
        moments.extend(returned.map(|at| (at, true, id as u32)));
        if returned.is_none() {
            open.insert(process, id as u32);
        }
    }
    moments.sort_unstable();
    let event = |(_, returned, id)| if returned { Event::Returned(id) } else { Event::Invoked(id) };
    Ok((moments.into_iter().map(event).collect(), open))
}

/// Why something cannot have happened next.
///
/// ```
/// use selvedge::check::linearizability::{History, Malformed};
///
/// let mut history = History::<&str, ()>::new();
/// assert_eq!(history.respond(3, ()), Err(Malformed::NothingUnderWay { process: 3 }));
/// history.invoke(3, "read")?;
/// assert_eq!(history.invoke(3, "read"), Err(Malformed::Overlap { process: 3 }));
/// # Ok::<(), Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// A process invoked an operation while it had another under way.
    Overlap {
        /// Which one.
        process: usize,
    },
    /// A process got a response, or blocked, with no operation under way.
    NothingUnderWay {
        /// Which one.
        process: usize,
    },
    /// An operation returned before it was invoked.
    Backwards {
        /// The process whose operation it was.
        process: usize,
    },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Overlap { process } => write!(f, "process {process} already has an operation under way"),
            Malformed::NothingUnderWay { process } => write!(f, "process {process} has no operation under way"),
            Malformed::Backwards { process } => {
                write!(f, "an operation of process {process} returned before it was invoked")
            }
        }
    }
}

impl Error for Malformed {}
