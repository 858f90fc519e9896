//! A story drawn for a terminal of 80 columns: a lane a thread, time downward, one step a row.
//!
//! The steps that [matter](matters()) are shown, above all those on objects that more than one thread touches. Missing
//! numbers are other steps. A lock that is released at once is one row with its unlock, and in a long story the middle of what one thread
//! does without a switch is folded.

mod matters;
mod rows;
mod words;

use std::fmt;

use rows::{Part, Row, fold, rows};

use super::{Place, Role as Doing, Story, Wait};

pub use matters::matters;
pub use rows::{Whole, calls};
pub use words::{fault, wait};

/// Columns of a line.
const WIDTH: usize = 80;
/// Columns in front of the first lane: the mark of a switch, and the number of the step.
const GUTTER: usize = 6;
/// Columns of the text of a row, at the least.
const TEXT: usize = 44;
/// Columns of a lane with its name above it, at the least.
const NAMED: usize = 6;
/// Lines of the program below the lanes, at the most.
const SOURCES: usize = 8;
/// Waiting threads that are drawn, at the most.
const WAITS: usize = 8;

/// What a part of a line is, so that it can be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The step of a thread, by its number in [`Story::threads`].
    Lane(usize),
    /// The number of a step, a place in the source, a fold.
    Aside,
    /// The scheduler took the turn from a thread that could have gone on.
    Switch,
    /// What broke.
    Broken,
}

/// A line, in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<(Role, String)>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.iter().map(|(_, text)| text.as_str()).collect();
        f.write_str(text.trim_end())
    }
}

/// Draws a story, in at most 46 lines. Linear in the number of steps.
///
/// ```
/// use selvedge::check::story::{Story, lanes};
///
/// // Nothing happened, and there is nothing to draw.
/// assert!(lanes::draw(&Story::default()).is_empty());
/// ```
pub fn draw(story: &Story) -> Vec<Line> {
    let rows = rows(story);
    if rows.is_empty() && story.waits.is_empty() {
        return Vec::new();
    }
    // A thread that joins another is drawn only if it has a part in the story.
    let joins = |wait: &Wait| wait.action.role == Doing::Joins;
    let aside = |wait: &&Wait| joins(wait) && !story.waits.iter().all(joins);
    let parts = fold(story, &rows);
    let shown = parts.iter().map(|part| match part {
        Part::Row(row) => row.thread,
        Part::Folded(thread, _) => *thread,
    });
    let mut lanes: Vec<usize> = shown.chain(story.broke.iter().map(|broke| broke.thread)).collect();
    let mut waits: Vec<&Wait> =
        story.waits.iter().filter(|wait| !aside(wait) || lanes.contains(&wait.thread)).collect();
    let more = waits.len().saturating_sub(WAITS);
    waits.truncate(WAITS);
    lanes.extend(waits.iter().map(|wait| wait.thread));
    lanes.sort_unstable();
    lanes.dedup();
    let layout = Layout { story, indent: indent(lanes.len()), lanes, waits, more };
    let mut lines = vec![Line(vec![(Role::Aside, preemptions(story))]), layout.header()];
    let mut file = "";
    for part in parts {
        lines.push(match part {
            Part::Row(row) => layout.row(row, &mut file),
            Part::Folded(thread, steps) => layout.aside(thread, format!("⋮ {steps} steps")),
        });
    }
    lines.extend(layout.end(&mut file));
    lines.extend(layout.sources(&rows));
    lines
}

/// How many preemptions the schedule needs, or has.
fn preemptions(story: &Story) -> String {
    let count = story.preemptions();
    let times = if count == 1 { "1 preemption".to_owned() } else { format!("{count} preemptions") };
    match (count, story.simpler) {
        (0, _) => "needs no preemption: each thread runs until it has to wait, or ends".to_owned(),
        (_, Some(1)) => format!("needs {times} (»): the one schedule with fewer passes"),
        (_, Some(simpler)) => format!("needs {times} (»): all {simpler} schedules with fewer pass"),
        (_, None) => format!("has {times} (»)"),
    }
}

fn indent(lanes: usize) -> usize {
    let room = (WIDTH - GUTTER - TEXT) / lanes.saturating_sub(1).max(1);
    match lanes {
        0..=3 => 14,
        4 => 10,
        _ => room.clamp(1, NAMED),
    }
}

/// Where things are drawn.
struct Layout<'a> {
    story: &'a Story,
    /// The threads that have a lane.
    lanes: Vec<usize>,
    indent: usize,
    /// The threads that are drawn as waiting at the end, and how many more there are.
    waits: Vec<&'a Wait>,
    more: usize,
}

impl Layout<'_> {
    fn column(&self, thread: usize) -> usize {
        let lane = self.lanes.iter().position(|&lane| lane == thread).unwrap_or_default();
        GUTTER + lane * self.indent
    }

    fn header(&self) -> Line {
        let mut parts = vec![(Role::Aside, " ".repeat(GUTTER))];
        if self.indent < NAMED {
            // The row says itself which thread it belongs to.
            return Line(parts);
        }
        let name = |&lane: &usize| clip_end(&self.story.threads[lane].name, self.indent - 1);
        let clipped: Vec<String> = self.lanes.iter().map(name).collect();
        for (lane, name) in self.lanes.iter().copied().zip(&clipped) {
            // Names that begin alike are told apart by their ends.
            let alike = clipped.iter().filter(|other| *other == name).count() > 1;
            let name = if alike { clip_start(&self.story.threads[lane].name, self.indent - 1) } else { name.clone() };
            parts.push((Role::Lane(lane), format!("{name:<width$}", width = self.indent)));
        }
        Line(parts)
    }

    /// The gutter, and a bar for every lane left of the thread's own.
    fn start(&self, thread: usize, mark: (Role, &str), number: &str) -> Vec<(Role, String)> {
        let mut parts = vec![(mark.0, format!("{:<2}", mark.1)), (Role::Aside, format!("{number:>3} "))];
        let own = self.column(thread);
        for &lane in self.lanes.iter().filter(|&&lane| self.column(lane) < own) {
            parts.push((Role::Lane(lane), format!("{:<width$}", "│", width = self.indent)));
        }
        parts
    }

    fn row<'s>(&'s self, row: &Row, file: &mut &'s str) -> Line {
        let mark = if row.preempts { (Role::Switch, "»") } else { (Role::Aside, "") };
        let number = if row.begins { String::new() } else { (row.steps.0 + 1).to_string() };
        let start = self.start(row.thread, mark, &number);
        let (at, function, _) = row.at(self.story);
        let place = place(at, file);
        self.line(start, row.thread, (Role::Lane(row.thread), &row.text), (function, &place))
    }

    fn aside(&self, thread: usize, text: String) -> Line {
        let mut parts = self.start(thread, (Role::Aside, ""), "");
        parts.push((Role::Aside, text));
        Line(parts)
    }

    /// What the threads that are left wait for, or which thread found what broke.
    fn end<'s>(&'s self, file: &mut &'s str) -> Vec<Line> {
        let story = self.story;
        let mut lines = Vec::new();
        // Something broke first, and that is why they wait.
        if let Some(broke) = &story.broke {
            let start = self.start(broke.thread, (Role::Broken, "✗"), "");
            let at = broke.place.as_ref().map(|at| place(at, file)).unwrap_or_default();
            let text = words::fault(story, broke);
            lines.push(self.line(start, broke.thread, (Role::Broken, &text), (broke.function.as_deref(), &at)));
        }
        for wait in &self.waits {
            let start = self.start(wait.thread, (Role::Broken, "✗"), "");
            let at = place(&wait.place, file);
            let text = words::wait(story, wait);
            lines.push(self.line(start, wait.thread, (Role::Broken, &text), (wait.function.as_deref(), &at)));
        }
        if self.more > 0 {
            lines.push(Line(vec![(Role::Aside, format!("{}and {} more wait", " ".repeat(GUTTER), self.more))]));
        }
        lines.extend(self.left());
        lines
    }

    /// The threads that have not ended when a check fails, which may be why.
    fn left(&self) -> Option<Line> {
        let broke = self.story.broke.as_ref()?;
        let ended =
            |thread| self.story.steps.iter().any(|step| step.thread == thread && step.action.role == Doing::Ends);
        let begun = |thread| self.story.steps.iter().any(|step| step.thread == thread);
        // Main waits for the others, and is named only where nothing else shows where it is.
        let shown = |thread| thread == 0 && self.lanes.contains(&0);
        let left =
            (0..self.story.threads.len()).filter(|&thread| thread != broke.thread && !ended(thread) && !shown(thread));
        let (begun, not_begun): (Vec<usize>, Vec<usize>) = left.partition(|&thread| begun(thread));
        let say = |threads: &[usize], what: &str| {
            let names: Vec<&str> = threads.iter().map(|&thread| self.story.threads[thread].name.as_str()).collect();
            (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
        };
        let words: Vec<String> =
            [say(&begun, "not ended"), say(&not_begun, "not begun")].into_iter().flatten().collect();
        let aside = |text| Line(vec![(Role::Aside, text)]);
        (!words.is_empty()).then(|| aside(format!("{}{}", " ".repeat(GUTTER), words.join("; "))))
    }

    /// The source lines at the places of the rows and of the end.
    fn sources(&self, rows: &[Row]) -> Vec<Line> {
        let story = self.story;
        let steps = rows.iter().map(|row| row.at(story)).map(|(place, _, source)| (place, source));
        let broke = story.broke.iter().filter_map(|broke| Some((broke.place.as_ref()?, broke.source.as_deref())));
        let waits = self.waits.iter().map(|wait| (&wait.place, wait.source.as_deref()));
        let mut shown: Vec<(&Place, &str)> = Vec::new();
        for (place, source) in steps.chain(waits).chain(broke) {
            let known = shown.iter().any(|(known, _)| (&known.file, known.line) == (&place.file, place.line));
            shown.extend(source.filter(|_| !known).map(|source| (place, source)));
        }
        let mut file = "";
        let mut lines = Vec::new();
        for (at, source) in shown.iter().skip(shown.len().saturating_sub(SOURCES)) {
            let text = format!("  {} {source}", place(at, &mut file));
            lines.push(Line(vec![(Role::Aside, clip_end(&text, WIDTH))]));
        }
        lines
    }

    /// A line with its function and place at the right edge, as far as there is room.
    fn line(
        &self,
        mut parts: Vec<(Role, String)>,
        thread: usize,
        (role, text): (Role, &str),
        (function, place): (Option<&str>, &str),
    ) -> Line {
        let column = self.column(thread);
        let number = place.rsplit_once(':').map(|(_, number)| format!(":{number}")).unwrap_or_default();
        let named = format!("{}: {text}", self.story.threads[thread].name);
        let text = if self.indent < NAMED { &named } else { text };
        // The line number is always shown.
        let text = clip_end(text, WIDTH - column - number.len() - 1);
        let room = WIDTH.saturating_sub(column + text.chars().count() + 2);
        let whole = function.map(|function| format!("{function} {place}"));
        let mut candidates = whole.into_iter().chain([place.to_owned()]);
        let place = candidates.find(|text| text.chars().count() <= room).unwrap_or(number);
        let gap = WIDTH.saturating_sub(column + text.chars().count() + place.chars().count());
        parts.push((role, text));
        parts.push((Role::Aside, format!("{}{place}", " ".repeat(gap))));
        Line(parts)
    }
}

/// A place in few columns: with the folder only for a `mod.rs`, and with the file only if it has changed.
fn place<'s>(place: &'s Place, file: &mut &'s str) -> String {
    if std::mem::replace(file, &place.file) == place.file {
        return format!(":{}", place.line);
    }
    let mut parts = place.file.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or_default();
    let folder = parts.next().filter(|_| matches!(name, "mod.rs" | "lib.rs" | "main.rs"));
    format!("{}{name}:{}", folder.map(|folder| format!("{folder}/")).unwrap_or_default(), place.line)
}

fn clip_end(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

fn clip_start(text: &str, room: usize) -> String {
    let count = text.chars().count();
    if count <= room {
        return text.to_owned();
    }
    ['…'].into_iter().chain(text.chars().skip(count + 1 - room.max(1))).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::check::story::{Action, Change, Object, Step, Thread};

    /// So many threads that each store to one object, and wait for it.
    fn story(threads: usize) -> Story {
        let place = |line| Place { file: "src/program.rs".to_owned(), line, column: 1 };
        let object = Object {
            noun: Cow::Borrowed("atomic"),
            name: "total".to_owned(),
            path: "main/0".to_owned(),
            made: place(1),
        };
        let action = Action { words: Cow::Borrowed("wait for"), role: Doing::Plain };
        let step = |thread| Step {
            thread,
            action: action.clone(),
            object: Some(0),
            mutex: None,
            text: "store total: 1 to 2, which is what everybody has been waiting for all the time".to_owned(),
            changes: vec![Change { object: 0, state: format!("= {thread}") }],
            value: None,
            wrote: None,
            ordering: None,
            choice: None,
            preempts: false,
            place: place(1_000 + thread as u32),
            function: Some("everybody".to_owned()),
            source: None,
        };
        let wait = |thread| Wait {
            thread,
            action: action.clone(),
            object: 0,
            obstacle: "which has been said at some length before".to_owned(),
            holder: None,
            place: place(2_000 + thread as u32),
            function: None,
            source: None,
        };
        let thread = |number| Thread { name: format!("worker-{number}"), path: format!("main.{number}") };
        Story {
            threads: (0..threads).map(thread).collect(),
            objects: vec![object],
            steps: (0..threads).map(step).collect(),
            waits: (0..threads).map(wait).collect(),
            ..Story::default()
        }
    }

    /// The names are told apart, no line is left out or longer than a terminal is wide, and each has its number.
    #[test]
    fn any_number_of_lanes_fits() {
        for threads in 1..100 {
            let lines: Vec<String> = draw(&story(threads)).iter().map(Line::to_string).collect();
            assert!(lines.len() <= 46 && lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:#?}");
            let waits = lines.iter().filter(|line| line.starts_with('✗') && line.contains(":20")).count();
            assert_eq!(waits, threads.min(WAITS), "{lines:#?}");
            let named = |thread: usize| lines.iter().any(|line| line.contains(&format!("-{thread}")));
            assert!((0..threads.min(WAITS)).all(named), "{lines:#?}");
        }
    }
}
