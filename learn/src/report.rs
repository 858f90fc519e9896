//! Reports for students: what an engine says, without what is not the student's, and with what to do.
//!
//! Steps keep their numbers, and nothing is told that did not happen; only what is done to tidy up is left out.

use selvedge::check::story::{Role, Step, Story, lanes};
use selvedge::check::{Report, Verdict};

/// What the check of an exercise comes to. Where it `is_played`, the turns are the student's, and the steps with which the
/// check enforces them are left out.
pub fn told(mut report: Report, is_played: bool) -> String {
    match &mut report.verdict {
        Verdict::Failed(failure) => {
            let story = failure.story.take();
            let drawn = story.map(|story| if is_played { played(story) } else { self::story(&story) });
            let head = if is_played { failure.to_string() } else { report.to_string() };
            drawn.map_or(head.clone(), |drawn| format!("{head}\n{drawn}").trim_end().to_owned())
        }
        Verdict::Exhausted if is_played => "it is so in every execution with your schedule".to_owned(),
        Verdict::Vacuous { .. } => format!(
            "{report}\nNothing was shown: your threads no longer run at the same time, as where one waits for the end of another. \
             Let them."
        ),
        Verdict::Cut { .. } => format!(
            "{}\nIt has not come to an end. Does a thread go round in a loop until another has done something? Then let it wait \
             for that: at a lock, a condition variable, a channel, or with `join`.",
            report.to_string().split(';').next().unwrap_or_default()
        ),
        _ => report.to_string(),
    }
}

/// A story as it is drawn, and where its threads were started.
pub fn story(story: &Story) -> String {
    let mut story = story.clone();
    // What drops, and stops timers, matters to whoever is left waiting, and to nobody else.
    if story.waits.is_empty() {
        for call in story.calls.extract_if(.., |call| call.text.starts_with("stop a timer")) {
            let end = call.end.unwrap_or(story.steps.len()).min(story.steps.len());
            let own = story.steps[call.begin.min(end)..end].iter_mut().filter(|step| step.thread == call.thread);
            own.for_each(hide);
        }
        story.steps.iter_mut().filter(|step| step.action.role == Role::Leaves).for_each(hide);
    }
    let mut text: String = lanes::draw(&story).iter().map(|line| format!("{line}\n")).collect();
    let started: Vec<String> = (1..story.threads.len()).filter_map(|thread| started(&story, thread)).collect();
    if !started.is_empty() {
        text += &format!("  started: {}\n", started.join(", "));
    }
    text.trim_end().to_owned()
}

/// The steps on atomics, which are the student's, in the order in which they were asked for.
fn played(mut story: Story) -> String {
    let is_own = |step: &Step| step.object.is_some_and(|object| story.objects[object].noun == "atomic");
    let own: Vec<bool> = story.steps.iter().map(is_own).collect();
    for (step, own) in story.steps.iter_mut().zip(own) {
        step.preempts = false;
        // Who runs is not drawn, and is counted.
        if !own && !matches!(step.action.role, Role::Starts | Role::Ends) {
            hide(step);
        }
    }
    // The first line counts the preemptions of the engine.
    lanes::draw(&story).iter().skip(1).map(|line| format!("{line}\n")).collect()
}

fn hide(step: &mut Step) {
    step.action.role = Role::Quiet;
}

/// The line that started a thread: `main.1` is the second that main starts.
fn started(story: &Story, thread: usize) -> Option<String> {
    let thread = &story.threads[thread];
    let (parent, number) = thread.path.rsplit_once('.')?;
    let starts = |step: &&Step| step.action.role == Role::Starts && story.threads[step.thread].path == parent;
    let step = story.steps.iter().filter(starts).nth(number.parse().ok()?)?;
    Some(format!("{} at :{}", thread.name, step.place.line))
}
