//! How a thread ends a story, in the few words that a row has room for.

use crate::check::story::{Fault, Role, Story, Wait};

/// What a thread that is left waits for.
pub fn wait(story: &Story, wait: &Wait) -> String {
    let (words, name) = (&wait.action.words, &story.objects[wait.object].name);
    let holder = wait.holder.map(|holder| story.threads[holder].name.as_str());
    match holder {
        _ if wait.action.role == Role::Joins => format!("waits for {name} to end"),
        Some(holder) => format!("waits to {words} {name}, {holder} has it"),
        None if wait.obstacle.is_empty() => format!("waits to {words} {name}"),
        None => format!("waits to {words} {name} ({})", wait.obstacle),
    }
}

/// How a thread ends a story.
pub fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Requirement => "the check fails",
        Fault::Panic => "panics",
        Fault::Race => "races with an access before",
    }
}
