//! A story drawn for a terminal of 80 columns: a lane a thread, time downward, one step a row.
//!
//! Shown are the steps that matter: those on objects that more than one thread touches. Numbers that are
//! missing are steps that do not. A lock that is let go at once is one row with its unlock, and where a
//! story is long the middle of what one thread does without a switch is folded.

use std::fmt;

use super::{Action, Noun, Ordering, Place, Step, Story, state};

/// Columns of a line.
const WIDTH: usize = 80;
/// Columns in front of the first lane: the mark of a switch, and the number of the step.
const GUTTER: usize = 6;
/// Rows of steps, at the most.
const ROWS: usize = 22;

/// What a part of a line is, for whoever gives it a colour.
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

/// A row before it is drawn.
#[derive(Clone, Debug)]
struct Row {
    thread: usize,
    /// The first step that it shows, and the last.
    steps: (usize, usize),
    text: String,
    preempts: bool,
}

/// Draws a story, in at most 30 lines. Linear in the number of steps.
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
    let ends = story.waits.iter().map(|wait| wait.thread).chain(story.broke.iter().map(|broke| broke.thread));
    let mut lanes: Vec<usize> = rows.iter().map(|row| row.thread).chain(ends).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let layout = Layout { story, indent: indent(lanes.len()), lanes };
    let mut lines = vec![Line(vec![(Role::Aside, preemptions(story))]), layout.header()];
    let mut file = "";
    for part in fold(&rows) {
        lines.push(match part {
            Part::Row(row) => {
                let step = &story.steps[row.steps.0];
                layout.row(row, step, &mut file)
            }
            Part::Folded(thread, steps) => layout.aside(thread, format!("⋮ {steps} steps")),
        });
    }
    lines.extend(layout.end(&mut file));
    lines
}

/// How many switches the schedule needs, or has.
fn preemptions(story: &Story) -> String {
    let count = story.preemptions();
    let times = if count == 1 { "1 preemption".to_owned() } else { format!("{count} preemptions") };
    match (count, story.simpler) {
        (0, _) => "needs no preemption: threads only switch where one has to wait, or ends".to_owned(),
        (_, Some(1)) => format!("needs {times} (»): the one schedule with fewer holds"),
        (_, Some(simpler)) => format!("needs {times} (»): all {simpler} schedules with fewer hold"),
        (_, None) => format!("has {times} (»)"),
    }
}

fn indent(lanes: usize) -> usize {
    match lanes {
        0..=3 => 14,
        4 => 10,
        _ => 6,
    }
}

/// The steps that matter, as rows.
fn rows(story: &Story) -> Vec<Row> {
    let shared = shared(story);
    let others_run = running(story);
    let matters = |number: usize| match &story.steps[number] {
        _ if !others_run[number] => false,
        Step { action: Action::Spawn | Action::Exit | Action::Join | Action::Yield, .. } => false,
        // That an end was dropped matters if it was the last.
        Step { action: Action::DropSender | Action::DropReceiver, value: Some(1..), .. } => false,
        Step { action: Action::Fence, .. } => true,
        step => step.object.is_some_and(|object| shared[object]),
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut preempted = false;
    for (number, step) in story.steps.iter().enumerate() {
        preempted |= step.preempts;
        if !matters(number) {
            continue;
        }
        let adjacent = rows.last_mut().filter(|row| row.thread == step.thread && !preempted);
        if let Some((row, text)) = adjacent.and_then(|row| joined(story, row, step).map(|text| (row, text))) {
            (row.text, row.steps.1) = (text, number);
            continue;
        }
        let preempts = std::mem::take(&mut preempted);
        rows.push(Row { thread: step.thread, steps: (number, number), text: text(story, step), preempts });
    }
    condense(story, rows)
}

/// What one line of the program does in several steps without a switch, as one row.
fn condense(story: &Story, rows: Vec<Row>) -> Vec<Row> {
    let together = |one: &Row, other: &Row| {
        let at = |row: &Row| &story.steps[row.steps.0].place;
        one.thread == other.thread && at(one) == at(other) && !other.preempts
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

/// Which objects more than one thread touches, or somebody waits for.
fn shared(story: &Story) -> Vec<bool> {
    let mut users: Vec<Option<usize>> = vec![None; story.objects.len()];
    let mut shared = vec![false; story.objects.len()];
    let touched = story.steps.iter().flat_map(|step| [step.object, step.mutex].map(|object| (object, step.thread)));
    for (object, thread) in touched.filter_map(|(object, thread)| Some((object?, thread))) {
        shared[object] |= users[object].replace(thread).is_some_and(|before| before != thread);
    }
    story.waits.iter().for_each(|wait| shared[wait.object] = true);
    // Where no thread came to what another had touched, that is the story.
    if shared.contains(&true) { shared } else { vec![true; shared.len()] }
}

/// For each step, whether a thread other than its own has begun by then and not ended: before and after that,
/// nothing can come between.
fn running(story: &Story) -> Vec<bool> {
    let mut running = 1_usize;
    let alone = |step: &Step, running: usize| step.thread == 0 && running == 1;
    let mut others = Vec::with_capacity(story.steps.len());
    for step in &story.steps {
        running += usize::from(step.action == Action::Spawn);
        others.push(!alone(step, running));
        running -= usize::from(step.action == Action::Exit);
    }
    // Where there was never more than one thread, all of it matters.
    if others.contains(&true) { others } else { vec![true; others.len()] }
}

/// The text of a row that takes in the step after it, if they go together.
fn joined(story: &Story, row: &Row, step: &Step) -> Option<String> {
    let before = &story.steps[row.steps.1];
    let name = &story.objects[step.object?].name;
    let same = before.object == step.object && row.steps.0 == row.steps.1 || before.action == Action::WriteDrain;
    match (before.action, step.action) {
        (Action::Write, Action::WriteDrain) if same => Some(row.text.clone()),
        (Action::Lock, Action::Unlock)
        | (Action::Read, Action::ReadUnlock)
        | (Action::Write | Action::WriteDrain, Action::WriteUnlock)
            if same && before.object == step.object =>
        {
            Some(format!("{}, unlock {name}", before.action.words()))
        }
        _ => None,
    }
}

/// What a step does, in a few words, with its memory ordering if that is a weak one.
fn text(story: &Story, step: &Step) -> String {
    let words = words(story, step);
    match step.ordering.filter(|&ordering| ordering != Ordering::SeqCst) {
        Some(ordering) => format!("{words} ({ordering:?})"),
        None => words,
    }
}

fn words(story: &Story, step: &Step) -> String {
    let name = step.object.map_or("", |object| &story.objects[object].name);
    let does = format!("{} {name}", step.action.words());
    let number = |value: Option<u64>| value.map(state::number).unwrap_or_default();
    let failed = step.value == Some(0);
    match step.action {
        Action::Load => format!("{does} = {}", number(step.value)),
        Action::Store => format!("{does} = {}", number(step.wrote)),
        Action::Rmw => format!("{does}: {} to {}", number(step.value), number(step.wrote)),
        Action::CompareExchange if step.wrote.is_none() => format!("{does}: is {}, kept", number(step.value)),
        Action::CompareExchange => format!("{does}: {} to {}", number(step.value), number(step.wrote)),
        Action::TryLock | Action::TryRead | Action::TryWrite if failed => format!("{does}: taken"),
        Action::Wait => {
            let mutex = step.mutex.map_or("", |mutex| &story.objects[mutex].name);
            format!("{does}, unlock {mutex}")
        }
        Action::Reacquire => {
            let mutex = step.mutex.map_or("", |mutex| &story.objects[mutex].name);
            format!("woken on {name}, lock {mutex}")
        }
        Action::NotifyOne | Action::NotifyAll if failed => format!("{does}: nobody sleeps"),
        Action::NotifyOne | Action::NotifyAll => format!("{does}: wakes {}", number(step.value)),
        Action::Send | Action::AwaitTaker if failed => format!("{does}: no receiver"),
        Action::TrySend if failed => format!("{does}: no"),
        Action::Recv | Action::AwaitGiver if failed => format!("{does}: closed"),
        Action::TryRecv if failed => format!("{does}: nothing"),
        Action::DropSender | Action::DropReceiver if failed => format!("{does}: the last"),
        Action::DropSender | Action::DropReceiver => format!("{does}: {} left", number(step.value)),
        Action::Add if step.value.is_none() => format!("clone {name}"),
        Action::Done if step.value.is_none() => format!("drop a clone of {name}"),
        Action::Add | Action::Done => format!("{does}: {}", number(step.value)),
        _ if step.object.is_some_and(|object| story.objects[object].noun == Noun::Cell) => format!("{does} (a cell)"),
        _ => does,
    }
}

/// A row that is drawn, or how many steps of a thread are not.
enum Part<'a> {
    Row(&'a Row),
    Folded(usize, usize),
}

/// The rows that there is room for: of a stretch of one thread its beginning and its end, and of all
/// stretches the last.
fn fold(rows: &[Row]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let folds = rows.len() > ROWS;
    for stretch in rows.chunk_by(|one, other| one.thread == other.thread) {
        match stretch {
            [first, hidden @ .., before, last] if folds && hidden.len() > 1 => {
                let thread = first.thread;
                parts.extend([
                    Part::Row(first),
                    Part::Folded(thread, hidden.len()),
                    Part::Row(before),
                    Part::Row(last),
                ]);
            }
            all => parts.extend(all.iter().map(Part::Row)),
        }
    }
    let Some(over) = parts.len().checked_sub(ROWS).filter(|&over| over > 0) else { return parts };
    let thread = |part: &Part<'_>| match part {
        Part::Row(row) => row.thread,
        Part::Folded(thread, _) => *thread,
    };
    let first = thread(&parts[0]);
    let steps = parts.drain(..=over).map(|part| if let Part::Folded(_, steps) = part { steps } else { 1 }).sum();
    parts.insert(0, Part::Folded(first, steps));
    parts
}

/// Where everything is drawn.
struct Layout<'a> {
    story: &'a Story,
    /// The threads that have a lane.
    lanes: Vec<usize>,
    indent: usize,
}

impl Layout<'_> {
    fn column(&self, thread: usize) -> usize {
        let lane = self.lanes.iter().position(|&lane| lane == thread).unwrap_or_default();
        GUTTER + lane * self.indent
    }

    fn header(&self) -> Line {
        let mut parts = vec![(Role::Aside, " ".repeat(GUTTER))];
        for &lane in &self.lanes {
            let name = clip_end(&self.story.threads[lane].name, self.indent - 1);
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

    fn row<'s>(&self, row: &Row, step: &'s Step, file: &mut &'s str) -> Line {
        let mark = if row.preempts { (Role::Switch, "»") } else { (Role::Aside, "") };
        let start = self.start(row.thread, mark, &(row.steps.0 + 1).to_string());
        let function = step.function.as_deref().map(|function| format!("{function} ")).unwrap_or_default();
        let place = function + &place(&step.place, file);
        self.line(start, row.thread, (Role::Lane(row.thread), &row.text), &place)
    }

    fn aside(&self, thread: usize, text: String) -> Line {
        let mut parts = self.start(thread, (Role::Aside, ""), "");
        parts.push((Role::Aside, text));
        Line(parts)
    }

    /// What the threads that are left wait for, or who found what broke.
    fn end<'s>(&'s self, file: &mut &'s str) -> Vec<Line> {
        let story = self.story;
        let mut lines = Vec::new();
        for wait in &story.waits {
            let text = format!("waits to {} {}", wait.action.words(), story.objects[wait.object].name);
            let start = self.start(wait.thread, (Role::Broken, "✗"), "");
            lines.push(self.line(start, wait.thread, (Role::Broken, &text), &place(&wait.place, file)));
        }
        if let Some(broke) = &story.broke {
            let start = self.start(broke.thread, (Role::Broken, "✗"), "");
            let place = broke.place.as_ref().map(|at| place(at, file)).unwrap_or_default();
            lines.push(self.line(start, broke.thread, (Role::Broken, "finds it broken"), &place));
        }
        lines
    }

    /// A line with its place at the right edge; where both do not fit, less of the place.
    fn line(&self, mut parts: Vec<(Role, String)>, thread: usize, (role, text): (Role, &str), place: &str) -> Line {
        let column = self.column(thread);
        let text = clip_end(text, WIDTH - column);
        let room = WIDTH.saturating_sub(column + text.chars().count() + 2);
        let place = clip_start(place, room);
        let gap = WIDTH.saturating_sub(column + text.chars().count() + place.chars().count());
        parts.push((role, text));
        parts.push((Role::Aside, format!("{}{place}", " ".repeat(gap))));
        Line(parts)
    }
}

/// A place in few columns: the folder only of a `mod.rs`, and the file only where it is another than before.
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
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    if room < 6 {
        return String::new();
    }
    ['…'].into_iter().chain(text.chars().skip(length - room + 1)).collect()
}
