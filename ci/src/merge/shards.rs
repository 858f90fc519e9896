//! The shards of a night: which exist, which have finished, and which are lost.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use cli::exit::one_line;
use cli::note;
use selvedge::check::protocol::Listing;

use crate::night::items::Items;
use crate::night::shard::Shard;
use crate::night::state::{Night, State};

/// A shard whose folder exists.
#[derive(Debug)]
pub struct Found {
    /// Where.
    pub folder: PathBuf,
    /// Its state.
    pub state: State,
}

/// All shards of a night.
#[derive(Debug)]
pub struct Shards {
    /// What all of them have in common; the shard in it is one of theirs.
    pub night: Night,
    /// Each by its number; `None` if it is missing.
    pub all: Vec<Option<Found>>,
}

impl Shards {
    /// Reads folders. A folder without a night belongs to a missing shard.
    ///
    /// `expected` says how many shards there are, if that is known.
    pub fn read(folders: &[PathBuf], expected: Option<usize>) -> anyhow::Result<Self> {
        let (mut found, mut empty) = (Vec::new(), Vec::new());
        for folder in folders {
            match State::read(folder)? {
                Some(state) => found.push(Found { folder: folder.clone(), state }),
                None => empty.push(folder.display().to_string()),
            }
        }
        if !empty.is_empty() {
            note!("no night is in {}", one_line(&empty.join(", ")));
        }
        Shards::of(found, expected)
    }

    /// Puts the shards of one night together.
    pub fn of(found: Vec<Found>, expected: Option<usize>) -> anyhow::Result<Self> {
        let first = found.first().context("no folder holds a night: all shards are missing")?;
        let night = first.state.night.clone();
        if let Some(expected) = expected.filter(|&expected| expected != night.shard.of) {
            bail!("the night has {} shards, and not {expected}", night.shard.of);
        }
        let of = night.shard.of;
        let mut all: Vec<Option<Found>> = (0..of).map(|_| None).collect();
        let first_folder = first.folder.clone();
        for shard in found {
            let theirs = &shard.state.night;
            let part = theirs.shard.part;
            if *theirs != (Night { shard: Shard { part, of }, ..night.clone() }) {
                let (one, other) = (first_folder.display(), shard.folder.display());
                bail!("{one} and {other} hold shards of different nights, or with different flags");
            }
            if let Some(other) = &all[part] {
                let (one, other) = (other.folder.display(), shard.folder.display());
                bail!("{one} and {other} both hold shard {}", theirs.shard);
            }
            all[part] = Some(shard);
        }
        Ok(Shards { night, all })
    }

    /// The shards that exist.
    pub fn found(&self) -> impl Iterator<Item = &Found> {
        self.all.iter().flatten()
    }

    /// What there was to be done, which is the same for all.
    pub fn items(&self) -> anyhow::Result<Items> {
        let mut known: Option<(&PathBuf, Items)> = None;
        for Found { folder, .. } in self.found() {
            let Some(items) = Items::read(folder)? else { continue };
            match &known {
                None => known = Some((folder, items)),
                Some((_, others)) if *others == items => (),
                Some((other, _)) => {
                    bail!("{} and {} are of different versions of the checks", other.display(), folder.display())
                }
            }
        }
        // None of them has come to the end of its builds.
        let none = || Items::new(Vec::new(), Listing::of(Vec::new()));
        known.map_or_else(none, |(_, items)| Ok(items))
    }

    /// Makes sure that no seed was used twice.
    pub fn check_seeds(&self) -> anyhow::Result<usize> {
        let mut users = BTreeMap::new();
        for shard in self.found() {
            for (name, progress) in &shard.state.items {
                for &seed in &progress.seeds {
                    let user = (name, shard.state.night.shard);
                    if let Some((other, theirs)) = users.insert(seed, user) {
                        let (name, mine) = user;
                        bail!("the seed {seed} was used twice: by {other} in shard {theirs}, and by {name} in {mine}");
                    }
                }
            }
        }
        Ok(users.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::tests::{shard, slice};

    fn why(found: Vec<Found>, expected: Option<usize>) -> String {
        Shards::of(found, expected).unwrap_err().to_string()
    }

    #[test]
    fn a_shard_that_is_not_there_is_missing() {
        let shards = Shards::of(vec![shard(1, 3), shard(0, 3)], Some(3)).unwrap();
        let there: Vec<bool> = shards.all.iter().map(Option::is_some).collect();
        assert_eq!(there, [true, true, false]);
        assert!(why(vec![shard(0, 3)], Some(4)).contains("the night has 3 shards, and not 4"));
        assert!(why(Vec::new(), None).contains("all shards are missing"));
    }

    #[test]
    fn shards_that_do_not_belong_together_are_not_merged() {
        assert!(why(vec![shard(0, 2), shard(0, 2)], None).contains("both hold shard 1/2"));
        let mut other = shard(1, 2);
        other.state.night.name = "other".to_owned();
        assert!(why(vec![shard(0, 2), other], None).contains("different nights"));
        assert!(why(vec![shard(0, 2), shard(1, 3)], None).contains("different nights"));
    }

    #[test]
    fn a_seed_that_was_used_twice_is_an_error() {
        let (mut one, mut other) = (shard(0, 2), shard(1, 2));
        slice(&mut one, 7, &[1]);
        slice(&mut other, 8, &[1]);
        let seeds = |one: &Found, other: &Found| {
            let again = |found: &Found| Found { folder: found.folder.clone(), state: found.state.clone() };
            Shards::of(vec![again(one), again(other)], None).unwrap().check_seeds()
        };
        assert_eq!(seeds(&one, &other).unwrap(), 2);
        slice(&mut other, 7, &[1]);
        let why = seeds(&one, &other).unwrap_err().to_string();
        assert!(why.starts_with("the seed 7 was used twice: by pattern/property under pos in shard 1/2"), "{why}");
    }
}
