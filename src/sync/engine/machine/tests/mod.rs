//! The [laws](super) of the machines, in every small state.
//!
//! Three tasks use one object as a program could: what each may ask for next follows from what it has done
//! ([`players`]). Every pair of acts is tried in every state that they reach in a few acts.

mod players;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::*;
use players::{PLAYERS, Player};

const TASKS: [Name; 3] = [Name(0), Name(1), Name(2)];

/// What each task has done.
type Past = [Vec<(Act, Effect)>; 3];

/// A state, and the past that leads to it.
type Place = (State, Past);

/// Every place that the players of an object reach.
fn places(player: &Player) -> HashSet<Place> {
    let start: Place = ((player.start)(), Default::default());
    let mut all = HashSet::from([start.clone()]);
    let mut last = vec![start];
    for _ in 0..player.depth {
        let next: Vec<Place> = last.iter().flat_map(|place| moves(player, place)).map(|(_, _, _, next)| next).collect();
        last = next.into_iter().filter(|place| all.insert(place.clone())).collect();
    }
    all
}

/// The acts that are possible in a place, each with its task, its effect, and the place after it.
fn moves(player: &Player, place: &Place) -> Vec<(Name, Act, Effect, Place)> {
    let of = |task: Name| (player.acts)(task, &place.1[task.index()]).into_iter().map(move |act| (task, act));
    let go = |(task, act): (Name, Act)| {
        let (effect, next) = play(place, task, act)?;
        Some((task, act, effect, next))
    };
    TASKS.into_iter().flat_map(of).filter_map(go).collect()
}

/// The effect of an act in a place, and the place after it, if it can go ahead.
fn play((state, past): &Place, task: Name, act: Act) -> Option<(Effect, Place)> {
    let effect = state.meets(act, task)?;
    let (mut state, mut past) = (state.clone(), past.clone());
    state.take(act, effect, task);
    past[task.index()].push((act, effect));
    Some((effect, (state, past)))
}

/// The number that an act returns to the program.
fn told((state, _): &Place, act: Act, effect: Effect) -> Option<u64> {
    state.answer(act, effect).filter(|_| act.words().reads)
}

/// Whether one of two acts acquires what the other releases.
fn tells(one: Passes, other: Passes) -> bool {
    match (one, other) {
        (Passes::Slots { gives: Some(given), .. }, Passes::Slots { takes, .. }) => {
            takes.into_iter().flatten().any(|taken| taken.given().contains(&given))
        }
        (Passes::Memory { writes, .. }, Passes::Memory { .. }) => writes,
        _ => false,
    }
}

#[test]
fn independent_neighbours_commute() {
    for player in PLAYERS {
        let (mut independent, mut coarse) = (0, BTreeSet::new());
        for place in places(player) {
            for (one, act, effect, between) in moves(player, &place) {
                for (other, then, after, end) in moves(player, &between).into_iter().filter(|step| step.0 != one) {
                    let swapped = play(&place, other, then).and_then(|(first, swapped)| {
                        let (second, end) = play(&swapped, one, act)?;
                        let same = told(&place, then, first) == told(&between, then, after)
                            && told(&swapped, act, second) == told(&place, act, effect);
                        same.then_some((first, second, end.0))
                    });
                    let commute = swapped == Some((after, effect, end.0));
                    if effect.dependent(after) {
                        if commute {
                            coarse.insert(format!("{effect:?} {after:?}"));
                        }
                        continue;
                    }
                    independent += 1;
                    let story = format!(
                        "{}: {place:?}\n  {one:?} {act:?}: {effect:?}, {other:?} {then:?}: {after:?}",
                        player.name
                    );
                    assert!(commute, "{story}\n  the other way round: {swapped:?}");
                    let [mine, theirs] = [act.passes(effect, one), then.passes(after, other)];
                    assert!(!tells(mine, theirs) && !tells(theirs, mine), "{story}\n  {mine:?} {theirs:?}");
                }
            }
        }
        println!(
            "{}: {independent} independent pairs commute; dependent, and commute in some state: {coarse:?}",
            player.name
        );
    }
}

#[test]
fn who_keeps_another_waiting_is_no_friend_of_what_it_comes_to() {
    for player in PLAYERS {
        let places = places(player);
        let mut effects: BTreeMap<String, HashSet<Effect>> = BTreeMap::new();
        for (_, act, effect, _) in places.iter().flat_map(|place| moves(player, place)) {
            effects.entry(format!("{act:?}")).or_default().insert(effect);
        }
        for place in &places {
            let moves = moves(player, place);
            for (one, act, effect, after) in &moves {
                let waits =
                    moves.iter().filter(|(other, then, ..)| other != one && play(after, *other, *then).is_none());
                for (other, then, ..) in waits {
                    // Later it may have another effect than here; effects on other messages are covered by other
                    // places.
                    let mut later = effects[&format!("{then:?}")].iter();
                    let apart = later.find(|&&later| !effect.dependent(later));
                    assert_eq!(
                        apart, None,
                        "{}: {place:?}\n  {one:?} {act:?}: {effect:?} keeps {other:?} from {then:?}",
                        player.name
                    );
                }
            }
        }
    }
}

#[test]
fn who_lets_another_go_on_is_not_alone_with_it() {
    for player in PLAYERS {
        for place in places(player) {
            let all = moves(player, &place);
            let asked = TASKS.into_iter().flat_map(|task| {
                let acts = (player.acts)(task, &place.1[task.index()]);
                acts.into_iter().map(move |act| (task, act))
            });
            for (task, waits) in asked.filter(|&(task, act)| play(&place, task, act).is_none()) {
                let goes_on = |after: &Place| play(after, task, waits);
                let others = all.iter().filter(|step| step.0 != task);
                for (one, act, effect, after) in others.clone() {
                    let Some((comes_to, beyond)) = goes_on(after) else { continue };
                    for (other, then, alone, instead) in others.clone().filter(|step| step.0 != *one) {
                        let late = play(&beyond, *other, *then).map(|(late, _)| late);
                        let apart = late.is_some_and(|late| !late.dependent(*effect) && !late.dependent(comes_to));
                        assert!(
                            !apart || goes_on(instead).is_none(),
                            "{}: {place:?}\n  {task:?} waits for {waits:?}; {one:?} {act:?}: {effect:?} lets it go on by \
                             {comes_to:?}, and so would {other:?} {then:?}: {alone:?}",
                            player.name,
                        );
                    }
                }
            }
        }
    }
}

/// But for effects that say that they are the exception.
#[test]
fn one_is_enough_to_wait_for() {
    for player in PLAYERS {
        for place in places(player) {
            let all = moves(player, &place);
            for (one, act, effect, between) in &all {
                let apart = |step: &(Name, Act, Effect, Place)| step.0 != *one && !effect.dependent(step.2);
                for (other, then, late, end) in moves(player, between).into_iter().filter(apart) {
                    let excepted = effect.disables_beside_its_like() && late == *effect;
                    let alone = play(&place, other, then).expect("independent acts commute").1;
                    for (task, waits, ..) in all.iter().filter(|step| step.0 != *one && step.0 != other) {
                        let goes_on = |after: &Place| after.0.meets(*waits, *task).is_some();
                        assert!(
                            goes_on(&end) || goes_on(between) || goes_on(&alone) || excepted,
                            "{}: {place:?}\n  {task:?} waits for {waits:?} behind {one:?} {act:?}, and behind {other:?} \
                             {then:?} as well",
                            player.name
                        );
                    }
                }
            }
        }
    }
}

/// An effect that leaves the object as it was says so, and no other.
#[test]
fn a_look_changes_nothing() {
    for player in PLAYERS {
        for place in places(player) {
            for (_, act, effect, after) in moves(player, &place) {
                let same = after.0 == place.0;
                assert!(!effect.is_look() || same, "{}: {act:?}: {effect:?} in {place:?}", player.name);
            }
        }
    }
}

/// The names of the tasks make no difference.
#[test]
fn nothing_depends_on_names() {
    let turned = |task: Name| Name((task.0 + 1) % 3);
    for player in PLAYERS {
        for (_, past) in places(player).into_iter().filter(|place| place.1.iter().any(|past| !past.is_empty())) {
            // One task after the other, as far as that goes.
            let mut here: Place = ((player.start)(), Default::default());
            let mut there = here.clone();
            for task in TASKS {
                for &(act, _) in &past[task.index()] {
                    if !(player.acts)(task, &here.1[task.index()]).contains(&act) {
                        break;
                    }
                    let (one, other) =
                        (play(&here, task, act), play(&there, turned(task), players::renamed(act, turned)));
                    assert_eq!(one.is_some(), other.is_some(), "{}: {act:?} in {here:?} and {there:?}", player.name);
                    let (Some(one), Some(other)) = (one, other) else { break };
                    assert_eq!(one.0.is_look(), other.0.is_look());
                    let words = |effect: Effect, name: fn(Name) -> Name| {
                        let mut text = format!("{effect:?}");
                        TASKS.iter().for_each(|&task| {
                            text = text.replace(&format!("{task:?}"), &format!("<{}>", name(task).0))
                        });
                        let mut letters: Vec<char> = text.chars().collect();
                        letters.sort_unstable();
                        letters
                    };
                    assert_eq!(words(one.0, |task| Name((task.0 + 1) % 3)), words(other.0, |task| task));
                    (here, there) = (one.1, other.1);
                }
            }
        }
    }
}
