//! The list of the machines, and what they have in common: a state, act or effect of any of them.

use serde::{Deserialize, Serialize};

use super::*;

/// Defines what all machines have in common from their list.
macro_rules! machines {
    ($($name:ident: $module:ident;)*) => {
        /// The state of an object.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum State {
            $($name($module::$name),)*
        }

        /// What can be asked of an object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum Act {
            $($name($module::Act),)*
            /// A spin loop waits for whatever changes the object.
            Awaits,
        }

        /// What that comes to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum Effect {
            $($name($module::Effect),)*
            /// A spin loop went on, because something that it had read may have changed.
            Changed,
        }

        $(
            impl From<$module::$name> for State {
                fn from(state: $module::$name) -> Self {
                    State::$name(state)
                }
            }

            impl From<$module::Act> for Act {
                fn from(act: $module::Act) -> Self {
                    Act::$name(act)
                }
            }

            impl From<$module::Effect> for Effect {
                fn from(effect: $module::Effect) -> Self {
                    Effect::$name(effect)
                }
            }
        )*

        impl State {
            /// See [`Machine::meets`].
            pub(crate) fn meets(&self, act: Act, me: Name) -> Option<Effect> {
                match (self, act) {
                    $((State::$name(state), Act::$name(act)) => state.meets(act, me).map(Effect::$name),)*
                    (_, Act::Awaits) => Some(Effect::Changed),
                    _ => self.refuse(act),
                }
            }

            /// See [`Machine::take`].
            pub(crate) fn take(&mut self, act: Act, effect: Effect, me: Name) {
                match (&mut *self, act, effect) {
                    $((State::$name(state), Act::$name(act), Effect::$name(effect)) => state.take(act, effect, me),)*
                    (_, Act::Awaits, _) => (),
                    _ => self.refuse(act),
                }
            }

            /// See [`Machine::answer`].
            pub(crate) fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
                match (self, act, effect) {
                    $((State::$name(state), Act::$name(act), Effect::$name(effect)) => state.answer(act, effect),)*
                    _ => self.refuse(act),
                }
            }

            /// See [`Machine::told`].
            pub(crate) fn told(&self, part: Part<()>, answer: Option<u64>, of: &dyn Fn(Name) -> String) -> String {
                match (self, part.act, part.effect) {
                    $((State::$name(state), Act::$name(act), Effect::$name(effect)) => {
                        state.told(act, effect, answer, of)
                    })*
                    _ => self.refuse(part.act),
                }
            }

            /// See [`Machine::state`].
            pub(crate) fn words(&self, of: &dyn Fn(Name) -> String) -> String {
                match self {
                    $(State::$name(state) => state.state(of),)*
                }
            }

            /// See [`Machine::holder`].
            pub(crate) fn holder(&self, act: Act, me: Name) -> Option<Name> {
                match (self, act) {
                    $((State::$name(state), Act::$name(act)) => state.holder(act, me),)*
                    _ => self.refuse(act),
                }
            }

            /// See [`Machine::obstacle`].
            pub(crate) fn obstacle(&self, act: Act) -> String {
                match (self, act) {
                    $((State::$name(state), Act::$name(act)) => state.obstacle(act),)*
                    _ => self.refuse(act),
                }
            }

            /// See [`Machine::wrote`].
            pub(crate) fn wrote(&self, effect: Effect) -> Option<u64> {
                match (self, effect) {
                    $((State::$name(state), Effect::$name(effect)) => state.wrote(effect),)*
                    _ => None,
                }
            }

            /// See [`Machine::as_arm`].
            pub(crate) fn as_arm(&self) -> Option<&dyn Arm> {
                match self {
                    $(State::$name(state) => state.as_arm(),)*
                }
            }

            /// What the object is.
            pub(crate) fn noun(&self) -> &'static str {
                match self {
                    $(State::$name(_) => <$module::$name as Machine>::NOUN,)*
                }
            }
        }

        impl Act {
            /// See [`Machine::words`].
            pub(crate) fn words(self) -> Words {
                match self {
                    $(Act::$name(act) => $module::$name::words(act),)*
                    Act::Awaits => Words::with("await", Role::Quiet),
                }
            }

            /// See [`Machine::hold`].
            pub(crate) fn hold(self, effect: Effect) -> Option<Hold> {
                match (self, effect) {
                    $((Act::$name(act), Effect::$name(effect)) => $module::$name::hold(act, effect),)*
                    _ => None,
                }
            }

            /// See [`Machine::passes`].
            pub(crate) fn passes(self, effect: Effect, me: Name) -> Passes {
                match (self, effect) {
                    $((Act::$name(act), Effect::$name(effect)) => $module::$name::passes(act, effect, me),)*
                    _ => Passes::NOTHING,
                }
            }

            /// See [`Machine::changes_content`].
            pub(crate) fn changes_content(self) -> bool {
                match self {
                    $(Act::$name(act) => $module::$name::changes_content(act),)*
                    Act::Awaits => false,
                }
            }

            /// See [`Machine::ordering`].
            pub(crate) fn ordering(self, effect: Effect) -> Option<Ordering> {
                match (self, effect) {
                    $((Act::$name(act), Effect::$name(effect)) => $module::$name::ordering(act, effect),)*
                    _ => None,
                }
            }
        }

        impl Effect {
            /// See [`Machine::before`].
            fn before(self, other: Effect) -> bool {
                match (self, other) {
                    $((Effect::$name(one), Effect::$name(other)) => $module::$name::before(one, other),)*
                    // Whoever changes the object may be the one that the spin loop waits for.
                    (Effect::Changed, other) => !other.is_look(),
                    _ => false,
                }
            }

            /// Whether it leaves the object as it was, so that a loop which does only this spins.
            pub(crate) fn is_look(self) -> bool {
                match self {
                    $(Effect::$name(effect) => $module::$name::is_look(effect),)*
                    Effect::Changed => true,
                }
            }
        }
    };
}

machines! {
    Atomic: atomic;
    Barrier: barrier;
    Cell: cell;
    Condvar: condvar;
    Count: count;
    Moments: moments;
    Mutex: mutex;
    Once: once;
    Queue: queue;
    Rendezvous: rendezvous;
    RwLock: rwlock;
    Semaphore: semaphore;
    Thread: thread;
    WaitGroup: wait_group;
}

impl State {
    /// An id is only ever used with the type that made it.
    #[track_caller]
    fn refuse(&self, act: Act) -> ! {
        unreachable!("{act:?} was asked of {self:?}")
    }
}

impl Act {
    /// Of an arm of a select, whether it sends; otherwise it receives.
    pub(crate) fn sends(self) -> bool {
        use rendezvous::Act::{AwaitTaker, Ready, Send, TrySend};
        let queue =
            matches!(self, Act::Queue(queue::Act::Send | queue::Act::TrySend | queue::Act::Ready { sends: true }));
        queue || matches!(self, Act::Rendezvous(Send | TrySend | AwaitTaker | Ready { sends: true }))
    }

    /// Of an arm of a select, that of one that only waits until it could go ahead.
    pub(crate) fn to_be_ready(self) -> Act {
        let sends = self.sends();
        match self {
            Act::Queue(_) => queue::Act::Ready { sends }.into(),
            Act::Rendezvous(_) => rendezvous::Act::Ready { sends }.into(),
            _ => unreachable!("a select waits for channels, and not for {self:?}"),
        }
    }

    /// Whether it is one of those.
    pub(crate) fn is_to_be_ready(self) -> bool {
        matches!(self, Act::Queue(queue::Act::Ready { .. }) | Act::Rendezvous(rendezvous::Act::Ready { .. }))
    }
}

impl Effect {
    /// Whether a task that had come to wait was met.
    pub(crate) fn has_met(self) -> bool {
        matches!(self, Effect::Rendezvous(rendezvous::Effect::Met(_) | rendezvous::Effect::Give { .. }))
    }

    /// Who was met by this that may wait on other channels too.
    pub(crate) fn met_elsewhere(self) -> Option<Name> {
        match self {
            Effect::Rendezvous(effect) => effect.met_elsewhere(),
            _ => None,
        }
    }

    /// Whether the order of two operations on one object with these effects can be told.
    pub(crate) fn dependent(self, other: Effect) -> bool {
        self.before(other) || other.before(self)
    }
}
