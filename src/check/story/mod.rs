//! What happened in one execution, in words: its threads, its objects, and its steps in order.
//!
//! An engine makes the [`Story`] of an execution that failed, in the words of the primitives: what each step did, and
//! the state of every object after it. [`lanes`] draws it for people, and [`Explorer::replay`](super::Explorer::replay)
//! runs it again.
//!
//! Threads and objects are named by their place in the program, and not by the order in which they were made, so that a
//! story still fits after an edit that has nothing to do with it.

use std::borrow::Cow;
use std::fmt;

pub mod lanes;

pub use crate::sync::place::Place;

/// A thread of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Thread {
    /// Its name in the program; a letter if it has none.
    pub name: String,
    /// Its place in the tree of threads: `main.1` is the second thread that main started.
    pub path: String,
}

/// An object of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Object {
    /// What it is, in the word of a report: `mutex`, `channel`.
    pub noun: Cow<'static, str>,
    /// Its name in the program, if the source shows one; otherwise its noun with a number.
    pub name: String,
    /// Its place in the program: `main.1/0` is the first object that the thread `main.1` made.
    pub path: String,
    /// The line that made it.
    pub made: Place,
}

impl Object {
    /// As a sentence names it: `mutex total`, `thread worker-0`.
    pub fn title(&self) -> String {
        let word = &self.noun;
        if self.name.starts_with(&**word) || self.name.ends_with(&**word) {
            self.name.clone()
        } else {
            format!("{word} {}", self.name)
        }
    }
}

/// A memory ordering, as in `std::sync::atomic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(any(feature = "serde", loom, shuttle), derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "the names say it")]
pub enum Ordering {
    Relaxed,
    Acquire,
    Release,
    AcqRel,
    SeqCst,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Action {
    /// The action in words that fit "waits to …", and that the object's name follows: `lock`, `receive from`.
    pub words: Cow<'static, str>,
    /// Its part in the drawing.
    pub role: Role,
}

/// The part of an action in the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Role {
    /// It is drawn if its object has a part in the story.
    Plain,
    /// It takes an object, and is drawn in one row with the step that releases it, if that follows at once.
    Takes,
    /// It releases an object that the step at its line has taken.
    LetsGo,
    /// It completes the step before it, if that is of the same thread.
    Completes,
    /// It starts a thread.
    Starts,
    /// It ends its thread.
    Ends,
    /// It waits for the end of a thread.
    Joins,
    /// It drops one of several ends: that matters if it was the last, or if a thread waits at the object.
    Leaves,
    /// It yields.
    Yields,
    /// It is always drawn, in words of its own.
    Told,
    /// It is not drawn.
    Quiet,
    /// It is done between two operations: no engine decides when.
    Local,
}

impl Action {
    /// Whether an engine decides when it happens. What a thread does between two such steps is told too, but is no part
    /// of a schedule.
    pub fn is_scheduled(&self) -> bool {
        self.role != Role::Local
    }
}

/// The change of an object by a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Change {
    /// The object, by its number in [`Story::objects`].
    pub object: usize,
    /// Its new state, in words: `held by writer`, `2 messages`, `= 5`.
    pub state: String,
}

/// A step of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// The thread, by its number in [`Story::threads`].
    pub thread: usize,
    /// What.
    pub action: Action,
    /// Its object, by its number in [`Story::objects`]; for a select, the channel that it took from. Fences, yields,
    /// the begin and end of an operation, and a step that stops all other threads have none.
    pub object: Option<usize>,
    /// The mutex that goes with a wait on a condition variable.
    pub mutex: Option<usize>,
    /// What it does and with what result, in the few words that a row has room for.
    pub text: String,
    /// How it changed its objects.
    pub changes: Vec<Change>,
    /// The value read; 1 or 0 for whether an attempt at a lock, a send or a receive succeeded; otherwise how many
    /// were woken, wait, or are left.
    pub value: Option<u64>,
    /// The value that an atomic was given.
    pub wrote: Option<u64>,
    /// The memory ordering that it names.
    pub ordering: Option<Ordering>,
    /// Which of its arms a select took.
    pub choice: Option<u32>,
    /// It preempted a thread that could have gone on.
    pub preempts: bool,
    /// The line that asked for it; of an unlock, the line that took the lock.
    pub place: Place,
    /// The function around that line, as far as the source tells.
    pub function: Option<String>,
    /// The text of the line, if the source is at hand.
    pub source: Option<String>,
}

/// A call of a method of an object that is made of several primitives: a context, a clock, or one of
/// [`patterns`](crate::patterns). A call in which the program itself performs steps, in a closure, is not one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Call {
    /// The calling thread, by its number in [`Story::threads`].
    pub thread: usize,
    /// The call in the few words that a row has room for: `cancel request`.
    pub text: String,
    /// The first step that it may have, by its number in [`Story::steps`]: the steps of its thread from there to `end`
    /// belong to it.
    pub begin: usize,
    /// The first step after it has returned, if it has.
    pub end: Option<usize>,
    /// The line that calls; of a destructor, the line that made the object.
    pub place: Place,
    /// The function around that line.
    pub function: Option<String>,
    /// What the line says.
    pub source: Option<String>,
}

/// How a thread ends a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Fault {
    /// A requirement of the check does not hold.
    Requirement,
    /// It panics.
    Panic,
    /// Its access to a cell races with another.
    Race,
}

/// Where a story ends because of something that a thread finds or does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Broke {
    /// The thread, by its number in [`Story::threads`].
    pub thread: usize,
    /// What it finds or does.
    pub fault: Fault,
    /// Where, if that is known.
    pub place: Option<Place>,
    /// The function around that line.
    pub function: Option<String>,
    /// What the line says.
    pub source: Option<String>,
    /// The steps that it is about, by their numbers in [`Story::steps`]: the two accesses of a race.
    #[cfg_attr(feature = "serde", serde(default))]
    pub steps: Vec<usize>,
}

/// A thread that waits when a story ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Wait {
    /// The waiting thread, by its number in [`Story::threads`].
    pub thread: usize,
    /// What it waits to do.
    pub action: Action,
    /// The object, by its number in [`Story::objects`].
    pub object: usize,
    /// What keeps it waiting, if that is no thread; empty if there is nothing to say.
    pub obstacle: String,
    /// The thread that it waits for, if one holds what it wants.
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
    /// In the order in which they began.
    #[cfg_attr(feature = "serde", serde(default))]
    pub calls: Vec<Call>,
    /// The thread that found something wrong, if one did.
    pub broke: Option<Broke>,
    /// The threads that are left waiting.
    pub waits: Vec<Wait>,
    /// How many schedules with fewer preemptions there are, if all were run and none of them fails.
    pub simpler: Option<u64>,
    /// The bound on preemptions of the search that met it.
    pub bound: Option<usize>,
}

/// The point at which a replay cannot follow its story any further.
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

/// The action of a thread that may wake spuriously.
pub(crate) const MAY_WAKE: &str = "wake spuriously, or not";

impl Story {
    /// Whether it has spurious wakeups, which have to be asked for.
    pub(super) fn is_spurious(&self) -> bool {
        self.steps.iter().any(|step| step.action.words == MAY_WAKE)
    }

    /// Checks that its numbers refer to existing threads, objects and arms: a story from a file may have any numbers.
    ///
    /// # Errors
    ///
    /// Says what does not exist.
    #[cfg(feature = "serde")]
    pub(super) fn check(&self) -> Result<(), String> {
        let (threads, objects) = (self.threads.len(), self.objects.len());
        let thread = |number: usize| match number < threads {
            true => Ok(()),
            false => Err(format!("thread {number} of a story with {threads} threads")),
        };
        let object = |number: usize| match number < objects {
            true => Ok(()),
            false => Err(format!("object {number} of a story with {objects} objects")),
        };
        thread(0)?;
        for step in &self.steps {
            thread(step.thread)?;
            let changed = step.changes.iter().map(|change| change.object);
            step.object.into_iter().chain(step.mutex).chain(changed).try_for_each(object)?;
            if let Some(arm) = step.choice.filter(|&arm| arm >= u64::BITS) {
                return Err(format!("arm {arm} of a select"));
            }
        }
        self.calls.iter().try_for_each(|call| thread(call.thread))?;
        for wait in &self.waits {
            [wait.thread].into_iter().chain(wait.holder).try_for_each(thread)?;
            object(wait.object)?;
        }
        self.broke.iter().try_for_each(|broke| thread(broke.thread))
    }

    /// The number of preemptions: how often a thread that could have gone on is stopped.
    pub fn preemptions(&self) -> usize {
        self.steps.iter().filter(|step| step.preempts).count()
    }
}
