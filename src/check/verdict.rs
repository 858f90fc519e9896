//! What an exploration found. Never a bare "ok".

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::behaviours::Behaviours;
use super::engines::Engine;
use super::status::Status;
use super::story::{Place, Story, lanes};

/// What was done, and with what result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every schedule, up to equivalence, in the memory model of the engine.
    Exhausted,
    /// Every schedule within a bound.
    Bounded {
        /// With at most so many preemptions.
        preemptions: Option<usize>,
        /// With at most so many turns of each loop that yields, and counts its turns or changes something in each, unless
        /// no other thread could go on.
        turns: Option<u32>,
    },
    /// Schedules drawn from the report's seed, or made by the machine.
    Sampled,
    /// Stopped before the end of what was asked for.
    Cut {
        /// What ran out.
        limit: String,
    },
    /// An execution broke a property.
    Failed(Box<Failure>),
    /// There was nothing to explore, so nothing was checked.
    Vacuous {
        /// What was missing.
        reason: String,
    },
    /// The check does what the engine cannot explore: that is no failure of the program.
    Unsupported {
        /// What that is, and what to do about it.
        what: String,
    },
}

impl Verdict {
    /// Which of them it is.
    pub fn status(&self) -> Status {
        match self {
            Verdict::Exhausted => Status::Exhausted,
            Verdict::Bounded { .. } => Status::Bounded,
            Verdict::Sampled => Status::Sampled,
            Verdict::Cut { .. } => Status::Cut,
            Verdict::Failed(_) => Status::Failed,
            Verdict::Vacuous { .. } => Status::Vacuous,
            Verdict::Unsupported { .. } => Status::Unsupported,
        }
    }

    /// The execution that failed, step by step, where the engine can tell.
    pub fn story(&self) -> Option<&Story> {
        match self {
            Verdict::Failed(failure) => failure.story.as_ref(),
            _ => None,
        }
    }

    /// The bound on preemptions, where there was one.
    pub fn preemption_bound(&self) -> Option<usize> {
        match self {
            Verdict::Bounded { preemptions, .. } => *preemptions,
            _ => None,
        }
    }

    /// The bound on the turns of loops, where one was met.
    pub fn turn_bound(&self) -> Option<u32> {
        match self {
            Verdict::Bounded { turns, .. } => *turns,
            _ => None,
        }
    }

    /// Why it does not hold, without the story: what broke, what ran out, or what was missing.
    pub fn why(&self) -> Option<String> {
        match self {
            Verdict::Failed(failure) => Some(Failure { story: None, ..(**failure).clone() }.to_string()),
            Verdict::Cut { limit } => Some(format!("cut by {limit}")),
            Verdict::Vacuous { reason } => Some(reason.clone()),
            Verdict::Unsupported { what } => Some(what.clone()),
            Verdict::Exhausted | Verdict::Bounded { .. } | Verdict::Sampled => None,
        }
    }

    /// Whether the property held in everything that was asked for.
    pub fn holds(&self) -> bool {
        self.status().holds()
    }
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A property that the check [requires](super::require()) does not hold.
    Requirement,
    /// A thread panics, and nothing catches it.
    Panic,
    /// Two accesses to a cell race.
    Race,
    /// All threads wait, and the check has not returned.
    Deadlock,
    /// The check has returned, and threads that it started wait for ever.
    Leak,
    /// Threads go on for ever and make no progress.
    Livelock,
    /// An operation does not return when all other threads are stopped.
    NotLockFree,
    /// The same schedule does not always give the same execution.
    Nondeterminism,
}

/// How an execution broke a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind it is.
    pub kind: Kind,
    /// The lines that it is about: where it panics, the two accesses that race, where threads wait.
    pub places: Vec<Place>,
    /// The message of the panic or of the requirement; empty for any other kind.
    pub message: String,
    /// One line that says what broke.
    pub headline: String,
    /// Lines that explain it: which threads hold and wait for what.
    pub details: Vec<String>,
    /// The execution that led to it, if the engine can tell; real threads cannot.
    pub story: Option<Story>,
}

impl Failure {
    /// One without a story.
    pub(super) fn new(kind: Kind, places: Vec<Place>, headline: String) -> Self {
        Failure { kind, places, message: String::new(), headline, details: Vec::new(), story: None }
    }

    /// How often the failing schedule takes the turn from a thread that could have gone on.
    #[cfg(any(loom, shuttle))]
    pub(super) fn preemptions(&self) -> usize {
        self.story.as_ref().map_or(0, |story| story.preemptions())
    }

    /// Whether it is the same failure in another schedule: of the same kind, at the same lines, in the same words. Only
    /// words of small letters are compared; everything else in a message is a name or a value, which may differ.
    #[cfg(any(loom, shuttle))]
    pub(super) fn is_form_of(&self, other: &Failure) -> bool {
        let places = |failure: &Failure| {
            let lines = failure.places.iter().map(|place| (place.file.clone(), place.line, place.column));
            lines.collect::<BTreeSet<_>>()
        };
        let is_own = |word: &&str| {
            let letters = word.trim_end_matches([':', ',', '.', ';']);
            letters.starts_with(|letter: char| letter.is_lowercase())
                && letters.chars().all(|letter| letter.is_alphabetic() || "-'".contains(letter))
                && !["true", "false"].contains(&letters)
        };
        let words = |failure: &Failure| {
            let line = failure.message.lines().next().unwrap_or_default();
            line.split_whitespace().filter(is_own).map(str::to_owned).collect::<Vec<_>>()
        };
        self.kind == other.kind && places(self) == places(other) && words(self) == words(other)
    }

    /// A panic that nothing caught; `whose` names the thread, and follows the line. For a violated property the
    /// headline is the first line of its message, and the other lines are details.
    pub(super) fn panicked(message: String, violation: bool, place: Option<Place>, whose: &str) -> Self {
        let places: Vec<Place> = place.into_iter().collect();
        let (kind, headline, details) = if violation {
            let mut lines = message.lines().map(str::to_owned);
            (Kind::Requirement, lines.next().unwrap_or_default(), lines.collect())
        } else {
            let at = places.first().map(|place| format!(" at {place}")).unwrap_or_default();
            (Kind::Panic, format!("panicked: {message}{at}{whose}"), Vec::new())
        };
        Failure { message, details, ..Failure::new(kind, places, headline) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline)?;
        self.details.iter().try_for_each(|line| write!(f, "\n  {line}"))?;
        let lanes = self.story.iter().flat_map(lanes::draw);
        lanes.into_iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

/// The outcome of an exploration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The engine that explored.
    pub engine: Engine,
    /// The result.
    pub verdict: Verdict,
    /// How many executions were run; up to and with the failing one, if one failed.
    pub executions: u64,
    /// How many further executions turned out to repeat others, and were left.
    pub blocked: u64,
    /// How many executions were drawn beside a search, so that failures come early: they are none of its executions.
    pub beside: u64,
    /// Whether what was found under sequential consistency holds under C11 as well: there is no data
    /// race, and every atomic is SeqCst. `None` where the engine does not tell.
    pub sc_suffices: Option<bool>,
    /// The atomics that the program uses with a weaker ordering, and its fences, by name and line.
    pub weak: BTreeSet<String>,
    /// The different behaviours that were met, where they were [asked for](super::Explorer::behaviours) and the engine
    /// counts them. For a resumed search they are only those of this run.
    pub behaviours: Option<Behaviours>,
    /// The seed from which the schedules were drawn, if they were.
    pub seed: Option<u64>,
    /// How long it took.
    pub elapsed: Duration,
    /// Suspicious things that are no failure: two locks that are taken in two orders, say.
    pub remarks: Vec<String>,
}

/// How many names a verdict lists.
const NAMED: usize = 3;

/// The first names, and how many more there are.
fn some(names: &BTreeSet<String>) -> String {
    let named = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.executions;
        let seed = self.seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        match &self.verdict {
            Verdict::Exhausted => {
                write!(f, "EXHAUSTED {n}")?;
                match self.sc_suffices {
                    None => Ok(()),
                    Some(true) => f.write_str(", SC suffices"),
                    Some(false) => write!(f, ", SC only: {}", some(&self.weak)),
                }
            }
            Verdict::Bounded { preemptions, turns } => {
                write!(f, "BOUNDED {n}")?;
                preemptions.iter().try_for_each(|bound| write!(f, ", preemptions<={bound}"))?;
                turns.iter().try_for_each(|bound| write!(f, ", turns<={bound}"))
            }
            Verdict::Sampled => write!(f, "SAMPLED {n}{seed}"),
            Verdict::Cut { limit } => write!(f, "CUT {n}, by {limit}"),
            Verdict::Failed(failure) => write!(f, "FAILED at {n}{seed}: {failure}"),
            Verdict::Vacuous { reason } => write!(f, "VACUOUS: {reason}"),
            Verdict::Unsupported { what } => write!(f, "UNSUPPORTED, {what}"),
        }?;
        self.remarks.iter().try_for_each(|remark| write!(f, "\n  remark: {remark}"))
    }
}
