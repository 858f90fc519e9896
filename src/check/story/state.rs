//! What every object of a story is after each of its steps, worked out from the steps alone.

use super::{Action, Noun, Step, Story};

/// What a step made of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Change {
    /// The step, by its number in [`Story::steps`].
    pub step: usize,
    /// The object, by its number in [`Story::objects`].
    pub object: usize,
    /// What it is now, in words: `held by writer`, `2 messages`, `= 5`.
    pub state: String,
}

/// Who is in a lock, who sleeps, how much there is.
#[derive(Clone, Debug, Default)]
struct State {
    owner: Option<usize>,
    /// A writer that has shut the door, and waits for those inside.
    shut: Option<usize>,
    readers: Vec<usize>,
    sleepers: Vec<usize>,
    messages: u64,
    closed: bool,
    value: Option<u64>,
    ended: bool,
}

/// The changes of all steps, in their order. Linear in their number.
///
/// ```
/// use selvedge::check::story::{Story, state};
///
/// assert!(state::changes(&Story::default()).is_empty());
/// ```
pub fn changes(story: &Story) -> Vec<Change> {
    let mut states = vec![State::default(); story.objects.len()];
    let mut changes = Vec::new();
    for (number, step) in story.steps.iter().enumerate() {
        for object in [step.object, step.mutex].into_iter().flatten() {
            states[object].take(step, story.objects[object].noun);
            let state = states[object].words(story, object);
            changes.push(Change { step: number, object, state });
        }
    }
    changes
}

impl State {
    fn take(&mut self, step: &Step, noun: Noun) {
        let thread = step.thread;
        let succeeded = step.value != Some(0);
        match (step.action, noun) {
            (Action::Lock | Action::Reacquire, Noun::Mutex) => self.owner = Some(thread),
            (Action::TryLock | Action::TryWrite, _) if succeeded => self.owner = Some(thread),
            (Action::Unlock | Action::WriteUnlock, _) | (Action::Wait, Noun::Mutex) => self.owner = None,
            (Action::Read | Action::TryRead, _) if succeeded => self.readers.push(thread),
            (Action::ReadUnlock, _) => remove(&mut self.readers, thread),
            (Action::Write, _) if succeeded => self.owner = Some(thread),
            (Action::Write, _) => self.shut = Some(thread),
            (Action::WriteDrain, _) => (self.owner, self.shut) = (self.shut.take(), None),
            (Action::Wait, _) => self.sleepers.push(thread),
            (Action::NotifyOne | Action::NotifyAll, _) => {
                let woken = step.value.unwrap_or(0) as usize;
                self.sleepers.drain(..woken.min(self.sleepers.len()));
            }
            (Action::Send | Action::TrySend, _) if succeeded => self.messages += 1,
            (Action::AwaitTaker, _) if !succeeded => self.messages = self.messages.saturating_sub(1),
            (Action::Recv | Action::TryRecv | Action::AwaitGiver | Action::Select | Action::TrySelect, _)
                if succeeded =>
            {
                self.messages = self.messages.saturating_sub(1);
            }
            (Action::DropSender | Action::DropReceiver, _) => self.closed |= !succeeded,
            (Action::Load | Action::Add | Action::Done | Action::WaitGroup, _) => self.value = step.value,
            (Action::Store | Action::Rmw | Action::CompareExchange, _) => self.value = step.wrote.or(step.value),
            (Action::Exit, _) => self.ended = true,
            _ => (),
        }
    }

    fn words(&self, story: &Story, object: usize) -> String {
        let name = |&thread: &usize| story.threads[thread].name.clone();
        let names = |threads: &[usize]| threads.iter().map(name).collect::<Vec<_>>().join(", ");
        match story.objects[object].noun {
            Noun::Mutex | Noun::RwLock => match (&self.owner, &self.shut, self.readers.as_slice()) {
                (Some(owner), _, _) => format!("held by {}", name(owner)),
                (None, Some(shut), []) => format!("shut by {}", name(shut)),
                (None, Some(shut), inside) => format!("read by {}; {} waits to write", names(inside), name(shut)),
                (None, None, []) => "free".to_owned(),
                (None, None, inside) => format!("read by {}", names(inside)),
            },
            Noun::Condvar if self.sleepers.is_empty() => "nobody sleeps".to_owned(),
            Noun::Condvar => format!("{} sleeps", names(&self.sleepers)),
            Noun::Channel => {
                let of = story.objects[object].capacity.map(|capacity| format!(" of {capacity}")).unwrap_or_default();
                format!("{}{of} messages{}", self.messages, if self.closed { ", closed" } else { "" })
            }
            Noun::WaitGroup => format!("{} to wait for", self.value.unwrap_or(0)),
            Noun::Thread => if self.ended { "ended" } else { "runs" }.to_owned(),
            Noun::Atomic => self.value.map(|value| format!("= {}", number(value))).unwrap_or_default(),
            Noun::Count | Noun::Cell | Noun::Moments => String::new(),
        }
    }
}

fn remove(threads: &mut Vec<usize>, thread: usize) {
    // A guard may be dropped by another thread than the one that took it.
    let at = threads.iter().position(|&reader| reader == thread).unwrap_or(0);
    if at < threads.len() {
        threads.remove(at);
    }
}

/// A value of an atomic: those past the middle are negative numbers, or stand for one.
pub(super) fn number(value: u64) -> String {
    if value > u64::MAX / 2 { (value as i64).to_string() } else { value.to_string() }
}
