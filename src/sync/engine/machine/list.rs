//! The list of the machines, and what they have in common: a state, act or effect of any of them.

use serde::{Deserialize, Serialize};

use super::*;

/// Defines what all machines have in common from their list.
macro_rules! machines {
    ($($name:ident($state:ty): $module:ident;)*) => {
        /// The state of an object.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum State {
            $($name($state),)*
        }

        /// What can be asked of an object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum Act {
            $($name($module::Act),)*
            /// A spin loop waits for whatever changes the object.
            Awaits,
        }

        /// The effect of an act.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum Effect {
            $($name($module::Effect),)*
            /// A spin loop went on, because something that it had read may have changed.
            Changed,
        }

        $(
            impl From<$module::$name> for State {
                fn from(state: $module::$name) -> Self {
                    State::$name(state.into())
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

            /// Whether an act can go ahead: whether it [meets](Self::meets) anything. That is asked most often.
            pub(crate) fn admits(&self, act: &Act, me: Name) -> bool {
                match (self, act) {
                    $((State::$name(state), &Act::$name(act)) => state.meets(act, me).is_some(),)*
                    (_, Act::Awaits) => true,
                    _ => self.refuse(*act),
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

            /// See [`Machine::carry`].
            pub(crate) fn carry(&mut self, act: Act, effect: Effect, me: Name) -> Came {
                match (&mut *self, act, effect) {
                    $((State::$name(state), Act::$name(act), Effect::$name(effect)) => state.carry(act, effect, me),)*
                    _ => self.refuse(act),
                }
            }

            /// Carries out an act on this object alone; none, where it cannot go ahead, or meets somebody who may wait
            /// elsewhere too. It is what [`meets`](Self::meets) and [`carry`](Self::carry) are together, in half the time.
            #[inline(always)]
            pub(crate) fn carry_out(&mut self, act: Act, me: Name) -> Option<Came> {
                match (&mut *self, act) {
                    $((State::$name(state), Act::$name(act)) => {
                        let effect = state.meets(act, me)?;
                        let alone = Effect::$name(effect).met_elsewhere().is_none();
                        alone.then(|| state.carry(act, effect, me))
                    })*
                    _ => self.refuse(act),
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
                    // Any change of the object may be the one that the spin loop waits for.
                    (Effect::Changed, other) => !other.is_look(),
                    _ => false,
                }
            }

            /// See [`Machine::disables_beside_its_like`].
            pub(crate) fn disables_beside_its_like(self) -> bool {
                match self {
                    $(Effect::$name(effect) => $module::$name::disables_beside_its_like(effect),)*
                    Effect::Changed => false,
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

// A state is copied at every step, so the largest is kept elsewhere.
machines! {
    Atomic(atomic::Atomic): atomic;
    Barrier(barrier::Barrier): barrier;
    Cell(cell::Cell): cell;
    Condvar(condvar::Condvar): condvar;
    Count(count::Count): count;
    Moments(moments::Moments): moments;
    Mutex(mutex::Mutex): mutex;
    Once(once::Once): once;
    Queue(queue::Queue): queue;
    Rendezvous(Box<rendezvous::Rendezvous>): rendezvous;
    RwLock(rwlock::RwLock): rwlock;
    Semaphore(semaphore::Semaphore): semaphore;
    Thread(thread::Thread): thread;
    WaitGroup(wait_group::WaitGroup): wait_group;
}

impl State {
    /// An id is only ever used with the type that made it.
    #[track_caller]
    fn refuse(&self, act: Act) -> ! {
        unreachable!("{act:?} was asked of {self:?}")
    }
}

impl Act {
    /// Whether this arm of a select sends; otherwise it receives.
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
    /// Whether it is what an attempt comes to that fails, with or without a reason.
    #[cfg(shuttle)]
    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Effect::Atomic(atomic::Effect::Load) | Effect::Queue(queue::Effect::Empty))
    }

    /// Whether it came to nothing but that it was time.
    #[cfg(shuttle)]
    pub(crate) fn is_time(self) -> bool {
        matches!(self, Effect::Queue(queue::Effect::Tick))
    }

    /// Whether a task that had come to wait was met.
    pub(crate) fn has_met(self) -> bool {
        matches!(self, Effect::Rendezvous(rendezvous::Effect::Met(_) | rendezvous::Effect::Give { .. }))
    }

    /// The task that was met by this, if it may wait on other channels too.
    pub(crate) fn met_elsewhere(self) -> Option<Name> {
        match self {
            Effect::Rendezvous(effect) => effect.met_elsewhere(),
            _ => None,
        }
    }

    /// Whether two operations on one object with these effects are dependent: their order can be observed.
    pub(crate) fn dependent(self, other: Effect) -> bool {
        self.before(other) || other.before(self)
    }
}
