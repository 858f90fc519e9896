//! Whether an attempt that has failed spuriously may fail again: a weak exchange, or a look at a time that is not over yet.
//!
//! A loop that tries until it succeeds could fail for ever. A *try* is what a task does from one such failure to the next.
//! Take a try that leaves every object as it was, that no other task has noticed, and in which the task has seen what it saw
//! in an earlier try. If the task could repeat it for ever when it runs alone, then it is where it was before the try: the
//! execution without that try exists as well, and has the same outcome. So the attempt need not fail there again. A
//! [probe](super::Probe), in which each attempt fails, finds out whether the task could; its answer holds for every execution
//! in which the task knows the same. A task that treats its first try differently has made that one before, and another.
//!
//! If it could not, the loop counts its tries; and a loop that leaves something behind with each failure is never where it
//! was. Then at most as many attempts fail in a row at one line as [turns](TURNS) are explored, and the search is *bounded*
//! if another one could fail.

use std::panic::Location;

use super::probe::Probe;
use super::retry::{Retry, TOGETHER};
use super::{Loops, TURNS};
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::turn::Sight;
use crate::sync::engine::op::Name;

impl Loops {
    /// Whether the attempt that `task` is about to make at that line may fail; `None` if that has to be found out first.
    pub(in crate::check::engine) fn may_fail(
        &mut self,
        trace: &Trace,
        task: Name,
        location: &'static Location<'static>,
    ) -> Option<bool> {
        let tries = trace.tries(task, TOGETHER);
        let failure = |failed: &[usize]| failed[failed.len() - 1];
        let Some(last) = tries.failed.first().map(|failed| failure(failed)) else { return Some(true) };
        let sights = trace.sights(&tries.begun, trace.len());
        let earlier = tries.failed.iter().map_while(|failed| Some((failed, trace.sights(failed, trace.len())?)));
        let same = |(failed, saw): (&Vec<usize>, Vec<Sight>)| {
            trace.steps()[failure(failed)].location == location && sights.as_deref() == Some(&saw[..saw.len() - 1])
        };
        if sights.is_some() && earlier.into_iter().any(same) {
            let knowledge = trace.knowledge(last);
            match self.retries.get(&knowledge) {
                Some(true) => return Some(false),
                Some(false) => (),
                None => {
                    self.probe = Some(Probe::retrying(Retry::new(task, knowledge), trace.past_schedule(last)));
                    return None;
                }
            }
        }
        let again = trace.failures_in_a_row(task, location) < TURNS;
        self.bounded |= !again;
        Some(again)
    }
}
