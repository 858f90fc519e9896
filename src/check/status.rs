//! How a check ended, and how it was expected to: the words that reports, tables and JSON share.

use std::fmt;

/// How a check ended, without what is known besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Status {
    /// [`Verdict::Exhausted`](super::Verdict::Exhausted).
    Exhausted,
    /// [`Verdict::Bounded`](super::Verdict::Bounded).
    Bounded,
    /// [`Verdict::Sampled`](super::Verdict::Sampled).
    Sampled,
    /// [`Verdict::Cut`](super::Verdict::Cut); or its process was killed when its time was up.
    Cut,
    /// [`Verdict::Failed`](super::Verdict::Failed).
    Failed,
    /// [`Verdict::Vacuous`](super::Verdict::Vacuous).
    Vacuous,
    /// [`Verdict::Unsupported`](super::Verdict::Unsupported).
    Unsupported,
    /// Its process died, or printed no result.
    Crashed,
    /// Of a night's shard: it has come to its end.
    Finished,
    /// Of a night's shard: it has not.
    Unfinished,
    /// Of a night's shard: it is not there.
    Missing,
}

impl Status {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Exhausted => "exhausted",
            Status::Bounded => "bounded",
            Status::Sampled => "sampled",
            Status::Cut => "cut",
            Status::Failed => "failed",
            Status::Vacuous => "vacuous",
            Status::Unsupported => "unsupported",
            Status::Crashed => "crashed",
            Status::Finished => "finished",
            Status::Unfinished => "unfinished",
            Status::Missing => "missing",
        }
    }

    /// Whether the property held in everything that was asked for.
    pub fn holds(self) -> bool {
        self.is_complete() || self == Status::Sampled
    }

    /// Whether every schedule was explored, up to the bounds that were set or met, and none failed.
    pub fn is_complete(self) -> bool {
        matches!(self, Status::Exhausted | Status::Bounded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a check must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Expected {
    /// The property holds in all that is explored.
    Holds,
    /// The engine finds the defect.
    Caught,
    /// The engine cannot see the defect. It is wrong to find it.
    Blind,
    /// The engine does not support what the check uses.
    Unsupported,
    /// Real threads may hit the defect's window or not; both are right.
    Rare,
}

impl Expected {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Expected::Holds => "holds",
            Expected::Caught => "caught",
            Expected::Blind => "blind",
            Expected::Unsupported => "unsupported",
            Expected::Rare => "rare",
        }
    }

    /// Whether a check that ended so ended as it must.
    pub fn is_met_by(self, status: Status) -> bool {
        match self {
            Expected::Holds | Expected::Blind => status.holds(),
            Expected::Caught => status == Status::Failed,
            Expected::Unsupported => status == Status::Unsupported,
            Expected::Rare => true,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The least verdict that a test accepts. A sampler exhausts nothing: it passes with `SAMPLED` even if more than
/// [`Cut`](Self::Cut) is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Least {
    /// As many executions as there was time for.
    Cut,
    /// Every execution within the bounds that were set or met.
    #[default]
    Bounded,
    /// Every execution.
    Exhausted,
}

impl Least {
    /// Whether a check that ended so is accepted.
    pub(super) fn is_met_by(self, status: Status) -> bool {
        match status {
            Status::Exhausted | Status::Sampled => true,
            Status::Bounded => self <= Least::Bounded,
            Status::Cut => self == Least::Cut,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_is_asked_of_who_can_do_more() {
        let met = |least: Least| {
            [Status::Exhausted, Status::Sampled, Status::Bounded, Status::Cut].map(|status| least.is_met_by(status))
        };
        assert_eq!(met(Least::Exhausted), [true, true, false, false]);
        assert_eq!(met(Least::Bounded), [true, true, true, false]);
        assert_eq!(met(Least::Cut), [true, true, true, true]);
        assert!(!Least::Cut.is_met_by(Status::Vacuous));
    }
}
