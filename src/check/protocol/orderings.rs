//! How strong orderings have to be, as `--weaken` tells it: a row has what came of one check, and all rows together say for
//! each ordering the weakest with which *every* check holds that meets it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Row;
use crate::check::orderings::{is_weaker, weakest, words};
use crate::check::story::{Ordering, Place, Story};
use crate::check::{Access, Attempt, Status, Verdict, Weakened};

/// An ordering of the program, and what came of weaker ones in one check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lowered {
    /// Which it is.
    #[serde(flatten)]
    pub site: Site,
    /// The weaker ones that were tried, the strongest first.
    pub attempts: Vec<Lower>,
}

/// An ordering of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Where it stands.
    pub place: Place,
    /// The function that it stands in, and the text of its line, where the source was at hand.
    pub source: Option<(String, String)>,
    /// What has the ordering.
    pub access: Access,
    /// The ordering as it is written.
    pub ordering: Ordering,
}

/// A weaker ordering, and what came of a check with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lower {
    /// The ordering; none is no fence at all.
    pub ordering: Option<Ordering>,
    /// How the check ended.
    pub verdict: Status,
    /// How many executions; up to the first failure, where there is one.
    pub executions: u64,
    /// What broke, or what ran out.
    pub failure: Option<String>,
    /// The execution that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<Story>,
}

impl Lowered {
    /// What is told of an ordering.
    pub fn of(weakened: &Weakened) -> Lowered {
        let Weakened { place, source, access, ordering, attempts } = weakened.clone();
        let lower = |Attempt { ordering, report }| Lower {
            ordering,
            verdict: report.verdict.status(),
            executions: report.executions,
            failure: match &report.verdict {
                Verdict::Failed(failure) => Some(failure.headline.clone()),
                verdict => verdict.why(),
            },
            story: report.verdict.story().cloned(),
        };
        let site = Site { place, source, access, ordering };
        Lowered { site, attempts: attempts.into_iter().map(lower).collect() }
    }
}

/// An ordering of the program, and what all checks together say of it.
#[derive(Clone, Debug, Serialize)]
pub struct Strength {
    /// Which it is.
    #[serde(flatten)]
    pub site: Site,
    /// The weakest with which every check holds; two where Acquire and Release each do.
    pub weakest: Vec<Option<Ordering>>,
    /// The checks that meet it.
    pub checks: Vec<String>,
    /// For each weaker ordering that fails the first check that does, and what breaks there.
    pub refuted: Vec<Refuted>,
    /// The weaker orderings of which it is not known, each with a check in which it is not, and why.
    pub undecided: Vec<Refuted>,
}

/// A weaker ordering, and the check in which it does not hold.
#[derive(Clone, Debug, Serialize)]
pub struct Refuted {
    /// The ordering; none is no fence at all.
    pub ordering: Option<Ordering>,
    /// The check.
    pub check: String,
    /// What breaks, or what ran out.
    pub why: String,
}

/// The file, the line, the column, the access, and the ordering as a word.
type Key = (String, u32, u32, Access, String);

/// What some rows say of each ordering, in the order of files and lines.
pub fn strengths(rows: &[Row]) -> Vec<Strength> {
    let mut sites: BTreeMap<Key, Vec<(&Row, &Lowered)>> = BTreeMap::new();
    for row in rows {
        for lowered in row.orderings.iter().flatten() {
            let Site { place, access, ordering, .. } = &lowered.site;
            let key = (place.file.clone(), place.line, place.column, *access, format!("{ordering:?}"));
            sites.entry(key).or_default().push((row, lowered));
        }
    }
    sites.into_values().map(|met| strength(&met)).collect()
}

/// What the rows say that have met one ordering.
fn strength(met: &[(&Row, &Lowered)]) -> Strength {
    let site = &met[0].1.site;
    let first = |ordering, is: fn(&Lower) -> bool| {
        let tried = met.iter().flat_map(|(row, lowered)| lowered.attempts.iter().map(|lower| (*row, lower)));
        let (row, lower) = tried.into_iter().find(|(_, lower)| lower.ordering == ordering && is(lower))?;
        let why = lower.failure.clone().unwrap_or_default();
        Some(Refuted { ordering, check: row.check.clone(), why })
    };
    let (mut holding, mut refuted, mut undecided) = (vec![Some(site.ordering)], Vec::<Refuted>::new(), Vec::new());
    for ordering in site.access.weaker(site.ordering) {
        if refuted.iter().any(|refuted| is_weaker(ordering, refuted.ordering)) {
            continue;
        }
        if let Some(fails) = first(ordering, |lower| lower.verdict == Status::Failed) {
            refuted.push(fails);
        } else if let Some(open) = first(ordering, |lower| !lower.verdict.is_complete()) {
            undecided.push(open);
        } else {
            holding.push(ordering);
        }
    }
    let mut checks: Vec<String> = met.iter().map(|(row, _)| row.check.clone()).collect();
    checks.dedup();
    Strength { site: site.clone(), weakest: weakest(&holding), checks, refuted, undecided }
}

impl Strength {
    /// Whether a weaker ordering passes all checks that meet it.
    pub fn could_be_weaker(&self) -> bool {
        self.weakest != [Some(self.site.ordering)]
    }

    /// The access and its ordering.
    pub fn written(&self) -> String {
        format!("{} {:?}", self.site.access.name(), self.site.ordering)
    }

    /// The weakest with which every check holds, in words.
    pub fn weakest(&self) -> String {
        self.weakest.iter().map(|&ordering| words(ordering)).collect::<Vec<_>>().join(" or ")
    }

    /// Why it cannot be weaker, a line for each weaker ordering.
    pub fn why(&self) -> Vec<String> {
        let fails =
            self.refuted.iter().map(|Refuted { ordering, check, why }| format!("{}: {check}: {why}", words(*ordering)));
        let open = self
            .undecided
            .iter()
            .map(|Refuted { ordering, check, why }| format!("{}: not decided in {check}: {why}", words(*ordering)));
        fails.chain(open).collect()
    }
}

/// The lines of a file that write an ordering stronger than Relaxed which is none of these, up to the file's tests.
pub fn unmet(file: &str, text: &str, met: &[Strength]) -> Vec<(u32, String)> {
    let lines: Vec<&str> = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
    let here = met.iter().map(|strength| &strength.site.place).filter(|place| place.file == file);
    let calls: Vec<_> = here.map(|place| place.line..=end_of_call(&lines, place)).collect();
    let numbered = (1..).zip(lines);
    let open = numbered.filter(|(number, line)| {
        writes_an_ordering(line.split("//").next().unwrap_or_default())
            && !calls.iter().any(|call| call.contains(number))
    });
    open.map(|(number, line)| (number, line.trim().to_owned())).collect()
}

/// The line on which the call ends that begins at a place.
fn end_of_call(lines: &[&str], place: &Place) -> u32 {
    let mut depth = 0;
    for (number, line) in (1..).zip(lines).skip(place.line as usize - 1) {
        let from = if number == place.line { place.column as usize - 1 } else { 0 };
        for letter in line.chars().skip(from) {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            if letter == ')' && depth <= 0 {
                return number;
            }
        }
    }
    place.line
}

/// Whether code has an ordering stronger than Relaxed as an argument.
fn writes_an_ordering(code: &str) -> bool {
    ["SeqCst", "AcqRel", "Acquire", "Release"].iter().any(|name| {
        code.match_indices(name).any(|(at, _)| {
            let before = code[..at].trim_end_matches("Ordering::").trim_end().chars().next_back();
            let after = code[at + name.len()..].chars().next();
            matches!(before, None | Some('(' | ',')) && matches!(after, Some(')' | ','))
        })
    })
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.place, self.place.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Expected;
    use crate::check::Status::{Cut, Exhausted, Failed};

    fn row(check: &str, ordering: Ordering, attempts: &[(Option<Ordering>, Status)]) -> Row {
        let place = Place { file: "a.rs".to_owned(), line: 2, column: 7 };
        let site = Site { place, source: None, access: Access::Update, ordering };
        let lower = |&(ordering, verdict): &(Option<Ordering>, Status)| Lower {
            ordering,
            verdict,
            executions: 1,
            failure: (verdict != Exhausted).then(|| format!("{verdict} there")),
            story: None,
        };
        let cell = super::super::Cell {
            check: check.to_owned(),
            pattern: String::new(),
            subject: String::new(),
            defect: None,
            property: String::new(),
            engine: crate::check::Engine::Rc11,
            expected: Expected::Holds,
            test: None,
        };
        let orderings = vec![Lowered { site, attempts: attempts.iter().map(lower).collect() }];
        Row { orderings: Some(orderings), ..Row::untold(&cell, Exhausted) }
    }

    /// An ordering that fails in one check fails, whatever other checks say; so does one that was not tried there because a
    /// stronger one failed.
    #[test]
    fn all_checks_have_to_hold() {
        use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

        let rows = [
            row("one", SeqCst, &[(Some(AcqRel), Exhausted), (Some(Acquire), Exhausted), (Some(Release), Failed)]),
            row(
                "other",
                SeqCst,
                &[
                    (Some(AcqRel), Exhausted),
                    (Some(Acquire), Cut),
                    (Some(Release), Exhausted),
                    (Some(Relaxed), Exhausted),
                ],
            ),
        ];
        let [strength] = &strengths(&rows)[..] else { panic!("there is one") };
        assert_eq!((strength.weakest(), strength.could_be_weaker()), ("AcqRel".to_owned(), true));
        assert_eq!(strength.checks, ["one", "other"]);
        let why = ["Release: one: failed there", "Acquire: not decided in other: cut there"];
        assert_eq!(strength.why(), why);
        let [strength] = &strengths(&rows[1..])[..] else { panic!("there is one") };
        assert_eq!(strength.weakest(), "Relaxed");
        let needed = row("one", AcqRel, &[(Some(Acquire), Failed), (Some(Release), Failed)]);
        assert!(!strengths(&[needed])[0].could_be_weaker());
    }

    #[test]
    fn what_no_check_comes_to_is_found_in_the_source() {
        let text = "fn f() {\n    a.b.compare_exchange(\n        0,\n        Ordering::SeqCst, // SeqCst: why.\n    );\n    \
                    c.load(Acquire) + d.load(Relaxed);\n    // Acquire: (Acquire).\n    const C: Ordering = Ordering::SeqCst;\n}\n\
                    #[cfg(test)]\nmod tests { f(SeqCst) }\n";
        let met = strengths(&[row("one", Ordering::SeqCst, &[])]);
        assert_eq!(unmet("a.rs", text, &met), [(6, "c.load(Acquire) + d.load(Relaxed);".to_owned())]);
        assert_eq!(unmet("a.rs", text, &[]).len(), 2);
    }
}
