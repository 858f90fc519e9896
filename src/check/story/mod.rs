//! What happened in one execution, in words that outlive it: its threads, its objects, and the steps in
//! their order.
//!
//! An engine tells the [`Story`] of an execution that failed. [`lanes`] draws it for people, [`state`] says
//! what every object was after each step, and [`Explorer::replay`](super::Explorer::replay) runs it again.
//!
//! Threads and objects are named by their place in the program, and not by the order in which a schedule
//! happened to make them, so that a story still fits after an edit that has nothing to do with it.

use std::fmt;

pub mod lanes;
pub mod state;

pub use crate::sync::place::Place;

/// A thread of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Thread {
    /// What the program calls it; where it does not, a letter.
    pub name: String,
    /// Its place in the tree of threads: `main.1` is the second that main started.
    pub path: String,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[allow(missing_docs, reason = "the names say it")]
pub enum Noun {
    Mutex,
    RwLock,
    Condvar,
    Channel,
    WaitGroup,
    Thread,
    Atomic,
    Count,
    Cell,
    /// The order in which operations of what is checked begin and return.
    Moments,
}

impl Noun {
    /// The word of a report.
    pub fn word(self) -> &'static str {
        match self {
            Noun::Mutex => "mutex",
            Noun::RwLock => "rwlock",
            Noun::Condvar => "condvar",
            Noun::Channel => "channel",
            Noun::WaitGroup => "wait group",
            Noun::Thread => "thread",
            Noun::Atomic => "atomic",
            Noun::Count => "reference count",
            Noun::Cell => "cell",
            Noun::Moments => "moments",
        }
    }
}

/// An object of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Object {
    /// What it is.
    pub noun: Noun,
    /// What the program calls it, as far as its source tells; otherwise what it is, with a number.
    pub name: String,
    /// Its place in the program: `main.1/0` is the first that the thread `main.1` made.
    pub path: String,
    /// The line that made it.
    pub made: Place,
    /// How many messages a channel holds; none where there is no bound, or it is no channel.
    pub capacity: Option<usize>,
}

impl Object {
    /// As a sentence names it: `mutex total`, `thread worker-0`.
    pub fn title(&self) -> String {
        let word = self.noun.word();
        if self.name.starts_with(word) { self.name.clone() } else { format!("{word} {}", self.name) }
    }
}

/// A memory ordering, as in `std::sync::atomic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "the names say it")]
pub enum Ordering {
    Relaxed,
    Acquire,
    Release,
    AcqRel,
    SeqCst,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[allow(missing_docs, reason = "the names say it")]
pub enum Action {
    Lock,
    TryLock,
    Unlock,
    Read,
    TryRead,
    ReadUnlock,
    /// A writer shuts the door to new readers; it is inside where nobody else was.
    Write,
    /// A writer that has shut the door finds the last reader gone.
    WriteDrain,
    TryWrite,
    WriteUnlock,
    /// Goes to sleep on a condition variable, and lets go of the mutex.
    Wait,
    /// Wakes up, and takes the mutex again.
    Reacquire,
    NotifyOne,
    NotifyAll,
    Load,
    Store,
    Rmw,
    CompareExchange,
    Fence,
    CellRead,
    CellWrite,
    Send,
    TrySend,
    /// A rendezvous send that met nobody has found its receiver.
    AwaitTaker,
    Recv,
    TryRecv,
    /// A rendezvous receive that met nobody has been handed a value.
    AwaitGiver,
    Select,
    TrySelect,
    DropSender,
    DropReceiver,
    Add,
    Done,
    WaitGroup,
    Spawn,
    Join,
    Exit,
    Yield,
    /// An operation of what is checked begins.
    Invoke,
    /// An operation of what is checked has returned.
    Respond,
    /// Nobody else could go on.
    Settle,
    /// Everybody else was stopped.
    Seclude,
    /// Others went on again.
    Rejoin,
}

impl Action {
    /// The action in words that fit "waits to …", and that the object's name follows.
    pub fn words(self) -> &'static str {
        match self {
            Action::Lock => "lock",
            Action::TryLock => "try to lock",
            Action::Unlock => "unlock",
            Action::Read => "read-lock",
            Action::TryRead => "try to read-lock",
            Action::ReadUnlock => "read-unlock",
            Action::Write | Action::WriteDrain => "write-lock",
            Action::TryWrite => "try to write-lock",
            Action::WriteUnlock => "write-unlock",
            Action::Wait => "sleep on",
            Action::Reacquire => "be notified on",
            Action::NotifyOne => "notify one on",
            Action::NotifyAll => "notify all on",
            Action::Load => "load",
            Action::Store => "store",
            Action::Rmw => "update",
            Action::CompareExchange => "compare-exchange",
            Action::Fence => "fence",
            Action::CellRead => "read",
            Action::CellWrite => "write",
            Action::Send => "send on",
            Action::TrySend => "try to send on",
            Action::AwaitTaker => "hand over on",
            Action::Recv => "receive from",
            Action::TryRecv => "try to receive from",
            Action::AwaitGiver => "be handed a value on",
            Action::Select | Action::TrySelect => "select from",
            Action::DropSender => "drop a sender of",
            Action::DropReceiver => "drop a receiver of",
            Action::Add => "add to",
            Action::Done => "count down",
            Action::WaitGroup => "pass",
            Action::Spawn => "spawn",
            Action::Join => "join",
            Action::Exit => "end",
            Action::Yield => "yield",
            Action::Invoke => "begin",
            Action::Respond => "return from",
            Action::Settle => "outwait",
            Action::Seclude => "stop",
            Action::Rejoin => "let go on",
        }
    }

    /// Whether an engine decides when it happens. What a thread does by itself between two such steps is told
    /// too, but is no part of a schedule.
    pub fn is_scheduled(self) -> bool {
        !matches!(self, Action::Fence | Action::CellRead | Action::CellWrite)
    }
}

/// A step of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// Who, by its number in [`Story::threads`].
    pub thread: usize,
    /// What.
    pub action: Action,
    /// To what, by its number in [`Story::objects`]; for a select, the channel that it took from. Fences,
    /// yields, the begin and end of an operation, and what stops everybody, have none.
    pub object: Option<usize>,
    /// The mutex that goes with a wait on a condition variable.
    pub mutex: Option<usize>,
    /// The value read; 1 or 0 for whether an attempt at a lock, a send or a receive succeeded; otherwise how many
    /// were woken, wait, or are left.
    pub value: Option<u64>,
    /// The value that an atomic was given.
    pub wrote: Option<u64>,
    /// The memory ordering that it names.
    pub ordering: Option<Ordering>,
    /// Which of several ready arms a select took.
    pub choice: Option<u32>,
    /// It took the turn from a thread that could have gone on.
    pub preempts: bool,
    /// Which operation begins or has returned, and with what.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub words: Option<String>,
    /// The line that asked for it; of an unlock, the line that took the lock.
    pub place: Place,
    /// The function around that line, as far as the source tells.
    pub function: Option<String>,
    /// What the line says, where the source is at hand.
    pub source: Option<String>,
}

/// How a thread ends a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Fault {
    /// What the check requires is not so.
    Requirement,
    /// It panics.
    Panic,
    /// Its access to a cell races with another.
    Race,
}

/// Where a story ends because of what a thread finds or does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Broke {
    /// Who, by its number in [`Story::threads`].
    pub thread: usize,
    /// What it finds or does.
    pub fault: Fault,
    /// Where, if that is known.
    pub place: Option<Place>,
    /// The function around that line.
    pub function: Option<String>,
    /// What the line says.
    pub source: Option<String>,
}

/// A thread that waits when a story ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Wait {
    /// Who waits, by its number in [`Story::threads`].
    pub thread: usize,
    /// To do what.
    pub action: Action,
    /// To what, by its number in [`Story::objects`].
    pub object: usize,
    /// The thread that it waits for, where one holds what it wants.
    pub holder: Option<usize>,
    /// The line that waits.
    pub place: Place,
    /// The function around that line.
    pub function: Option<String>,
    /// What the line says.
    pub source: Option<String>,
}

/// One execution that failed.
///
/// ```
/// use selvedge::check::{Engine, Explorer, Verdict};
/// use selvedge::sync::{Mutex, thread};
///
/// let engine = Engine::available().last().unwrap();
/// let report = Explorer::new(engine).run(|| {
///     let lock = Mutex::new(());
///     thread::scope(|scope| {
///         scope.spawn(|| drop(lock.lock()));
///     });
///     panic!("as a check would");
/// });
/// let Verdict::Failed(failure) = report.verdict else { unreachable!("it panics in every execution") };
/// // Real threads do not tell what they did; run them under loom or Shuttle for that.
/// if let Some(story) = &failure.story {
///     assert!(story.objects.iter().any(|object| object.name == "lock"));
///     assert_eq!(story.preemptions(), 0);
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Story {
    /// Main is the first.
    pub threads: Vec<Thread>,
    /// In the order in which they were made.
    pub objects: Vec<Object>,
    /// In the order in which they happened.
    pub steps: Vec<Step>,
    /// Who found something wrong, where somebody did.
    pub broke: Option<Broke>,
    /// Who is left waiting.
    pub waits: Vec<Wait>,
    /// How many schedules with fewer preemptions there are, where all were run and none of them fails.
    pub simpler: Option<u64>,
    /// The bound on preemptions of the search that met it.
    pub bound: Option<usize>,
}

/// Where a replay cannot follow its story any further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The step that could not be taken, by its number in [`Story::steps`].
    pub step: usize,
    /// Why not.
    pub why: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "diverged at step {}: {}", self.step + 1, self.why)
    }
}

impl Story {
    /// How often the turn is taken from a thread that could have gone on.
    pub fn preemptions(&self) -> usize {
        self.steps.iter().filter(|step| step.preempts).count()
    }
}
