//! The stories as `player.js` reads them: all words are made here, and only shown there.
//!
//! A page has some hundred stories, and one may have 10,000 steps. So things that repeat are numbers: a place in
//! [`Data::places`], a file in [`Data::files`]. Steps are counted from 1, as people count.

use std::collections::BTreeMap;

use selvedge::check::protocol::{Column, Listing, Row};
use selvedge::check::story::{self, Place, Role, Story, lanes};
use serde::Serialize;

use super::compare::{self, Comparison};
use super::source::Excerpts;
use super::{key, label};

/// Everything that the script shows.
#[derive(Debug, Default, Serialize)]
pub struct Data {
    failures: Vec<Failure>,
    /// The lines of the files around each place.
    files: Vec<Excerpts>,
    /// A file, by its number in `files`, and a line of it.
    places: Vec<(usize, u32)>,
    /// By the name of a failure: the code of its defect beside the right code.
    comparisons: BTreeMap<String, Vec<Comparison>>,
}

/// A failure that can be played.
#[derive(Debug, Serialize)]
struct Failure {
    name: String,
    /// Its label for people.
    label: String,
    engine: Column,
    pattern: String,
    /// The property that broke, in a sentence.
    claim: String,
    /// What broke, in one line.
    headline: String,
    /// The other lines of the report: which threads hold and wait for what.
    detail: String,
    verdict: String,
    /// Whether it was expected.
    ok: bool,
    /// How many preemptions it needs.
    preemptions: String,
    threads: Vec<String>,
    objects: Vec<Object>,
    steps: Vec<Step>,
    calls: Vec<Call>,
    /// Changes: the step, the object, and the object's state after the step.
    changes: Vec<(usize, usize, String)>,
    /// How it ends: which threads wait for what, or which one found something wrong.
    end: Vec<End>,
}

#[derive(Debug, Serialize)]
struct Object {
    name: String,
    noun: String,
}

/// A step: its thread, what it does, its place, the function around it, whether it preempts a thread that could have
/// gone on, whether it matters, and whether it is the last of its thread.
#[derive(Debug, Serialize)]
struct Step(usize, String, usize, String, bool, bool, bool);

/// A call, or any other group of steps that is one row until it is unfolded: its first step and its last, what it does,
/// its place, and the function around that.
#[derive(Debug, Serialize)]
struct Call(usize, usize, String, usize, String);

/// What a thread does when the story ends, and where.
#[derive(Debug, Serialize)]
struct End(usize, String, Option<usize>);

/// The stories of all rows that have one.
pub fn data(rows: &[Row], listing: &Listing) -> Data {
    let mut data = Data::default();
    let mut numbers = Numbers::default();
    for row in rows {
        let Some(story) = &row.story else { continue };
        data.failures.push(failure(row, rows, story, &mut numbers));
        data.comparisons.entry(key(row)).or_insert_with(|| compare::all(row, story, listing));
    }
    data.files = numbers.files.iter().enumerate().map(|(file, path)| numbers.excerpts(file, path)).collect();
    data.places = numbers.places;
    data
}

/// The first step that matters, or else the end: where the player opens.
pub fn first(story: &Story) -> usize {
    let first = lanes::matters(story).iter().take_while(|&&matters| !matters).count();
    let call =
        lanes::calls(story).into_iter().find(|whole| whole.is_one && (whole.first..=whole.last).contains(&first));
    call.map_or(first, |whole| whole.first) + 1
}

/// Places and files by the order in which they are first met.
#[derive(Debug, Default)]
struct Numbers {
    files: Vec<String>,
    places: Vec<(usize, u32)>,
    known_files: BTreeMap<String, usize>,
    known_places: BTreeMap<(usize, u32), usize>,
}

impl Numbers {
    fn of(&mut self, place: &Place) -> usize {
        let file = *self.known_files.entry(place.file.clone()).or_insert_with(|| {
            self.files.push(place.file.clone());
            self.files.len() - 1
        });
        *self.known_places.entry((file, place.line)).or_insert_with(|| {
            self.places.push((file, place.line));
            self.places.len() - 1
        })
    }

    fn excerpts(&self, file: usize, path: &str) -> Excerpts {
        let lines = self.places.iter().filter(|place| place.0 == file).map(|place| place.1);
        Excerpts::around(path, lines)
    }
}

fn failure(row: &Row, rows: &[Row], story: &Story, numbers: &mut Numbers) -> Failure {
    let report = row.failure.clone().unwrap_or_default();
    let (headline, detail) = report.split_once('\n').unwrap_or((&report, ""));
    let drawn = lanes::draw(story);
    let object = |object: &story::Object| Object {
        name: object.name.clone(),
        // A thread is shown at its place in the program, and has no state.
        noun: if object.noun == "thread" { String::new() } else { object.noun.clone().into_owned() },
    };
    let numbered =
        story.steps.iter().enumerate().flat_map(|(step, told)| told.changes.iter().map(move |change| (step, change)));
    let changes = numbered.filter(|(_, change)| !change.state.is_empty());
    Failure {
        name: key(row),
        label: label(row, rows),
        engine: row.engine,
        pattern: row.pattern.clone(),
        claim: row.claim.clone(),
        headline: headline.to_owned(),
        detail: detail.to_owned(),
        verdict: row.cell(),
        ok: row.ok,
        preemptions: drawn.first().map(ToString::to_string).unwrap_or_default(),
        threads: story.threads.iter().map(|thread| thread.name.clone()).collect(),
        objects: story.objects.iter().map(object).collect(),
        steps: steps(story, numbers),
        calls: calls(story, numbers),
        changes: changes.map(|(step, change)| (step + 1, change.object, change.state.clone())).collect(),
        end: end(story, numbers),
    }
}

fn steps(story: &Story, numbers: &mut Numbers) -> Vec<Step> {
    let step = |(step, matters): (&story::Step, bool)| {
        let function = step.function.clone().unwrap_or_default();
        let last = step.action.role == Role::Ends;
        let place = numbers.of(&step.place);
        Step(step.thread, step.text.clone(), place, function, step.preempts, matters, last)
    };
    story.steps.iter().zip(lanes::matters(story)).map(step).collect()
}

fn calls(story: &Story, numbers: &mut Numbers) -> Vec<Call> {
    let call = |whole: &lanes::Whole| {
        let call = &story.calls[whole.call];
        let (text, function) = (call.text.clone(), call.function.clone().unwrap_or_default());
        Call(whole.first + 1, whole.last + 1, text, numbers.of(&call.place), function)
    };
    let calls: Vec<Call> = lanes::calls(story).iter().filter(|whole| whole.is_one).map(call).collect();
    // When a writer shuts the door of an empty lock, only the second step says that it has the lock.
    let matters = lanes::matters(story);
    let pairs = story.steps.windows(2).enumerate().filter(|(first, pair)| {
        let same = (pair[0].thread, pair[0].object) == (pair[1].thread, pair[1].object);
        same && matters[*first] && pair[1].action.role == Role::Completes
    });
    let pair = |(first, pair): (usize, &[story::Step])| {
        let (text, function) = (pair[1].text.clone(), pair[1].function.clone().unwrap_or_default());
        Call(first + 1, first + 2, text, numbers.of(&pair[1].place), function)
    };
    let within = |pair: &Call| calls.iter().any(|call| (call.0..=call.1).contains(&pair.0));
    let pairs: Vec<Call> = pairs.map(pair).filter(|pair| !within(pair)).collect();
    calls.into_iter().chain(pairs).collect()
}

fn end(story: &Story, numbers: &mut Numbers) -> Vec<End> {
    let mut ends = Vec::new();
    if let Some(broke) = &story.broke {
        let place = broke.place.as_ref().map(|place| numbers.of(place));
        ends.push(End(broke.thread, lanes::fault(story, broke), place));
    }
    for wait in &story.waits {
        ends.push(End(wait.thread, lanes::wait(story, wait), Some(numbers.of(&wait.place))));
    }
    ends
}

#[cfg(test)]
mod tests {
    use models::catalogue::listing;

    use super::*;
    use crate::fixture;

    #[test]
    fn a_story_keeps_its_steps_and_its_end() {
        let row = fixture::lost_write();
        let story = row.story.as_ref().expect("it is told");
        let data = data(std::slice::from_ref(&row), &listing());
        let failure = &data.failures[0];
        assert_eq!(failure.steps.len(), story.steps.len());
        assert_eq!(failure.headline, "lost update: key 1 = 2 was written, and is None");
        assert_eq!(failure.end.len(), 1);
        assert!(failure.steps[first(story) - 1].5);
    }

    #[test]
    fn every_place_of_this_workspace_has_its_line() {
        let data = data(&fixture::rows(), &listing());
        for &(file, line) in &data.places {
            assert!(data.files[file].line(line).is_some(), "{}:{line}", data.files[file].path);
        }
    }
}
