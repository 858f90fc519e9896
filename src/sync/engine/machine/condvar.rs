//! A condition variable: first in, first out, no spurious wakeups. A wait with a timeout may end at any time.
//!
//! A wait is two operations, both of which also act on the mutex: the first releases the mutex and sleeps; the second
//! takes the mutex again after a notification. Memory is ordered by the mutex. In between, notified tasks wait for the
//! mutex like all others. A wait with a timeout goes on by an operation of its own and takes the mutex after that: a
//! notification in between finds that the task sleeps no more.

use serde::{Deserialize, Serialize};

use super::{Few, Machine, Words};
use crate::sync::engine::ids::{Name, TaskSet};

/// The tasks that sleep, and those that have been woken but do not have the mutex yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Condvar {
    sleeping: Few,
    /// Sorted: the order in which they were woken makes no difference.
    notified: Few,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Sleep,
    /// Goes on once it has been notified.
    Wake,
    /// Goes on once it has been notified, or because its time is over: that may be at any time.
    WakeOrTimeOut,
    NotifyOne,
    NotifyAll,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Sleep,
    /// A notification woke these tasks; none if no task slept.
    Wake(TaskSet),
    /// This task, which had been woken, went on.
    Woken(Name),
    /// This task's time was over before it was woken.
    TimedOut(Name),
}

impl Condvar {
    /// The tasks that a notification wakes: those that have slept longest.
    fn first(&self, act: Act) -> impl Iterator<Item = Name> + '_ {
        self.sleeping.iter().copied().take(if act == Act::NotifyOne { 1 } else { usize::MAX })
    }
}

impl Machine for Condvar {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "condvar";

    fn meets(&self, act: Act, me: Name) -> Option<Effect> {
        match act {
            Act::Sleep => Some(Effect::Sleep),
            Act::Wake => self.notified.contains(&me).then_some(Effect::Woken(me)),
            Act::WakeOrTimeOut if self.notified.contains(&me) => Some(Effect::Woken(me)),
            Act::WakeOrTimeOut => Some(Effect::TimedOut(me)),
            Act::NotifyOne | Act::NotifyAll => {
                let mut woken = TaskSet::default();
                self.first(act).for_each(|task| woken.insert(task));
                Some(Effect::Wake(woken))
            }
        }
    }

    fn take(&mut self, act: Act, _: Effect, me: Name) {
        match act {
            Act::Sleep => self.sleeping.push(me),
            Act::Wake | Act::WakeOrTimeOut => {
                // It is in one of the two.
                self.notified.retain(|task| *task != me);
                self.sleeping.retain(|task| *task != me);
            }
            Act::NotifyOne | Act::NotifyAll => {
                let woken = self.first(act).count();
                self.notified.extend(self.sleeping.drain(..woken));
                self.notified.sort_unstable();
            }
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        matches!(effect, Effect::Wake(_)).then(|| self.first(act).count() as u64)
    }

    fn before(one: Effect, other: Effect) -> bool {
        match (one, other) {
            // The sleepers are a queue, and a notification takes its head. Two notifications that find no sleeper
            // commute.
            (Effect::Sleep, Effect::Sleep | Effect::Wake(_)) => true,
            (Effect::Wake(one), Effect::Wake(other)) => !one.is_empty() || !other.is_empty(),
            (Effect::Wake(woken), Effect::Woken(task)) => woken.contains(task),
            // A sleeper that has timed out is not woken, and another one may be woken instead.
            (Effect::Wake(_), Effect::TimedOut(_)) => true,
            _ => false,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Sleep => Words::of("sleep on"),
            Act::Wake => Words { done: "woken on", ..Words::of("be notified on") },
            Act::WakeOrTimeOut => Words { done: "woken on", ..Words::of("be notified or time out on") },
            Act::NotifyOne => Words::of("notify one on"),
            Act::NotifyAll => Words::of("notify all on"),
        }
    }

    fn told(&self, act: Act, effect: Effect, _: Option<u64>, of: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Wake(_) => {
                let woken: Vec<String> = self.first(act).map(of).collect();
                if woken.is_empty() { "nobody sleeps".to_owned() } else { format!("wakes {}", woken.join(", ")) }
            }
            Effect::TimedOut(_) => "the time is over".to_owned(),
            Effect::Sleep | Effect::Woken(_) => String::new(),
        }
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        let names: Vec<String> = self.sleeping.iter().map(|&task| of(task)).collect();
        if names.is_empty() { "nobody sleeps".to_owned() } else { format!("{} sleeps", names.join(", ")) }
    }
}
