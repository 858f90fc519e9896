//! A lesson's program as the `game.js` of `cargo learn page` plays it, and its table, as the engines give them: JSON, made
//! where the engines are built.
//!
//! What repeats is a number: of a text among the `texts` of a game, of the states of all objects among its `states`.

use std::collections::BTreeMap;

use selvedge::check::story::{Place, lanes};
use selvedge::check::{Explorer, Moment, Schedules};
use serde::Serialize;
use serde_json::Value;

use super::{ALL, ASKED, Lesson, Table};
use crate::check;

/// What the engines say of a lesson.
#[derive(Debug, Serialize)]
struct Said {
    name: &'static str,
    engine: &'static str,
    /// What was explored, and what came of it.
    verdict: String,
    outcomes: Vec<Outcome>,
    game: Option<Game>,
}

/// A value that can come, with how many executions give it, and one of them, drawn.
#[derive(Debug, Serialize)]
struct Outcome {
    value: String,
    executions: u64,
    story: Option<String>,
}

/// Every schedule of the program.
#[derive(Debug, Default, Serialize)]
struct Game {
    threads: Vec<String>,
    /// Those whose state changes: name, and what it is.
    objects: Vec<(String, String)>,
    values: Vec<String>,
    /// For each value, the fewest preemptions that lead to it.
    fewest: Vec<Option<usize>>,
    texts: Vec<String>,
    /// For each object a text, and -1 where it is not there yet.
    states: Vec<Vec<isize>>,
    moments: Vec<At>,
}

/// A moment: its states, its value or -1, who can go on, and who waits with which text.
#[derive(Debug, Serialize)]
struct At(usize, isize, Vec<Step>, Vec<(usize, usize)>);

/// A move: who, what is asked, what it comes to, the line of the exercise or 0, whether it is taken at once, and where it leads.
#[derive(Debug, Serialize)]
struct Step(usize, usize, usize, u32, bool, usize);

/// What the engines say of the lessons, as one document.
///
/// # Errors
///
/// If an engine of theirs is not in this build.
pub fn all() -> anyhow::Result<Value> {
    for lesson in ALL {
        check::engine(lesson.engine.name()).map_err(anyhow::Error::msg)?;
    }
    let said = |lesson: &Lesson| {
        let Table { values, shown, report, .. } = (lesson.exercise.outcomes)(&Explorer::new(lesson.engine));
        let outcome = |(value, (executions, story)): (String, (u64, Option<_>))| Outcome {
            value,
            executions,
            story: story.map(|story| lanes::draw(&story).iter().map(|line| format!("{line}\n")).collect()),
        };
        Said {
            name: lesson.name,
            engine: lesson.engine.name(),
            verdict: report.to_string().lines().next().unwrap_or_default().to_owned(),
            outcomes: values.into_iter().zip(shown).map(outcome).collect(),
            game: lesson.game().map(|schedules| game(lesson, &schedules)),
        }
    };
    Ok(serde_json::to_value(ALL.iter().map(said).collect::<Vec<_>>())?)
}

fn game(lesson: &Lesson, schedules: &Schedules<String>) -> Game {
    let Schedules { threads, objects, values, moments, .. } = schedules;
    // Who runs is in the lanes, and who owns what is not what the games are about.
    let changes = |&object: &usize| {
        let states = || moments.iter().filter_map(|moment| moment.states[object].as_ref());
        !["thread", "reference count"].contains(&&*objects[object].noun)
            && states().any(|state| Some(state) != states().next())
    };
    let shown: Vec<usize> = (0..objects.len()).filter(changes).collect();
    let (mut texts, mut states) = (Numbers::default(), Numbers::default());
    let mut moment = |Moment { states: all, moves, waits, value }: &Moment| {
        let state = |&object: &usize| all[object].as_ref().map_or(-1, |state| texts.of(state.clone()) as isize);
        let state = states.of(shown.iter().map(state).collect());
        let moves = moves.iter().map(|next| {
            let [asks, text] = [&next.asks, &next.text].map(|words| texts.of(words.clone()));
            Step(next.thread, asks, text, line(lesson, &next.place), next.at_once, next.to)
        });
        let moves = moves.collect();
        let waits = waits.iter().map(|(thread, words)| (*thread, texts.of(words.clone()))).collect();
        At(state, value.map_or(-1, |value| value as isize), moves, waits)
    };
    let moments = moments.iter().map(&mut moment).collect();
    Game {
        threads: threads.iter().map(|thread| thread.name.clone()).collect(),
        objects: shown.iter().map(|&object| (objects[object].name.clone(), objects[object].noun.to_string())).collect(),
        values: values.clone(),
        fewest: schedules.fewest_preemptions(),
        texts: texts.all,
        states: states.all,
        moments,
    }
}

/// The line of the exercise, where a place is in what it asks about.
fn line(lesson: &Lesson, place: &Place) -> u32 {
    if place.file.ends_with(ASKED) { lesson.exercise.first_asked() as u32 + place.line - 1 } else { 0 }
}

/// Things by the order in which they are first met.
#[derive(Debug)]
struct Numbers<T> {
    all: Vec<T>,
    known: BTreeMap<T, usize>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers { all: Vec::new(), known: BTreeMap::new() }
    }
}

impl<T: Clone + Ord> Numbers<T> {
    fn of(&mut self, thing: T) -> usize {
        *self.known.entry(thing).or_insert_with_key(|thing| {
            self.all.push(thing.clone());
            self.all.len() - 1
        })
    }
}
