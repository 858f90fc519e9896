//! Which item is next: the time goes to items that still show new behaviours.
//!
//! Each item has a first slice. From then on the next is the item whose number of distinct behaviours has grown most in
//! its last slices, *relative* to the known number and per second. Absolute numbers would not do. A check with many
//! threads shows thousands of new traces in every second of the night, for ever, and would take all the time from a
//! check that has shown ten and now shows an eleventh, which is news. Two items with endless behaviours each have grown
//! by 1/t after the time t, so they share the time evenly; an item that has shown all its behaviours does not grow.
//!
//! An item that shows nothing new may just be slow, or its last slices unlucky. So one slice of ten goes to the item
//! that has waited longest, growing or not.
//!
//! Real threads and loom do not tell behaviours apart. Their items are taken to grow by 1/t, like items with endless
//! behaviours, so each gets the same share as those.

use super::items::Item;
use super::state::{Progress, State};

/// One slice of so many goes to the item that has waited longest.
const LOOK_AGAIN: u64 = 10;

/// The next item of those that `may` have a slice, by its number among `items`.
pub fn next(items: &[Item], state: &State, may: impl Fn(usize) -> bool) -> Option<usize> {
    let is_open = |progress: &Progress| !progress.exhausted && progress.failure.is_none();
    let open = |&at: &usize| may(at) && state.of(&items[at]).is_none_or(is_open);
    let open: Vec<usize> = (0..items.len()).filter(open).collect();
    if let Some(&first) = open.iter().find(|&&at| state.of(&items[at]).is_none()) {
        return Some(first);
    }
    let last = |at: usize| state.of(&items[at]).map(|progress| progress.last);
    if state.slices % LOOK_AGAIN == LOOK_AGAIN - 1 {
        return open.into_iter().min_by_key(|&at| last(at));
    }
    let growth = |at: usize| growth(&items[at], state);
    // Of items that grow equally, the one that has waited longest.
    open.into_iter().max_by(|&one, &other| growth(one).total_cmp(&growth(other)).then(last(other).cmp(&last(one))))
}

/// The growth of an item's behaviours per second in its last slices, relative to the known number.
fn growth(item: &Item, state: &State) -> f64 {
    let Some(progress) = state.of(item) else { return f64::INFINITY };
    if !item.is_measured() {
        return 1.0 / progress.seconds.max(f64::EPSILON);
    }
    let gained: u64 = progress.recent.iter().map(|&(gained, _)| gained).sum();
    let seconds: f64 = progress.recent.iter().map(|&(_, seconds)| seconds).sum();
    gained as f64 / (state.known(item).max(1) as f64) / seconds.max(f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use selvedge::check::Status;
    use selvedge::check::protocol::Row;

    use super::*;
    use crate::night::items::Kind;
    use crate::night::tests::{item, night, row};

    /// Runs items with a check each; `news` says which behaviours the `n`-th slice of an item meets.
    fn shares(kinds: &[Kind], slices: usize, news: impl Fn(usize, u64) -> Vec<u64>) -> Vec<u32> {
        let mut items: Vec<Item> = kinds.iter().map(|&kind| item(kind)).collect();
        for (number, item) in items.iter_mut().enumerate() {
            item.cell.check = format!("check/{number}");
        }
        let mut state = State::new(night(), 0);
        for _ in 0..slices {
            let at = next(&items, &state, |_| true).expect("one is open");
            let slice = state.of(&items[at]).map_or(0, |progress| progress.slices.into());
            state.add(&items[at], Some(slice), row(1.0, 100, &news(at, slice)));
        }
        items.iter().map(|item| state.of(item).map_or(0, |progress| progress.slices)).collect()
    }

    /// New behaviours of an item in a slice.
    fn fresh(item: usize, slice: u64, count: u64) -> Vec<u64> {
        (0..count).map(|number| (item as u64) << 32 | slice << 16 | number).collect()
    }

    #[test]
    fn each_has_a_first_slice() {
        assert_eq!(shares(&[Kind::Samples; 5], 5, |_, _| Vec::new()), [1; 5]);
    }

    #[test]
    fn what_grows_has_the_time_and_the_rest_is_looked_at_again() {
        let shares = shares(&[Kind::Samples; 3], 103, |at, slice| match at {
            0 => fresh(0, 0, 50),
            1 => fresh(1, slice, 20),
            _ => fresh(2, 0, 2),
        });
        assert!(shares[1] > 80, "{shares:?}");
        assert!(shares[0] > 3 && shares[2] > 3, "{shares:?}");
    }

    #[test]
    fn who_shows_little_for_ever_has_as_much_as_who_shows_much() {
        let shares = shares(&[Kind::Samples; 2], 100, |at, slice| fresh(at, slice, if at == 0 { 100 } else { 1 }));
        assert!(shares[0].abs_diff(shares[1]) <= 20, "{shares:?}");
    }

    #[test]
    fn what_is_not_measured_has_the_share_of_what_does_not_end() {
        let kinds = [Kind::Workload { perturbed: false }, Kind::Samples, Kind::Samples];
        let mut shares = shares(&kinds, 90, |at, slice| if at == 2 { fresh(2, 0, 3) } else { fresh(at, slice, 5) });
        assert!(shares.pop().unwrap() <= 12, "{shares:?}");
        assert!(shares[0].abs_diff(shares[1]) <= 20, "{shares:?}");
    }

    #[test]
    fn what_has_ended_or_broken_or_runs_now_is_left_alone() {
        let mut items = [item(Kind::Search), item(Kind::Samples), item(Kind::Programs)];
        items[2].cell.check = "programs/pattern".to_owned();
        let mut state = State::new(night(), 0);
        state.add(&items[0], None, Row { verdict: Status::Exhausted, ..row(1.0, 5, &[]) });
        state.add(&items[1], Some(1), Row { verdict: Status::Failed, ok: false, ..row(1.0, 5, &[]) });
        assert_eq!(next(&items, &state, |_| true), Some(2));
        assert_eq!(next(&items, &state, |at| at != 2), None);
    }
}
