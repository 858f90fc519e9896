//! What an operation would do in a part of the execution: whether it could go ahead there, and with
//! which effects.
//!
//! To reverse a race, a step is run after the steps before its partner and those that do not depend
//! on the partner. The state of an object there follows from what those steps did to it, by counting.

use std::borrow::Cow;

use super::step::{Arm, Step};
use crate::sync::engine::effect::Effect;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Kind;

/// The steps of an execution that are kept, object by object.
pub(in crate::check::engine) trait Part {
    /// What all steps before the one in question did to the object, and whether each is kept.
    fn history(&self, object: ObjectName) -> impl DoubleEndedIterator<Item = (Effect, bool)>;
    /// Where else they wait who are kept and came to wait at the object.
    fn waits_beside(&self, object: ObjectName) -> impl Iterator<Item = ObjectName>;
    /// Whether a kept step has changed what the step in question, the end of a turn of a spin loop,
    /// had read.
    fn changed(&self) -> bool;
}

/// Borrowed from the step, where they are what they were.
pub(in crate::check::engine) type Predicted<'a> = Cow<'a, [(ObjectName, Effect)]>;

/// The effects of `step` where only `part` of the steps before it have been run; `None` where it
/// has to wait there. An effect that cannot be told from counting is [`Effect::Any`].
pub(in crate::check::engine) fn predict<'a>(step: &'a Step, part: &impl Part) -> Option<Predicted<'a>> {
    let same = || Some(Cow::Borrowed(&*step.effects));
    let alone = |effect: fn(&Effect) -> bool| {
        let at = step.effects.iter().find(|(_, did)| effect(did));
        at.expect("an operation has the effects of its kind").0
    };
    let count = |object, wanted: fn(Effect) -> bool| {
        part.history(object).filter(|&(effect, kept)| kept && wanted(effect)).count()
    };
    match step.kind {
        Kind::Lock | Kind::Reacquire(_) | Kind::TryLock => {
            let object = alone(|effect| matches!(effect, Effect::Acquire | Effect::Refused));
            // Whoever takes it and lets it go depends on whoever did before, so what is kept of them is how
            // it began, and the last of that tells.
            let changes =
                |&(effect, kept): &(Effect, bool)| kept && matches!(effect, Effect::Acquire | Effect::Release);
            let free = part.history(object).rev().find(changes).is_none_or(|(last, _)| last == Effect::Release);
            match (step.kind, free) {
                (Kind::TryLock, true) => Some(vec![(object, Effect::Acquire)].into()),
                (Kind::TryLock, false) => Some(vec![(object, Effect::Refused)].into()),
                (_, true) => same(),
                (_, false) => None,
            }
        }
        Kind::Read | Kind::TryRead | Kind::Write | Kind::TryWrite | Kind::WriteDrain => {
            let object = step.effects[0].0;
            let shut = count(object, |effect| matches!(effect, Effect::Shut | Effect::ShutEmpty))
                > count(object, |effect| effect == Effect::Open);
            let inside = count(object, |effect| effect == Effect::Enter) > count(object, |e| e == Effect::Leave);
            let effect = match step.kind {
                Kind::Read => (!shut).then_some(Effect::Enter),
                Kind::TryRead => Some(if shut { Effect::ReadRefused } else { Effect::Enter }),
                Kind::Write => (!shut).then_some(Effect::Shut),
                Kind::TryWrite if shut || inside => Some(Effect::WriteRefused),
                Kind::TryWrite => Some(Effect::ShutEmpty),
                _ => (!inside).then_some(Effect::Drained),
            };
            effect.map(|effect| vec![(object, effect)].into())
        }
        Kind::Send | Kind::TrySend => {
            let arm = step.arms[0];
            send(part, arm, step.kind == Kind::TrySend).map(Cow::from)
        }
        Kind::Recv | Kind::TryRecv | Kind::Select | Kind::TrySelect => {
            receive(part, &step.arms, step.kind).map(Cow::from)
        }
        // Where the partner has come, nobody else can make a difference any more.
        Kind::AwaitTaker(_) | Kind::AwaitGiver(_) if step.effects.iter().any(|&(_, did)| did == Effect::Met) => same(),
        Kind::AwaitTaker(_) => gone(part, step.arms[0].object, Side::Receivers).then(same).flatten(),
        Kind::AwaitGiver(_) => {
            let readable = step.arms.iter().any(|&arm| readable(part, arm));
            readable.then(|| step.arms.iter().map(|arm| (arm.object, Effect::Any)).collect())
        }
        Kind::WaitGroup => {
            let object = step.effects[0].0;
            let zero = count(object, |effect| effect == Effect::Add) == count(object, |e| e == Effect::Done);
            zero.then(same).flatten()
        }
        Kind::Done => match step.effects[0] {
            // Owners that came or went before it, but are not kept, did not come or go.
            (object, Effect::Dropped(left)) => {
                let lacks = |wanted: fn(Effect) -> bool| {
                    part.history(object).filter(|&(effect, kept)| !kept && wanted(effect)).count() as u32
                };
                let gone = lacks(|effect| matches!(effect, Effect::Dropped(_)));
                Some(vec![(object, Effect::Dropped(left + gone - lacks(|effect| effect == Effect::Cloned)))].into())
            }
            _ => same(),
        },
        Kind::Join => (count(step.effects[0].0, |effect| effect == Effect::Exit) > 0).then(same).flatten(),
        Kind::Yield => (step.effects.is_empty() || part.changed()).then(same).flatten(),
        Kind::CompareExchange | Kind::NotifyOne | Kind::NotifyAll => {
            Some(vec![(step.effects[0].0, Effect::Any)].into())
        }
        Kind::Load => {
            let (object, effect) = step.effects[0];
            match effect {
                Effect::Joined | Effect::Alive if count(object, |effect| effect == Effect::Exit) > 0 => {
                    Some(vec![(object, Effect::Joined)].into())
                }
                Effect::Joined | Effect::Alive => Some(vec![(object, Effect::Alive)].into()),
                _ => same(),
            }
        }
        _ => same(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Senders,
    Receivers,
}

/// Whether one side of a channel is gone.
///
/// A clone is no step, so the ends that are left are not counted. But if a side was gone where the
/// step ran, then it is gone here exactly if all ends dropped there have been dropped here.
fn gone(part: &impl Part, channel: ObjectName, side: Side) -> bool {
    let (mut proof, mut all) = (false, true);
    for (effect, kept) in part.history(channel) {
        match (effect, side) {
            (Effect::SenderGone { last }, Side::Senders) => {
                proof |= last;
                all &= kept;
            }
            (Effect::ReceiverGone { left, .. }, Side::Receivers) => {
                proof |= left == 0;
                all &= kept;
            }
            _ => (),
        }
    }
    proof && all
}

/// How many messages have been sent, or offered on a rendezvous, and taken.
fn queue(part: &impl Part, channel: ObjectName) -> (u32, u32) {
    let (mut sent, mut taken) = (0, 0);
    for (effect, _) in part.history(channel).filter(|&(_, kept)| kept) {
        sent += u32::from(matches!(effect, Effect::Push(..) | Effect::Offer));
        taken += u32::from(matches!(effect, Effect::Pop(_) | Effect::Take(_)));
    }
    (sent, taken)
}

fn send(part: &impl Part, arm: Arm, attempt: bool) -> Option<Vec<(ObjectName, Effect)>> {
    let (sent, taken) = queue(part, arm.object);
    let effect = match arm.capacity {
        _ if gone(part, arm.object, Side::Receivers) => Effect::Unreceived,
        // Whoever is met is taken away from where else it waits.
        Some(0) => {
            let met = [arm.object].into_iter().chain(part.waits_beside(arm.object));
            return Some(met.map(|object| (object, Effect::Any)).collect());
        }
        Some(capacity) if sent - taken >= capacity && attempt => Effect::Full,
        Some(capacity) if sent - taken >= capacity => return None,
        Some(capacity) => Effect::Push(sent, sent.checked_sub(capacity)),
        None => Effect::Push(sent, None),
    };
    Some(vec![(arm.object, effect)])
}

fn readable(part: &impl Part, arm: Arm) -> bool {
    let (sent, taken) = queue(part, arm.object);
    sent > taken || gone(part, arm.object, Side::Senders)
}

/// A receive that blocks waits for something to take; with a rendezvous among its arms it waits in a step of its own.
fn receive(part: &impl Part, arms: &[Arm], kind: Kind) -> Option<Vec<(ObjectName, Effect)>> {
    let ready = arms.iter().filter(|&&arm| readable(part, arm)).count();
    let waits = matches!(kind, Kind::Recv | Kind::Select) && ready == 0;
    if waits && arms.iter().all(|arm| arm.capacity != Some(0)) {
        return None;
    }
    let mut effects = Vec::new();
    for &arm in arms {
        let (sent, taken) = queue(part, arm.object);
        let rendezvous = arm.capacity == Some(0);
        let effect = match (readable(part, arm), sent > taken) {
            // Who is met is another question.
            (true, true) if rendezvous => Effect::Any,
            (false, _) if rendezvous && waits => Effect::Wait,
            (false, _) if rendezvous => Effect::Miss,
            (false, _) => Effect::Empty,
            (true, true) => Effect::Pop(taken),
            (true, false) => Effect::Closed,
        };
        effects.push((arm.object, effect));
    }
    Some(effects)
}
