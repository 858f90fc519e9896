//! Executions that count for nothing, and find out whether a loop spins.

use std::panic::Location;

use super::PATIENCE;
use super::alone::{Alone, OPERATIONS};
use super::retry::Retry;
use crate::check::engine::ready::{Lost, Ready};
use crate::check::engine::seen::{Seen, same_place};
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::step::{Label, Step};
use crate::sync::engine::op::Name;

/// How often threads go round in a circle before they are taken to do so for ever.
const ROUNDS: usize = 1_000;

/// An execution that finds something out.
#[derive(Debug)]
pub(in crate::check::engine) struct Probe {
    /// The number of the past that it begins with, and a schedule for that past.
    pub(super) past: u64,
    schedule: Vec<Label>,
    begun: usize,
    trace: Trace,
    pub(super) question: Question,
}

/// The question that a probe answers.
#[derive(Debug)]
pub(super) enum Question {
    /// What a task does after an idle turn, when it goes on alone.
    Alone(Alone),
    /// Whether the last steps of the schedule, so many, can be run again and again, and come to the same.
    Around { steps: usize, goes: Option<bool> },
    /// What comes of attempts that fail, when their task goes on alone.
    Retry(Retry),
    /// Whether a task makes turns that end at this line and change something for ever, when it goes on alone.
    Working { task: Name, line: &'static Location<'static>, turns: usize, goes: Option<bool> },
}

impl Probe {
    /// Asks what `task` does after an idle turn; after `patience` turns the loop is taken to spin.
    pub(super) fn alone(past: u64, schedule: Vec<Label>, task: Name, patience: usize) -> Self {
        let question = Question::Alone(Alone::new(task, patience));
        Probe { past, schedule, begun: 0, trace: Trace::default(), question }
    }

    /// Asks whether the last steps of a schedule, so many, are repeated for ever.
    pub(super) fn around(past: u64, schedule: Vec<Label>, steps: usize) -> Self {
        let question = Question::Around { steps, goes: None };
        Probe { past, schedule, begun: 0, trace: Trace::default(), question }
    }

    /// Asks whether a task goes on for ever with turns that end like this one.
    pub(super) fn working(past: u64, schedule: Vec<Label>, last: &Step) -> Self {
        let question = Question::Working { task: last.task(), line: last.location, turns: 0, goes: None };
        Probe { past, schedule, begun: 0, trace: Trace::default(), question }
    }

    /// Asks what comes of attempts that fail.
    pub(super) fn retrying(retry: Retry, schedule: Vec<Label>) -> Self {
        Probe { past: retry.knowledge, schedule, begun: 0, trace: Trace::default(), question: Question::Retry(retry) }
    }

    /// The task to go on, of those that can; `None` where the answer is there.
    pub(in crate::check::engine) fn next(&mut self, ready: &[Ready<'_>]) -> Result<Option<Name>, Lost> {
        let can = |label: Label| {
            ready
                .iter()
                .any(|ready| ready.task == label.task && (label.choice.is_none() || ready.choices.has(label.choice)))
        };
        let planned = self.schedule.get(self.begun).copied();
        let next = match (planned, &mut self.question) {
            (Some(label), _) if !can(label) => return Err(Lost),
            (Some(label), _) => Some(label),
            (None, Question::Alone(alone)) => {
                let label = Label { task: alone.task, choice: None };
                (can(label) && !alone.is_over(&self.trace, self.schedule.len())).then_some(label)
            }
            (None, Question::Retry(retry)) => {
                let label = Label { task: retry.task, choice: None };
                (can(label) && retry.for_ever.is_none()).then_some(label)
            }
            (None, &mut Question::Working { task, goes, .. }) => {
                let label = Label { task, choice: None };
                (can(label) && goes.is_none()).then_some(label)
            }
            (None, Question::Around { steps, goes }) => {
                let label = self.schedule[self.schedule.len() - *steps + (self.begun - self.schedule.len()) % *steps];
                let last = self.trace.len() - 1;
                let repeats = self.trace.does_the_same(last - *steps, last);
                let enough = (ROUNDS * *steps).min(OPERATIONS);
                if self.begun >= self.schedule.len() + enough || !repeats || !can(label) {
                    *goes = Some(repeats && can(label));
                    None
                } else {
                    Some(label)
                }
            }
        };
        self.begun += 1;
        Ok(next.map(|label| label.task))
    }

    /// The arm that the operation takes, which is perhaps whether an attempt fails.
    pub(in crate::check::engine) fn choose(&self, arms: u64, may_fail: bool) -> u32 {
        let planned = self.schedule.get(self.begun - 1).and_then(|label| label.choice);
        let fails = may_fail && matches!(self.question, Question::Retry(_));
        planned.unwrap_or(if fails { 1 } else { arms.trailing_zeros() })
    }

    /// Takes in the operation that went ahead last.
    pub(in crate::check::engine) fn observe(&mut self, seen: Seen<'_>) {
        let (yields, task) = (seen.yields(), seen.task());
        self.trace.observe(seen);
        if let Question::Retry(retry) = &mut self.question
            && !yields
            && self.trace.len() > self.schedule.len()
        {
            retry.take(&self.trace, self.schedule.len());
        }
        if let Question::Working { task: asked, line, turns, goes } = &mut self.question
            && yields
            && task == *asked
            && self.trace.len() > self.schedule.len()
            && let Some(end) = self.trace.turn_end(task)
        {
            *turns += 1;
            // Where it only looks, it waits for others.
            let works = self.trace.idle(&self.trace.turn(end)).is_none();
            let like = works && same_place(self.trace.steps()[end].location, line);
            let enough = *turns >= PATIENCE || self.trace.len() >= self.schedule.len() + OPERATIONS;
            *goes = if like { enough.then_some(true) } else { Some(false) };
        }
        if let Question::Alone(alone) = &mut self.question
            && yields
            && task == alone.task
            && let Some(end) = self.trace.turn_end(task)
        {
            alone.take(&self.trace, end, self.schedule.len());
        }
    }

    /// What the task knew that asked about a turn of its own.
    pub(super) fn asker(&self) -> Option<u64> {
        let Question::Alone(alone) = &self.question else { return None };
        Some(self.trace.knowledge(*alone.asked.first()?.last()?))
    }
}
