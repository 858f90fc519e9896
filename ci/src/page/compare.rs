//! Code that is wrong beside code that is right, line by line.
//!
//! A twin of an idiom is shown beside the idiom: both are small, and implement one trait. The same holds for a twin of
//! a pattern that is rebuilt small. Any other twin is smaller than its pattern. Then the twin's methods in the story
//! are shown beside the pattern's functions that the same methods call. If a minimal pair shows the mistake in one
//! line, the pair comes first.
//!
//! Functions are found in the text: `rustfmt` determines how they begin and end.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;

use selvedge::check::protocol::{Listing, Pair, Row};
use selvedge::check::story::Story;
use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::source;
use crate::builds;

/// Two texts, with the lines that belong together beside each other.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    title: &'static str,
    /// The files, from the root of the workspace: the wrong one and the right one.
    paths: [String; 2],
    lines: Vec<Beside>,
}

/// A line of each text, with its number, and whether they differ.
type Beside = (Option<Numbered>, Option<Numbered>, bool);
type Numbered = (usize, String);
/// Parts of a text, by their lines.
type Parts = Vec<Range<usize>>;

/// All comparisons for a twin.
pub fn all(row: &Row, story: &Story, listing: &Listing) -> Vec<Comparison> {
    let Some(defect) = &row.defect else { return Vec::new() };
    let pairs = listing.pairs.iter().filter(|pair| pair.defects.contains(defect)).map(minimal);
    pairs.chain(twin(row, defect, story, listing)).collect()
}

fn minimal(pair: &Pair) -> Comparison {
    let text = |side: &str, text: &str| {
        let lines = text.lines().map(str::to_owned).collect();
        Text { path: format!("models/src/pairs/{}/{side}.rs", pair.name), lines }
    };
    let (broken, correct) = (text("broken", &pair.broken), text("correct", &pair.correct));
    let title = "The mistake, in the smallest program that has it";
    let both = (vec![broken.all()], vec![correct.all()]);
    beside(title, [&broken, &correct], &[both], &pair.name, &pair.name)
}

fn twin(row: &Row, defect: &str, story: &Story, listing: &Listing) -> Option<Comparison> {
    let (room, twin) = room_of(defect)?;
    let sound = listing.cells.iter().find(|cell| cell.check == row.check && cell.defect.is_none())?;
    let subject = sound.subject.as_str();

    let (header, methods) = twin.blocks("impl").find(|(header, _)| header.contains(&format!(" for {defect} ")))?;
    let same_trait = format!(" {} for ", header.split(" for ").next()?.rsplit(' ').next()?);
    let implements = |text: &Text| text.blocks("impl").filter(|(header, _)| header.contains(&same_trait)).collect();
    let (check, same) = folder(&room).filter_map(|path| Text::read(&path)).find_map(|text| {
        let same: Vec<(String, Range<usize>)> = implements(&text);
        (!same.is_empty()).then_some((text, same))
    })?;
    let (right, real) = same.iter().find(|(header, _)| header.contains(subject)).or(same.first())?.clone();
    let right = right.split(&same_trait).nth(1)?.split([' ', '<']).next()?;

    let definition = |text: &Text, name: &str| {
        let of = |(header, _): &(String, _)| header.split([' ', '<', '(', ';']).nth(2) == Some(name);
        text.blocks("pub struct ").chain(text.blocks("pub enum ")).find(of).map(|(_, lines)| lines)
    };
    if let Some(own) = definition(&check, right) {
        let wrong = definition(&twin, defect).into_iter().chain([methods]).collect();
        return Some(beside(
            "The broken twin, and the idiom",
            [&twin, &check],
            &[(wrong, vec![own, real])],
            defect,
            right,
        ));
    }

    let methods = twin.functions(methods);
    let told = |name: &str| {
        let mut here = story.steps.iter().filter(|step| step.place.file == twin.path);
        here.any(|step| step.function.as_deref() == Some(name))
    };
    let mut wrong: Vec<_> = methods.iter().filter(|(name, _)| told(name)).cloned().collect();
    if wrong.is_empty() {
        // A method of one line only calls another function, and that one is right.
        wrong = methods.into_iter().filter(|(_, lines)| lines.len() > 3).collect();
    }
    let real = check.functions(real);
    let called = |method: &str| {
        let real = real.iter().filter(|(name, _)| name == method);
        real.flat_map(|(_, lines)| calls(&check.lines[lines.clone()])).map(|call| call.name).collect::<BTreeSet<_>>()
    };
    let all = wrong.iter().flat_map(|(name, _)| called(name)).collect();
    let pattern = modules(&check).find(|module| !module.called(&all, subject).is_empty())?;
    let mut both = Vec::new();
    let mut shown = BTreeSet::new();
    for (name, lines) in wrong {
        let right = pattern.called(&called(&name), subject).into_iter().filter(|lines| shown.insert(lines.start));
        both.push((vec![lines], right.collect()));
    }
    Some(beside("The broken twin, and the pattern", [&twin, &pattern], &both, defect, subject))
}

/// The folder of a twin's structure, and the twin's file.
fn room_of(defect: &str) -> Option<(String, Text)> {
    let rooms = fs::read_dir(builds::root().join("models/src")).into_iter().flatten().flatten();
    let rooms = rooms.map(|room| format!("models/src/{}", room.file_name().to_string_lossy()));
    let mut twins = rooms.map(|room| (format!("{room}/twins/{}.rs", snake(defect)), room));
    twins.find_map(|(path, room)| Some((room, Text::read(&path)?)))
}

/// The files of the patterns that a check uses.
fn modules(check: &Text) -> impl Iterator<Item = Text> {
    let named = |path: &String| {
        let module = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        check.has(&format!("selvedge::{}", module.replace('/', "::")))
    };
    let paths = folder("src/patterns").chain(folder("src/patterns/ttl_cache"));
    paths.chain(["src/sync/context.rs".to_owned()]).filter(named).filter_map(|path| Text::read(&path))
}

/// The files of a folder, in order.
fn folder(path: &str) -> impl Iterator<Item = String> {
    let names = fs::read_dir(builds::root().join(path)).into_iter().flatten().flatten();
    let names: BTreeSet<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.into_iter().filter(|name| name.ends_with(".rs")).map(move |name| format!("{path}/{name}"))
}

/// `GetThenSet` is in `get_then_set`.
fn snake(name: &str) -> String {
    let words = name.chars().flat_map(|letter| {
        let between = letter.is_uppercase().then_some('_');
        between.into_iter().chain(letter.to_lowercase())
    });
    words.skip(1).collect()
}

/// A call in a text.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    name: String,
    /// The receiver of the call.
    on: On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum On {
    Itself,
    Other,
    Nothing,
}

/// The calls in a text.
fn calls(lines: &[String]) -> BTreeSet<Call> {
    let text = lines.join("\n");
    let called = text.split('(').filter_map(|before| {
        let path = before.trim_end_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        let on = match path {
            path if path.ends_with("self.") => On::Itself,
            path if path.ends_with('.') => On::Other,
            _ => On::Nothing,
        };
        Some(Call { name: before[path.len()..].to_owned(), on }).filter(|call| !call.name.is_empty())
    });
    called.collect()
}

/// A file of the workspace.
struct Text {
    path: String,
    lines: Vec<String>,
}

impl Text {
    fn read(path: &str) -> Option<Self> {
        let text = source::read(path)?;
        Some(Text { path: path.to_owned(), lines: text.lines().map(str::to_owned).collect() })
    }

    fn has(&self, part: &str) -> bool {
        self.lines.iter().any(|line| line.contains(part))
    }

    fn all(&self) -> Range<usize> {
        0..self.lines.len()
    }

    /// The block from its first line to the brace that ends it.
    fn block(&self, start: usize) -> Range<usize> {
        let line = &self.lines[start];
        if line.ends_with(['}', ';']) {
            return start..start + 1;
        }
        let end = " ".repeat(line.len() - line.trim_start().len()) + "}";
        let length = self.lines[start..].iter().position(|line| *line == end).unwrap_or_default();
        start..start + length + 1
    }

    /// The blocks that begin with `start`: the first line of each, and its range.
    fn blocks(&self, start: &'static str) -> impl Iterator<Item = (String, Range<usize>)> {
        let begins = self.lines.iter().enumerate().filter(move |(_, line)| line.trim_start().starts_with(start));
        begins.map(|(at, line)| (line.trim_start().to_owned(), self.block(at)))
    }

    /// The functions in a part, by their names.
    fn functions(&self, part: Range<usize>) -> Vec<(String, Range<usize>)> {
        let name = |line: &str| {
            let (before, after) = line.split_once("fn ")?;
            let known = before.split_whitespace().all(|word| word.starts_with("pub") || word == "const");
            known.then(|| after.split(['(', '<']).next().unwrap_or_default().to_owned())
        };
        part.filter_map(|at| Some((name(&self.lines[at])?, self.block(at)))).collect()
    }

    /// The functions of those names, of one type or of none. For a function that only calls another, the other one too.
    fn called(&self, names: &BTreeSet<String>, of: &str) -> Vec<Range<usize>> {
        let blocks: Vec<_> = self.blocks("impl").collect();
        let functions = self.functions(self.all());
        // The receiver that a call of a function needs, within this type.
        let on = |lines: &Range<usize>| match blocks.iter().find(|(_, block)| block.contains(&lines.start)) {
            None => On::Nothing,
            Some((header, _)) if header.contains(&format!(" {of}")) => On::Itself,
            Some(_) => On::Other,
        };
        let found = functions.iter().filter(|(name, lines)| names.contains(name) && on(lines) != On::Other);
        let mut found: Vec<_> = found.map(|(_, lines)| lines.clone()).collect();
        let hands_on = found.iter().filter(|lines| lines.len() <= 3);
        let further: BTreeSet<_> = hands_on.flat_map(|lines| calls(&self.lines[lines.clone()])).collect();
        let further = functions.iter().filter(|(name, lines)| {
            further.contains(&Call { name: name.clone(), on: on(lines) }) && !found.contains(lines)
        });
        let further: Vec<_> = further.map(|(_, lines)| lines.clone()).collect();
        found.extend(further);
        found
    }

    /// The lines of some parts with their numbers, and without the indentation of the first.
    fn numbered(&self, parts: &[Range<usize>]) -> Vec<Numbered> {
        let part = |part: &Range<usize>| {
            let indent = self.lines[part.start].len() - self.lines[part.start].trim_start().len();
            let line = move |at: usize| (at + 1, self.lines[at].get(indent..).unwrap_or_default().to_owned());
            part.clone().map(line).collect::<Vec<_>>()
        };
        parts.iter().flat_map(part).collect()
    }
}

/// Puts the lines of matching parts beside each other. Indentation and the name of the type do not count as
/// differences.
fn beside(title: &'static str, texts: [&Text; 2], parts: &[(Parts, Parts)], wrong: &str, right: &str) -> Comparison {
    let mut lines = Vec::new();
    for (wrong_parts, right_parts) in parts {
        let sides = [texts[0].numbered(wrong_parts), texts[1].numbered(right_parts)];
        let [old, new] = sides.each_ref().map(|side| {
            let line = |(_, line): &Numbered| line.trim().replace(wrong, right);
            side.iter().map(line).collect::<Vec<_>>()
        });
        for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
            let (tag, old, new) = op.as_tag_tuple();
            let (old, new) = (&sides[0][old], &sides[1][new]);
            for at in 0..old.len().max(new.len()) {
                lines.push((old.get(at).cloned(), new.get(at).cloned(), tag != DiffTag::Equal));
            }
        }
    }
    Comparison { title, paths: texts.map(|text| text.path.clone()), lines }
}

#[cfg(test)]
mod tests {
    use models::catalogue;

    use super::*;

    #[test]
    fn every_twin_stands_beside_what_is_right() {
        let listing = catalogue::listing();
        for check in catalogue::checks() {
            let Some(defect) = check.defect else { continue };
            let cell = catalogue::cells().into_iter().find(|cell| cell.defect.as_deref() == Some(defect));
            let row =
                Row { check: check.name(), defect: cell.and_then(|cell| cell.defect), ..crate::fixture::lost_write() };
            let twin =
                twin(&row, defect, &Story::default(), &listing).unwrap_or_else(|| panic!("{defect} stands alone"));
            assert!(twin.lines.iter().any(|line| line.2), "{defect}: nothing differs");
            assert!(twin.lines.iter().any(|line| line.1.is_some()), "{defect}: nothing is beside it");
        }
    }

    #[test]
    fn a_minimal_pair_differs_in_one_line() {
        for pair in &catalogue::listing().pairs {
            assert_eq!(minimal(pair).lines.iter().filter(|line| line.2).count(), 1, "{}", pair.name);
        }
    }

    #[test]
    fn a_name_is_found_where_it_is_called() {
        let called = calls(&["self.update(key, |old| Some(self.map.len()));".to_owned()]);
        let called: Vec<_> = called.iter().map(|call| (call.name.as_str(), call.on)).collect();
        assert_eq!(called, [("Some", On::Nothing), ("len", On::Other), ("update", On::Itself)]);
        assert_eq!(snake("CompareExchangeWithAba"), "compare_exchange_with_aba");
    }
}
