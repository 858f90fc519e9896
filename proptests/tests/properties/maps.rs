//! Both maps behave as a `BTreeMap`, one operation after another, whatever the hashes are.

use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use proptests::config;
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::sharded_map::ShardedMap;

/// Few keys, so that operations meet.
const KEYS: u8 = 6;

#[derive(Clone, Debug)]
enum Operation {
    Get(u8),
    Contains(u8),
    Set(u8, u32),
    Remove(u8),
    RemoveIfEven(u8),
    Add(u8, u32),
    UpdateAway(u8),
    GetOrInsert(u8, u32),
    Len,
    Snapshot,
    Clear,
}

struct Model;

impl ReferenceStateMachine for Model {
    type State = BTreeMap<u8, u32>;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Self::State> {
        Just(BTreeMap::new()).boxed()
    }

    fn transitions(_: &Self::State) -> BoxedStrategy<Operation> {
        let key = || 0..KEYS;
        let value = || 0..100_u32;
        prop_oneof![
            4 => key().prop_map(Operation::Get),
            2 => key().prop_map(Operation::Contains),
            4 => (key(), value()).prop_map(|(key, value)| Operation::Set(key, value)),
            3 => key().prop_map(Operation::Remove),
            2 => key().prop_map(Operation::RemoveIfEven),
            3 => (key(), value()).prop_map(|(key, value)| Operation::Add(key, value)),
            1 => key().prop_map(Operation::UpdateAway),
            3 => (key(), value()).prop_map(|(key, value)| Operation::GetOrInsert(key, value)),
            1 => Just(Operation::Len),
            1 => Just(Operation::Snapshot),
            1 => Just(Operation::Clear),
        ]
        .boxed()
    }

    fn apply(mut model: Self::State, operation: &Operation) -> Self::State {
        match *operation {
            Operation::Set(key, value) => _ = model.insert(key, value),
            Operation::Remove(key) | Operation::UpdateAway(key) => _ = model.remove(&key),
            Operation::RemoveIfEven(key) => model.retain(|&k, value| k != key || *value % 2 != 0),
            Operation::Add(key, value) => *model.entry(key).or_insert(0) += value,
            Operation::GetOrInsert(key, value) => _ = model.entry(key).or_insert(value),
            Operation::Clear => model.clear(),
            Operation::Get(_) | Operation::Contains(_) | Operation::Len | Operation::Snapshot => (),
        }
        model
    }
}

/// The same test for each map: what an operation answers is what the model says, before or after it.
macro_rules! behaves_as_the_model {
    ($test:ident, $map:ty, $new:expr) => {
        struct $test;

        impl StateMachineTest for $test {
            type SystemUnderTest = $map;
            type Reference = Model;

            fn init_test(_: &BTreeMap<u8, u32>) -> $map {
                $new
            }

            fn apply(map: $map, after: &BTreeMap<u8, u32>, operation: Operation) -> $map {
                match operation {
                    Operation::Get(key) => assert_eq!(map.get(&key), after.get(&key).copied()),
                    Operation::Contains(key) => assert_eq!(map.contains_key(&key), after.contains_key(&key)),
                    Operation::Set(key, value) => {
                        let before = map.get(&key);
                        assert_eq!(map.set(key, value), before);
                    }
                    Operation::Remove(key) => {
                        let before = map.get(&key);
                        assert_eq!(map.remove(&key), before);
                    }
                    Operation::RemoveIfEven(key) => {
                        let before = map.get(&key).filter(|value| value % 2 == 0);
                        assert_eq!(map.remove_if(&key, |value| value % 2 == 0), before);
                    }
                    Operation::Add(key, value) => _ = map.update(key, |old| Some(old.unwrap_or(&0) + value)),
                    Operation::UpdateAway(key) => _ = map.update(key, |_| None),
                    Operation::GetOrInsert(key, value) => {
                        assert_eq!(Some(map.get_or_insert_with(key, || value)), after.get(&key).copied());
                    }
                    Operation::Len => assert_eq!(map.len(), after.len()),
                    Operation::Snapshot => {
                        let snapshot: BTreeMap<u8, u32> = map.snapshot().into_iter().collect();
                        assert_eq!(&snapshot, after);
                    }
                    Operation::Clear => map.clear(),
                }
                map
            }

            fn check_invariants(map: &$map, model: &BTreeMap<u8, u32>) {
                assert!((0..KEYS).all(|key| map.get(&key) == model.get(&key).copied()));
                assert_eq!(map.is_empty(), model.is_empty());
            }
        }
    };
}

behaves_as_the_model!(Sharded, ShardedMap<u8, u32>, ShardedMap::new(4).expect("four is a power of two"));
behaves_as_the_model!(Single, ConcurrentMap<u8, u32>, ConcurrentMap::new());
behaves_as_the_model!(Crowded, ConcurrentMap<u8, u32, BuildHasherDefault<SameHash>>, ConcurrentMap::default());

/// All keys have one hash: only their comparison tells them apart.
#[derive(Default)]
struct SameHash;

impl Hasher for SameHash {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        7
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn the_sharded_map_is_a_map(sequential 1..40 => Sharded);

    #[test]
    fn the_concurrent_map_is_a_map(sequential 1..40 => Single);

    #[test]
    fn keys_of_one_hash_are_told_apart(sequential 1..40 => Crowded);
}
