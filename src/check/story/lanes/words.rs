//! How a thread ends a story, in the few words that a row has room for.

use super::place;
use crate::check::story::{Broke, Fault, Role, Story, Wait};

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
pub fn fault(story: &Story, broke: &Broke) -> String {
    match (broke.fault, &broke.steps[..]) {
        (Fault::Requirement, _) => "the check fails".to_owned(),
        (Fault::Panic, _) => "panics".to_owned(),
        (Fault::Race, &[earlier, _]) => {
            let mut file = broke.place.as_ref().map_or("", |place| &place.file);
            format!("races with step {}, at {}", earlier + 1, place(&story.steps[earlier].place, &mut file))
        }
        (Fault::Race, _) => "races with the making of it".to_owned(),
    }
}
