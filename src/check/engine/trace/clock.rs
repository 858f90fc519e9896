//! Vector clocks, one a step of the execution, in one block of memory.
//!
//! A task's component of a step's clock is the number of the task's steps that come before the step in the partial
//! order of the execution, the step itself included.

use std::ops::Range;

use crate::sync::engine::op::Name;

/// The clocks of all steps so far.
#[derive(Clone, Debug, Default)]
pub(in crate::check::engine) struct Clocks {
    /// Components of a clock; grows with the tasks.
    width: usize,
    rows: Vec<u32>,
}

/// One clock, on its way to becoming the next row.
#[derive(Clone, Debug, Default)]
pub(in crate::check::engine) struct Clock(Vec<u32>);

impl Clock {
    pub(in crate::check::engine) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes the later of both in each component.
    pub(in crate::check::engine) fn join(&mut self, other: &[u32]) {
        if self.0.len() < other.len() {
            self.0.resize(other.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(other) {
            *mine = (*mine).max(*theirs);
        }
    }

    pub(in crate::check::engine) fn set(&mut self, task: Name, count: u32) {
        if self.0.len() <= task.index() {
            self.0.resize(task.index() + 1, 0);
        }
        self.0[task.index()] = count;
    }

    /// How many steps of the task with that number it includes.
    pub(in crate::check::engine) fn count(&self, task: usize) -> usize {
        self.0.get(task).map_or(0, |&count| count as usize)
    }

    /// Becomes the same as another.
    pub(in crate::check::engine) fn copy(&mut self, other: &[u32]) {
        self.0.clear();
        self.0.extend_from_slice(other);
    }

    pub(in crate::check::engine) fn join_clock(&mut self, other: &Clock) {
        self.join(&other.0);
    }

    /// Whether it includes the `count`-th step of `task`.
    pub(in crate::check::engine) fn includes(&self, task: Name, count: u32) -> bool {
        self.0.get(task.index()).is_some_and(|&seen| seen >= count)
    }
}

impl Clocks {
    /// The clock of a step.
    pub(in crate::check::engine) fn row(&self, step: usize) -> &[u32] {
        &self.rows[step * self.width..(step + 1) * self.width]
    }

    /// Whether the `count`-th step of `task` comes before `step`, or is it.
    pub(in crate::check::engine) fn includes(&self, step: usize, task: Name, count: u32) -> bool {
        self.rows[step * self.width + task.index()] >= count
    }

    /// For each of some steps, whether the `count`-th step of `task` comes before it, or is it.
    pub(in crate::check::engine) fn include(
        &self,
        steps: Range<usize>,
        task: Name,
        count: u32,
    ) -> impl Iterator<Item = bool> {
        let column = self.rows[..steps.end * self.width].iter().skip(steps.start * self.width + task.index());
        column.step_by(self.width).map(move |&seen| seen >= count)
    }

    /// The last clock takes the later of both in each component.
    pub(in crate::check::engine) fn join_last(&mut self, earlier: usize) {
        let start = self.rows.len() - self.width;
        let (before, last) = self.rows.split_at_mut(start);
        for (mine, theirs) in last.iter_mut().zip(&before[earlier * self.width..]) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// Adds the clock of the next step, which is the `count`-th of `task`, and comes after all that is in `past`.
    pub(in crate::check::engine) fn push(&mut self, past: &Clock, task: Name, count: u32) {
        let needed = past.0.len().max(task.index() + 1);
        if needed > self.width {
            self.widen(needed.next_multiple_of(4));
        }
        let start = self.rows.len();
        self.rows.extend(past.0.iter().copied().chain(std::iter::repeat(0)).take(self.width));
        self.rows[start + task.index()] = count;
    }

    /// Keeps the first `steps` clocks.
    pub(in crate::check::engine) fn truncate(&mut self, steps: usize) {
        self.rows.truncate(steps * self.width);
    }

    fn widen(&mut self, width: usize) {
        if self.width > 0 {
            let wide = |row: &[u32]| row.iter().copied().chain(std::iter::repeat_n(0, width - row.len())).collect();
            self.rows = self.rows.chunks(self.width).flat_map(|row| -> Vec<u32> { wide(row) }).collect();
        }
        self.width = width;
    }
}
