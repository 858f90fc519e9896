//! One schedule again: the steps of a [`Story`], by the threads' names.
//!
//! A schedule is a list of threads and their operations here, and not of numbers. So it still fits after an edit that
//! has nothing to do with the failure: an operation that a thread has gained is run where it comes, and one that it has
//! lost is left out. Where the thread whose turn it is cannot go on, the replay has *diverged*; it says where, and
//! continues with any thread that can.

use std::sync::Arc;

use parking_lot::Mutex;

use super::reduce::Attempt;
use super::story::action;
use super::strategy::{Lost, Ready, Seen, Strategy};
use crate::check::story::{Divergence, Story};
use crate::sync::engine::names::Names;
use crate::sync::engine::op::Name;

/// Follows a story.
#[derive(Debug)]
pub(super) struct Replay {
    story: Story,
    /// The next step to follow, and which of those after it have been left out.
    next: usize,
    left_out: Vec<bool>,
    /// The paths of the threads that have been started, and how many threads each has started.
    threads: Vec<(Name, String, u32)>,
    diverged: Arc<Mutex<Option<Divergence>>>,
    /// The operation that is run is the story's.
    followed: bool,
    begun: bool,
    /// Before a step, a thread goes on for as long as it can.
    unbroken: Option<(usize, usize)>,
}

impl Replay {
    /// A replay that tells `diverged` where it cannot follow.
    pub(super) fn new(story: Story, diverged: Arc<Mutex<Option<Divergence>>>) -> Self {
        let left_out = vec![false; story.steps.len()];
        let threads = vec![(Names::MAIN, "main".to_owned(), 0)];
        Replay { story, next: 0, left_out, threads, diverged, followed: false, begun: false, unbroken: None }
    }

    /// A replay that follows as far as it can, without reporting where it diverges.
    pub(super) fn unbroken(Attempt { story, unbroken }: Attempt) -> Self {
        Replay { unbroken, ..Replay::new(story, Arc::default()) }
    }

    /// The thread whose turn it is, if it can take it.
    ///
    /// # Errors
    ///
    /// Says why the story cannot be followed any further.
    fn follow(&mut self, ready: &[Ready<'_>]) -> Result<Option<Name>, String> {
        if let Some((_, thread)) = self.unbroken.filter(|(step, _)| *step <= self.next) {
            let path = &self.story.threads[thread].path;
            let name = self.threads.iter().find(|(_, known, _)| known == path).map(|(name, ..)| *name);
            match ready.iter().find(|ready| Some(ready.task) == name && !ready.op.yields()) {
                Some(ready) => return Ok(Some(ready.task)),
                None => self.unbroken = None,
            }
        }
        while let Some(step) = self.story.steps.get(self.next) {
            if self.left_out[self.next] || !step.action.is_scheduled() {
                self.next += 1;
                continue;
            }
            let path = &self.story.threads[step.thread].path;
            let (words, place) = (&step.action.words, &step.place);
            let Some(&(name, ..)) = self.threads.iter().find(|(_, known, _)| known == path) else {
                return Err(format!("{path}, which was to {words} at {place}, has not been started"));
            };
            let Some(turn) = ready.iter().find(|ready| ready.task == name) else {
                return Err(format!("{path}, which was to {words} at {place}, waits or has ended"));
            };
            let does = action(turn.op.request.words());
            if does == step.action {
                self.next += 1;
                self.followed = true;
                return Ok(Some(name));
            }
            let later = &self.story.steps[self.next..];
            match later.iter().position(|later| later.thread == step.thread && later.action == does) {
                // The steps of the story before that one are no longer in the program.
                Some(at) => {
                    let own = (self.next..self.next + at).filter(|&one| self.story.steps[one].thread == step.thread);
                    own.for_each(|one| self.left_out[one] = true);
                }
                // The operation was not there before.
                None => return Ok(Some(name)),
            }
        }
        Ok(None)
    }
}

impl Strategy for Replay {
    const SAMPLES: bool = false;

    /// Of two tasks that choose and yield the story says who comes first.
    fn is_planned(&self) -> bool {
        true
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.begun, true)
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        self.followed = false;
        if self.diverged.lock().is_none() {
            match self.follow(ready) {
                Ok(Some(name)) => return Ok(name),
                Ok(None) => (),
                Err(why) => *self.diverged.lock() = Some(Divergence { step: self.next, why }),
            }
        }
        let rank = |ready: &&Ready| (ready.op.yields(), ready.task != current);
        Ok(ready.iter().min_by_key(rank).expect("somebody can go on").task)
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        // The step that asks is the one that has just been followed, if it is in the story.
        let step = self.next.checked_sub(1).filter(|_| self.followed);
        let told = step.and_then(|step| self.story.steps[step].choice).filter(|&arm| arms >> arm & 1 == 1);
        Ok(told.unwrap_or(arms.trailing_zeros()))
    }

    fn observe(&mut self, seen: Seen<'_>) -> Result<bool, Lost> {
        let parent = self.threads.iter_mut().find(|(name, ..)| *name == seen.task());
        if let (Some(child), Some((_, path, started))) = (seen.spawned(), parent) {
            let path = format!("{path}.{started}");
            *started += 1;
            self.threads.push((child, path, 0));
        }
        Ok(true)
    }

    fn start_again(&mut self) -> bool {
        *self = Replay::new(self.story.clone(), Arc::clone(&self.diverged));
        *self.diverged.lock() = None;
        true
    }
}
