//! Which steps of a story matter.

use std::collections::BTreeSet;

use crate::check::story::{Call, Role, Step, Story, Wait};

/// Rows of the thread that finds what broke, after all others have ended.
const LAST_ROWS: usize = 3;
/// Changes that this thread makes then, at the most.
const LAST_CHANGES: usize = 6;

/// Which steps matter: those on objects that more than one thread touches, while more than one thread runs; and of
/// threads of which these show too little, what tells where they are.
pub fn matters(story: &Story) -> Vec<bool> {
    let shared = shared(story);
    let mut others_run = running(story);
    // Steps after a data race say nothing, unless a thread is left waiting.
    let about = story.broke.iter().flat_map(|broke| &broke.steps);
    let over = about.max().filter(|_| story.waits.is_empty()).map_or(story.steps.len(), |last| last + 1);
    // If the thread that finds what broke, or that is left waiting, is the only one by then, its last looks and changes
    // are shown.
    let last = |&number: &usize| {
        let step = &story.steps[number];
        let ends = story.broke.iter().map(|broke| broke.thread).chain(story.waits.iter().map(|wait| wait.thread));
        ends.into_iter().any(|thread| thread == step.thread) && step.object.is_some_and(|object| shared[object])
    };
    let alone: Vec<usize> =
        (0..story.steps.len()).rev().take_while(|&number| !others_run[number]).filter(last).collect();
    let changes = changes(story);
    let changed = alone.iter().copied().filter(|&number| changes[number]).take(LAST_CHANGES);
    for number in changed.chain(alone.iter().copied().take(LAST_ROWS)).collect::<Vec<_>>() {
        others_run[number] = true;
    }
    let matters = |(step, others_run): (&Step, bool)| match step.action.role {
        _ if !others_run => false,
        Role::Starts | Role::Ends | Role::Joins | Role::Yields | Role::Quiet => false,
        // Whoever comes there later finds the channel closed.
        Role::Leaves => step.value == Some(0) || is_awaited(story, step),
        Role::Told => !step.text.is_empty(),
        _ => step.object.is_none_or(|object| shared[object]),
    };
    let mut matters: Vec<bool> = story.steps.iter().zip(others_run).map(matters).collect();
    ends_of_the_idle(story).chain(marks_of_the_waiting(story)).for_each(|step| matters[step] = true);
    stops_of_the_unseen(story, &matters).into_iter().for_each(|step| matters[step] = true);
    matters[over..].fill(false);
    story.broke.iter().flat_map(|broke| &broke.steps).for_each(|&step| matters[step] = true);
    matters
}

/// Whether a channel's end that a step drops is one that a thread waits for: a receiver for the senders, and the other
/// way round.
fn is_awaited(story: &Story, step: &Step) -> bool {
    let sends = |words: &str| words.contains("send");
    let waits =
        |wait: &Wait| Some(wait.object) == step.object && sends(&wait.action.words) != sends(&step.action.words);
    story.waits.iter().any(waits)
}

/// The ends of the threads that do nothing else: that is all that these have to tell.
fn ends_of_the_idle(story: &Story) -> impl Iterator<Item = usize> {
    let mut steps = vec![0; story.threads.len()];
    story.steps.iter().for_each(|step| steps[step.thread] += 1);
    let is_all = move |(_, step): &(usize, &Step)| step.action.role == Role::Ends && steps[step.thread] == 1;
    story.steps.iter().enumerate().filter(is_all).map(|(number, _)| number)
}

/// What each thread that is left waiting wrote to atomics in the function in which it waits, even if nobody looked there:
/// a flag that it set before it got stuck.
fn marks_of_the_waiting(story: &Story) -> impl Iterator<Item = usize> {
    let is_within = |wait: &Wait, step: &Step| (&step.place.file, &step.function) == (&wait.place.file, &wait.function);
    let is_of_a_call = |number: usize, step: &Step| {
        let has = |call: &Call| call.begin <= number && call.end.is_none_or(|end| number < end);
        story.calls.iter().any(|call| call.thread == step.thread && has(call))
    };
    story.waits.iter().flat_map(move |wait| {
        let own = story.steps.iter().enumerate().rev().filter(|(_, step)| step.thread == wait.thread);
        let there = own.take_while(move |(_, step)| is_within(wait, step));
        there
            .filter(move |&(number, step)| step.wrote.is_some() && !is_of_a_call(number, step))
            .map(|(number, _)| number)
    })
}

/// The steps at which threads were preempted that have no step that matters.
fn stops_of_the_unseen(story: &Story, matters: &[bool]) -> Vec<usize> {
    let seen = story.steps.iter().zip(matters).filter(|(_, matters)| **matters);
    let seen: BTreeSet<usize> = seen.map(|(step, _)| step.thread).collect();
    let is_stop =
        |before: &Step, after: &Step| after.preempts && !before.text.is_empty() && !seen.contains(&before.thread);
    let pairs = story.steps.windows(2).enumerate();
    pairs.filter(|(_, pair)| is_stop(&pair[0], &pair[1])).map(|(number, _)| number).collect()
}

/// Which steps changed an object. Taking and releasing a lock does not count.
fn changes(story: &Story) -> Vec<bool> {
    let mut states: Vec<Option<&str>> = vec![None; story.objects.len()];
    let changes = |step| {
        let step: &Step = step;
        let mut changes = false;
        for change in &step.changes {
            let before = states[change.object].replace(&change.state);
            changes |= before.is_none_or(|before| before != change.state);
        }
        changes && !matches!(step.action.role, Role::Takes | Role::LetsGo | Role::Completes)
    };
    story.steps.iter().map(changes).collect()
}

/// Which objects more than one thread touches, or a thread waits for.
fn shared(story: &Story) -> Vec<bool> {
    let mut users: Vec<Option<usize>> = vec![None; story.objects.len()];
    let mut shared = vec![false; story.objects.len()];
    let touched = story.steps.iter().flat_map(|step| [step.object, step.mutex].map(|object| (object, step.thread)));
    for (object, thread) in touched.filter_map(|(object, thread)| Some((object?, thread))) {
        shared[object] |= users[object].replace(thread).is_some_and(|before| before != thread);
    }
    story.waits.iter().for_each(|wait| shared[wait.object] = true);
    // If no two threads touched the same object, all objects count.
    if shared.contains(&true) { shared } else { vec![true; shared.len()] }
}

/// For each step, whether another thread has begun by then and not ended: if not, no other step can come between.
fn running(story: &Story) -> Vec<bool> {
    let mut running = 1_usize;
    let alone = |step: &Step, running: usize| step.thread == 0 && running == 1;
    let mut others = Vec::with_capacity(story.steps.len());
    for step in &story.steps {
        running += usize::from(step.action.role == Role::Starts);
        others.push(!alone(step, running));
        running -= usize::from(step.action.role == Role::Ends);
    }
    // If there was never more than one thread, all steps matter.
    if others.contains(&true) { others } else { vec![true; others.len()] }
}
