//! The shards of a map: as many as it says, and keys spread over them.
//!
//! No value shows which keys share a lock. Here two writers have to be inside at once: if their keys share a shard,
//! both wait for ever.

use selvedge::check::require;
use selvedge::patterns::hash::FnvBuildHasher;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::sync::channel;

use super::twins::{AnagramsInOneShard, MaskOfAnyNumber};
use crate::check::Check;
use crate::threads::together;

/// A map of texts, with a lock for each shard.
pub trait Shards: Send + Sync + Sized {
    /// A map of so many shards, if it can use that many.
    fn of(shards: usize) -> Option<Self>;
    /// Changes the value of a key, with `inside` under the lock of its shard.
    fn change(&self, key: &'static str, inside: impl FnOnce());
}

type Real = ShardedMap<&'static str, u64, FnvBuildHasher>;

impl Shards for Real {
    fn of(shards: usize) -> Option<Self> {
        ShardedMap::with_hasher(shards, FnvBuildHasher::default()).ok()
    }

    fn change(&self, key: &'static str, inside: impl FnOnce()) {
        self.update(key, |old| {
            inside();
            Some(old.unwrap_or(&0) + 1)
        });
    }
}

/// Two writers meet inside.
fn meet<S: Shards>(map: &S, one: &'static str, other: &'static str) {
    let (here, there) = channel::bounded(0);
    together(
        || map.change(one, || require(here.send(()).is_ok(), || "the other writer has gone".to_owned())),
        || map.change(other, || require(there.recv().is_ok(), || "the other writer has gone".to_owned())),
    );
}

/// Six shards are refused or used. "a" and "g" differ in a bit that the mask of six leaves out, and that of eight has.
fn every_shard_is_used<S: Shards>() {
    let map = S::of(6).or_else(|| S::of(8)).expect("eight is a power of two");
    meet(&map, "a", "g");
}

fn anagrams_go_together<S: Shards>() {
    let map = S::of(4).expect("four is a power of two");
    meet(&map, "ab", "ba");
}

pub(crate) fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("sharded_map", property, claim);
    let used = new("every_shard_is_used", "a number of shards is refused, or all of them are used")
        .on("ShardedMap", every_shard_is_used::<Real>);
    let anagrams = new("anagrams_go_together", "keys of the same letters do not wait for each other")
        .on("ShardedMap", anagrams_go_together::<Real>);
    vec![
        used.twin("MaskOfAnyNumber", every_shard_is_used::<MaskOfAnyNumber>).in_every_schedule(),
        used,
        anagrams.twin("AnagramsInOneShard", anagrams_go_together::<AnagramsInOneShard>).in_every_schedule(),
        anagrams,
    ]
}
