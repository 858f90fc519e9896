//! Whether a loop that looks and yields goes on like this until something changes, or counts its turns.
//!
//! The counter itself is not visible. So when a task has made an [idle](super::trace::turn) turn about which nothing is
//! known yet, the task is *probed*: an execution that counts for nothing runs the steps that happen before the turn,
//! and then this task alone. What a task does is a function of the steps that happen before it, so the answer holds
//! wherever those are the same, whatever other tasks do concurrently. The task
//! - does something else after some turns: the loop counts. Its turns are explored as they are, up to [`TURNS`]; a loop
//!   that makes more is held back from there on until no other task can go on, and the search is *bounded*;
//! - or makes the same turns again and again, up to [`PATIENCE`]: it spins, and waits until they would answer
//!   otherwise, once it has made them twice. The first turn may see something else than all later ones. And a change in
//!   the middle of the second turn is not the same as one in the middle of the first: the task may remember what the
//!   first turn saw. A turn of a single step has no middle, and is made once.
//!
//! A loop that would leave after more turns than that is taken to spin. Of a task that [knows the same](Trace::knowledge) as
//! one that was found to spin a few turns are enough: it does what that did.
//!
//! A turn that is not idle may be one of any loop, of one over a list, say, and most of them have an end. After so many
//! turns in a row that end at one line the task is probed in the same way: if it makes [`PATIENCE`] more of them when it
//! runs alone, the loop is *endless*, and is held back as one that counts is.
//!
//! A loop that tries again what has failed for no reason is judged in the same way: see [`tries`].
//!
//! Several threads can go round together: each changes something for a while, and gives way to the other. Where the last
//! steps of an execution are a *circle* (the same steps several times in a row, with the same states of all objects,
//! and every thread in it yields), another such execution runs it again and again. If it goes on like this, and no
//! other task could go on, that is a livelock: the threads are fair to each other, and make no progress.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use self::alone::Comes;
use self::probe::Question;
use super::ready::Goes;
use super::seen::same_place;
use super::trace::Trace;
use super::trace::step::Step;
use super::trace::watched::{Turn, Watched};
use crate::sync::engine::op::Name;

mod alone;
mod probe;
mod retry;
mod tries;

pub(super) use alone::{FEW, OPERATIONS, repetition};
pub(super) use probe::Probe;
pub(super) use retry::{PATIENCE as TRIES, STEPS, TOGETHER};

/// How many idle turns of a loop that counts them are explored.
pub(super) const TURNS: u32 = 8;

/// How many turns a loop makes before it is taken to spin; and how many where it has been found to spin before by a task
/// that knew the same.
pub(super) const PATIENCE: usize = 1_000;
pub(super) const IMPATIENCE: usize = 32;

/// What has been found out about the loops of a program.
#[derive(Debug, Default)]
pub(super) struct Loops {
    /// The results of probes, by the numbers of the pasts of turns.
    known: HashMap<u64, Comes>,
    /// What tasks [knew](Trace::knowledge) that were found to spin.
    spinning: HashSet<u64>,
    /// Whether a task that knows this goes on for ever where its [attempts fail](tries).
    retries: HashMap<u64, bool>,
    /// What is to be found out next.
    probe: Option<Probe>,
    /// A loop counts further than its turns are explored.
    bounded: bool,
    /// Whether a loop that changes something in each turn goes on for ever, by the number of the past of a turn.
    endless: HashMap<u64, bool>,
    /// Whether the circle at the end of an execution is run for ever, by the number of the execution.
    circles: HashMap<u64, bool>,
    /// The tasks in the circle that was found last.
    circle: Vec<Name>,
}

impl Loops {
    /// Whether `task` can go on, as far as its loops are concerned.
    pub(super) fn goes_on(&mut self, trace: &mut Trace, task: Name) -> Goes {
        let Some(end) = trace.turn_end(task) else { return Goes::On };
        if matches!(trace.steps()[end].turn, Some(Turn::New)) {
            match self.judge(trace, end) {
                Some(turn) => trace.judged(end, turn),
                None => return Goes::Unknown,
            }
        }
        if end + 1 == trace.len() && matches!(trace.steps()[end].turn, Some(Turn::Passed(_) | Turn::Endless)) {
            match self.goes_round(trace) {
                Some(true) => return Goes::Round,
                Some(false) => (),
                None => return Goes::Unknown,
            }
        }
        let waits = |watched: &[Watched]| !trace.has_changed(watched, end);
        match &trace.steps()[end].turn {
            Some(Turn::Spins(watched)) if waits(watched) => Goes::Waits,
            Some(Turn::HeldBack(watched)) if waits(watched) => Goes::Last,
            Some(Turn::Endless) => Goes::Last,
            _ => Goes::On,
        }
    }

    fn judge(&mut self, trace: &Trace, end: usize) -> Option<Turn> {
        let turn = trace.turn(end);
        let before = turn.first().and_then(|&first| trace.steps()[first].previous).map(|before| &trace.steps()[before]);
        let Some(watched) = trace.idle(&turn) else { return self.judge_of_work(trace, end, before) };
        let past = trace.past_number(end);
        let Some(comes) = self.known.get(&past) else {
            let patience = if self.spinning.contains(&trace.knowledge(end)) { IMPATIENCE } else { PATIENCE };
            self.probe = Some(Probe::alone(past, trace.past_schedule(end), trace.steps()[end].task(), patience));
            return None;
        };
        Some(match comes {
            Comes::Again => Turn::Passed(1),
            Comes::Same(watched) => Turn::Spins(Rc::clone(watched)),
            Comes::Other(more) => {
                let counted = match before.map(|before| &before.turn) {
                    Some(Some(Turn::Counted(turns))) => turns + 1,
                    _ => 1,
                };
                if counted < TURNS || counted + more <= TURNS + 1 {
                    Turn::Counted(counted)
                } else {
                    self.bounded = true;
                    Turn::HeldBack(watched.into())
                }
            }
        })
    }

    /// The same for a turn that is not idle, from the end of the turn `before`.
    fn judge_of_work(&mut self, trace: &Trace, end: usize, before: Option<&Step>) -> Option<Turn> {
        let last = &trace.steps()[end];
        let before = before.filter(|before| before.task() == last.task() && same_place(before.location, last.location));
        let turns = match before.map(|before| &before.turn) {
            Some(Some(Turn::Endless)) => return Some(Turn::Endless),
            Some(Some(Turn::Passed(turns))) => turns + 1,
            _ => 1,
        };
        // It is asked seldom: most of such loops have an end.
        if turns < TURNS || !turns.is_power_of_two() {
            return Some(Turn::Passed(turns));
        }
        let past = trace.past_number(end);
        let Some(&endless) = self.endless.get(&past) else {
            self.probe = Some(Probe::working(past, trace.past_schedule(end), last));
            return None;
        };
        self.bounded |= endless;
        Some(if endless { Turn::Endless } else { Turn::Passed(turns) })
    }

    /// Whether the last steps are run again and again, for ever.
    fn goes_round(&mut self, trace: &Trace) -> Option<bool> {
        let Some(steps) = trace.circle() else { return Some(false) };
        self.circle = trace.steps()[trace.len() - steps..].iter().map(Step::task).collect();
        self.circle.sort_unstable();
        self.circle.dedup();
        let number = trace.fingerprint();
        let known = self.circles.get(&number).copied();
        if known.is_none() {
            let schedule = trace.steps().iter().map(|step| step.planned.label).collect();
            self.probe = Some(Probe::around(number, schedule, steps));
        }
        known
    }

    /// The tasks in the circle that was found last.
    pub(super) fn circle(&self) -> &[Name] {
        &self.circle
    }

    /// What is to be found out before the search can go on.
    pub(super) fn take_probe(&mut self) -> Option<Probe> {
        self.probe.take()
    }

    /// Takes in what has been found out.
    pub(super) fn learn(&mut self, probe: Probe) {
        match probe.question {
            Question::Alone(ref alone) => {
                if let (Comes::Same(_) | Comes::Again, Some(asker)) = (&alone.comes, probe.asker()) {
                    self.spinning.insert(asker);
                }
                self.known.insert(probe.past, alone.comes.clone());
            }
            Question::Retry(retry) => {
                self.retries.insert(retry.knowledge, retry.for_ever == Some(true));
            }
            Question::Working { goes, .. } => {
                self.endless.insert(probe.past, goes == Some(true));
            }
            Question::Around { goes, .. } => {
                self.circles.insert(probe.past, goes == Some(true));
            }
        }
    }

    /// Whether a loop counts further than its turns are explored.
    pub(super) fn is_bounded(&self) -> bool {
        self.bounded
    }
}
