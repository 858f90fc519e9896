//! The cache behaves as a map whose entries have an end, with time as one of the operations.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use proptests::config;
use selvedge::patterns::ttl_cache::Cache;
use selvedge::sync::time::Clock;

const KEYS: u8 = 5;

#[derive(Clone, Debug)]
enum Operation {
    Get(u8),
    /// A value and its time to live in seconds.
    Set(u8, u32, u64),
    Delete(u8),
    Load(u8, u32, u64),
    LoadFails(u8),
    Sweep,
    Advance(u64),
}

/// What is in the cache, and what time it is, in seconds.
#[derive(Clone, Debug, Default)]
struct State {
    now: u64,
    /// A value, and the last second in which it is valid.
    entries: BTreeMap<u8, (u32, u64)>,
}

impl State {
    fn get(&self, key: u8) -> Option<u32> {
        self.entries.get(&key).filter(|(_, expiration)| self.now <= *expiration).map(|&(value, _)| value)
    }
}

struct Model;

impl ReferenceStateMachine for Model {
    type State = State;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<State> {
        Just(State::default()).boxed()
    }

    fn transitions(_: &State) -> BoxedStrategy<Operation> {
        let key = || 0..KEYS;
        let value = || 0..100_u32;
        let ttl = || 0..5_u64;
        prop_oneof![
            5 => key().prop_map(Operation::Get),
            5 => (key(), value(), ttl()).prop_map(|(key, value, ttl)| Operation::Set(key, value, ttl)),
            2 => key().prop_map(Operation::Delete),
            3 => (key(), value(), ttl()).prop_map(|(key, value, ttl)| Operation::Load(key, value, ttl)),
            1 => key().prop_map(Operation::LoadFails),
            2 => Just(Operation::Sweep),
            4 => (0..4_u64).prop_map(Operation::Advance),
        ]
        .boxed()
    }

    fn apply(mut state: State, operation: &Operation) -> State {
        match *operation {
            Operation::Set(key, value, ttl) => _ = state.entries.insert(key, (value, state.now + ttl)),
            Operation::Delete(key) => _ = state.entries.remove(&key),
            Operation::Load(key, value, ttl) if state.get(key).is_none() => {
                state.entries.insert(key, (value, state.now + ttl));
            }
            Operation::Advance(by) => state.now += by,
            Operation::Get(_) | Operation::Load(..) | Operation::LoadFails(_) | Operation::Sweep => (),
        }
        state
    }
}

struct Subject {
    clock: Clock,
    cache: Cache<u8, u32>,
}

impl StateMachineTest for Subject {
    type SystemUnderTest = Subject;
    type Reference = Model;

    fn init_test(_: &State) -> Subject {
        let clock = Clock::manual();
        let cache = Cache::builder().shards(2).clock(clock.clone()).build().expect("a valid cache");
        Subject { clock, cache }
    }

    fn apply(subject: Subject, after: &State, operation: Operation) -> Subject {
        let cache = &subject.cache;
        match operation {
            Operation::Get(key) => assert_eq!(cache.get(&key), after.get(key)),
            Operation::Set(key, value, ttl) => cache.set(key, value, Duration::from_secs(ttl)),
            Operation::Delete(key) => _ = cache.delete(&key),
            Operation::Load(key, value, ttl) => {
                let loaded = cache.get_or_load(key, Duration::from_secs(ttl), || Ok::<_, ()>(value));
                assert_eq!(loaded.ok(), after.get(key));
            }
            Operation::LoadFails(key) => {
                let loaded = cache.get_or_load(key, Duration::ZERO, || Err("down"));
                assert_eq!(loaded, after.get(key).ok_or("down"));
            }
            Operation::Sweep => {
                cache.sweep();
                let valid = (0..KEYS).filter(|&key| after.get(key).is_some()).count();
                assert_eq!(cache.len(), valid, "a sweep leaves what is valid, and nothing else");
            }
            Operation::Advance(by) => subject.clock.advance(Duration::from_secs(by)),
        }
        subject
    }

    fn check_invariants(subject: &Subject, state: &State) {
        assert!((0..KEYS).all(|key| subject.cache.get(&key) == state.get(key)));
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn the_cache_is_a_map_with_an_end(sequential 1..40 => Subject);
}
