//! A failing schedule without the preemptions that it does not need.
//!
//! A schedule is a row of blocks, each of one thread. Where a block takes the turn from a thread that could have gone on,
//! that thread goes on instead: until it has to wait; or with its next block only, which is moved up. Or its
//! interrupted block is moved down instead; or what follows is left to any thread that can go on (most of the moves are
//! those of Jalbert and Sen, "A trace simplification technique for effective debugging of concurrent programs", FSE
//! 2010). A schedule that still fails in the same way, with fewer preemptions, is the start of the next attempt.

use std::ops::Range;
use std::time::Instant;

use crate::check::story::{Step, Story};
use crate::check::verdict::Failure;

/// How many schedules are tried at the most. The threads of each that fails sleep for good.
const ATTEMPTS: usize = 300;

/// A schedule to try.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempt {
    /// To be followed as far as it can be.
    pub(super) story: Story,
    /// Before a step, by its number, a thread of the story goes on for as long as it can.
    pub(super) unbroken: Option<(usize, usize)>,
}

/// Reduces a failure, as far as that is done by the `deadline`.
pub(super) fn reduce(failure: &mut Failure, deadline: Instant, run: impl Fn(Attempt) -> Option<Failure>) {
    let mut attempts = 0;
    // How many preemptions, counted from the last, have turned out to be needed since the schedule last changed.
    let mut needed = 0;
    while needed < failure.preemptions() {
        let story = failure.story.as_ref().expect("it has preemptions");
        let fewer = attempts_at(story, needed).into_iter().find_map(|attempt| {
            attempts += 1;
            run(attempt).filter(|found| found.is_form_of(failure) && found.preemptions() < failure.preemptions())
        });
        match fewer {
            Some(found) => *failure = found,
            None => needed += 1,
        }
        if attempts >= ATTEMPTS || Instant::now() >= deadline {
            return;
        }
    }
}

/// The schedules to try: those without one of the preemptions, of which `needed` come after it.
fn attempts_at(story: &Story, needed: usize) -> Vec<Attempt> {
    let blocks = blocks(&story.steps);
    let thread = |block: &Range<usize>| story.steps[block.start].thread;
    let preempts = |at: &usize| story.steps[blocks[*at].clone()].iter().any(|step| step.preempts);
    let Some(at) = (1..blocks.len()).rev().filter(preempts).nth(needed) else { return Vec::new() };
    let (before, after) = (&blocks[..at], &blocks[at..]);
    let attempt = |blocks: Vec<Range<usize>>| {
        let steps = blocks.into_iter().flatten().map(|step| story.steps[step].clone()).collect();
        Attempt { story: Story { threads: story.threads.clone(), steps, ..Story::default() }, unbroken: None }
    };
    let preempted = thread(&blocks[at - 1]);
    let others = after.iter().filter(|block| thread(block) != preempted).cloned().collect();
    let unbroken = Some((blocks[at].start, preempted));
    let mut attempts = vec![Attempt { unbroken, ..attempt([before.to_vec(), others].concat()) }];
    if let Some(next) = after.iter().position(|block| thread(block) == preempted) {
        let (between, rest) = (&after[..next], &after[next + 1..]);
        attempts.push(attempt([before, &after[next..=next], between, rest].concat()));
        attempts.push(attempt([&before[..at - 1], between, &before[at - 1..], &after[next..]].concat()));
    }
    let fewer = [before.to_vec(), [before, &after[1..]].concat(), [&before[..at - 1], after].concat()];
    attempts.extend(fewer.map(attempt));
    attempts
}

/// The steps, in blocks of one thread.
fn blocks(steps: &[Step]) -> Vec<Range<usize>> {
    let mut end = 0;
    let block = |block: &[Step]| {
        let start = end;
        end += block.len();
        start..end
    };
    steps.chunk_by(|one, other| one.thread == other.thread).map(block).collect()
}
