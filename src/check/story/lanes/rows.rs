//! Which of the steps that matter are drawn together, and which are folded.

use super::matters::matters;
use crate::check::story::{Call, Place, Role, Step, Story};

/// Rows of steps, at the most.
const ROWS: usize = 22;

/// A call as a story shows it.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// Which, by its number in [`Story::calls`].
    pub call: usize,
    /// The first of its steps that matter.
    pub first: usize,
    /// The last of them.
    pub last: usize,
    /// Whether they are one row.
    pub is_one: bool,
}

impl Whole {
    fn shows(&self, step: usize) -> bool {
        (self.first..=self.last).contains(&step)
    }
}

/// A row before it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) thread: usize,
    /// The first step that it shows, and the last.
    pub(super) steps: (usize, usize),
    pub(super) text: String,
    pub(super) preempts: bool,
    /// The number of the call, if the row is a call or says that one begins.
    pub(super) call: Option<usize>,
    /// It says that a call begins whose steps have rows of their own.
    pub(super) begins: bool,
}

impl Row {
    /// Its line, the function around it, and the text of the line.
    pub(super) fn at<'s>(&self, story: &'s Story) -> (&'s Place, Option<&'s str>, Option<&'s str>) {
        let step = &story.steps[self.steps.0];
        let call = self.call.map(|call| &story.calls[call]);
        let (place, function, source) = call
            .map_or((&step.place, &step.function, &step.source), |call| (&call.place, &call.function, &call.source));
        // An unlock and a drop have no line of their own.
        let function = match step.action.role {
            Role::LetsGo if call.is_none() => Some("locked"),
            Role::Leaves if call.is_none() => Some("made"),
            _ => function.as_deref(),
        };
        (place, function, source.as_deref())
    }

    fn shows(&self, step: usize) -> bool {
        (self.steps.0..=self.steps.1).contains(&step)
    }
}

/// The calls with steps that matter, in the order of their first such step. Each has the first and the last such step,
/// and whether it is one row: if it has returned, and no step of another thread that matters comes between. Calls
/// within a call of one row are left out.
pub fn calls(story: &Story) -> Vec<Whole> {
    let matters = matters(story);
    let about = |step: &usize| story.broke.iter().any(|broke| broke.steps.contains(step));
    let mut wholes: Vec<Whole> = Vec::new();
    for (call, Call { thread, begin, end, .. }) in story.calls.iter().enumerate() {
        let of_it = |&step: &usize| matters[step] && story.steps[step].thread == *thread;
        let range = *begin..end.unwrap_or(story.steps.len()).min(story.steps.len());
        let (Some(first), Some(last)) = (range.clone().find(of_it), range.rev().find(of_it)) else { continue };
        let within = |outer: &Whole| outer.is_one && outer.shows(first) && story.calls[outer.call].thread == *thread;
        if wholes.iter().any(within) {
            continue;
        }
        let alone = |step: usize| {
            !matters[step] || of_it(&step) && !about(&step) && story.steps[step].action.role != Role::Told
        };
        wholes.push(Whole { call, first, last, is_one: end.is_some() && (first..=last).all(alone) });
    }
    wholes.sort_by_key(|whole| whole.first);
    wholes
}

/// The steps that matter, as rows.
pub(super) fn rows(story: &Story) -> Vec<Row> {
    let (matters, calls) = (matters(story), calls(story));
    let mut calls = calls.iter().peekable();
    let mut rows: Vec<Row> = Vec::new();
    let mut preempted = false;
    // The steps up to here are in the row of a call.
    let mut told = 0;
    for (number, step) in story.steps.iter().enumerate() {
        preempted |= step.preempts;
        if !matters[number] || number < told {
            continue;
        }
        let row = |steps, text: &str| Row {
            thread: step.thread,
            steps,
            text: text.to_owned(),
            preempts: false,
            call: None,
            begins: false,
        };
        while let Some(&Whole { call, first, last, is_one }) = calls.next_if(|whole| whole.first == number) {
            let text = &story.calls[call].text;
            let preempts = std::mem::take(&mut preempted);
            if is_one {
                told = last + 1;
                rows.push(Row { preempts, call: Some(call), ..row((first, last), text) });
            } else {
                let text = format!("{text}:");
                rows.push(Row { preempts, call: Some(call), begins: true, ..row((first, first), &text) });
            }
        }
        if number < told {
            continue;
        }
        let adjacent = rows.last_mut().filter(|row| row.thread == step.thread && !preempted && row.call.is_none());
        if let Some((row, text)) = adjacent.and_then(|row| joined(story, row, step).map(|text| (row, text))) {
            (row.text, row.steps.1) = (text, number);
            continue;
        }
        let text = if step.action.role == Role::Ends { "ends without a step" } else { &step.text };
        rows.push(Row { preempts: std::mem::take(&mut preempted), ..row((number, number), text) });
    }
    condense(story, rows)
}

/// Makes one row of the steps that one line of the program takes without a switch.
fn condense(story: &Story, rows: Vec<Row>) -> Vec<Row> {
    let together = |one: &Row, other: &Row| {
        let at_one_line = one.thread == other.thread && one.at(story).0 == other.at(story).0;
        // The begin and the return of an operation keep rows of their own.
        let told = |row: &Row| story.steps[row.steps.0].action.role == Role::Told || row.begins;
        at_one_line && !other.preempts && !told(one) && !told(other)
    };
    let condensed = |rows: &[Row]| match rows {
        [first, .., last] if rows.iter().all(|row| row.text == first.text) => {
            vec![Row {
                text: format!("{} ×{}", first.text, rows.len()),
                steps: (first.steps.0, last.steps.1),
                ..first.clone()
            }]
        }
        [first, _, .., last] => {
            vec![Row {
                text: format!("{} … {}", first.text, last.text),
                steps: (first.steps.0, last.steps.1),
                ..first.clone()
            }]
        }
        few => few.to_vec(),
    };
    rows.chunk_by(together).flat_map(condensed).collect()
}

/// The text of a row that includes the following step, if the two belong together.
fn joined(story: &Story, row: &Row, step: &Step) -> Option<String> {
    let before = &story.steps[row.steps.1];
    let name = &story.objects[step.object?].name;
    let words = &before.action.words;
    let alone = row.steps.0 == row.steps.1 || before.action.role == Role::Completes;
    match (before.action.role, step.action.role) {
        _ if before.object != step.object || !alone => None,
        (Role::Takes, Role::Completes) => Some(format!("{words} {name}")),
        (Role::Takes | Role::Completes, Role::LetsGo) => Some(format!("{words}, unlock {name}")),
        _ => None,
    }
}

/// A row that is drawn, or how many rows of a thread are folded.
pub(super) enum Part<'a> {
    Row(&'a Row),
    Folded(usize, usize),
}

/// The rows that there is room for: the beginning and the end of each stretch of one thread, the last stretches, and
/// the steps that the end of the story is about.
pub(super) fn fold<'a>(story: &Story, rows: &'a [Row]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let folds = rows.len() > ROWS;
    let about = |row: &Row| story.broke.iter().flat_map(|broke| &broke.steps).any(|step| row.shows(*step));
    for stretch in rows.chunk_by(|one, other| one.thread == other.thread) {
        match stretch {
            [first, hidden @ .., before, last] if folds && hidden.len() > 1 => {
                parts.push(Part::Row(first));
                for run in hidden.chunk_by(|one, other| !about(one) && !about(other)) {
                    match run {
                        [one] => parts.push(Part::Row(one)),
                        _ => parts.push(Part::Folded(first.thread, run.len())),
                    }
                }
                parts.extend([Part::Row(before), Part::Row(last)]);
            }
            all => parts.extend(all.iter().map(Part::Row)),
        }
    }
    let Some(over) = parts.len().checked_sub(ROWS).filter(|&over| over > 0) else { return parts };
    // A line that says how many rows are folded takes room too, and there may be one around each row that stays.
    let mut left = over + 1 + rows.iter().filter(|row| about(row)).count();
    let mut shown: Vec<Part<'_>> = Vec::new();
    for part in parts {
        let (thread, steps) = match part {
            Part::Row(row) if !about(row) => (row.thread, 1),
            Part::Folded(thread, steps) => (thread, steps),
            Part::Row(_) => (0, 0),
        };
        match shown.last_mut() {
            _ if left == 0 || steps == 0 => shown.push(part),
            Some(Part::Folded(_, sum)) => (*sum, left) = (*sum + steps, left - 1),
            _ => {
                shown.push(Part::Folded(thread, steps));
                left -= 1;
            }
        }
    }
    shown
}
