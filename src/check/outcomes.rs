//! The outcomes of a program: each value that one of its executions gives, with the number of executions that give it,
//! and one of them as a story.
//!
//! 1. Only executions that the [report](Outcomes::report) counts are counted: not the second runs that detect
//!    nondeterminism, nor executions that repeat others, or that are given up.
//! 2. That there are [no other values](Outcomes::is_complete) is claimed only if every execution was explored, in the
//!    memory model of the engine. A sampler cannot claim it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use super::config::{Check, Config};
use super::engine;
use super::explorer::Explorer;
use super::story::Story;
use super::verdict::{Report, Verdict};

/// A value that executions give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The value.
    pub value: T,
    /// How many executions gave it. An engine that prunes runs one of many that are equivalent, so this is no probability.
    pub executions: u64,
    /// An execution that gives it, with the fewest preemptions of those that were met. Real threads record none.
    pub story: Option<Story>,
}

/// The outcomes of a program; see [`Explorer::outcomes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes<T> {
    /// The report of the exploration. If it failed, only the values before the failure are known.
    pub report: Report,
    /// The values, from the least to the greatest.
    pub rows: Vec<Outcome<T>>,
    /// The report is about every part of the search.
    whole: bool,
}

impl Explorer {
    /// Explores `check` as [`run`](Self::run) does, and gathers the values that its executions return. Values are
    /// compared between two operations of an execution, so they have to be plain data: a function of what the threads
    /// have read.
    ///
    /// For each execution it costs a logarithmic number of comparisons in the number of values, and a walk over the
    /// operations.
    ///
    /// # Panics
    ///
    /// If the engine is not one of this build's, or the search is to be [resumed](Self::resume): no file has the values
    /// of the earlier executions.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    /// use selvedge::sync::{Arc, Mutex, thread};
    ///
    /// let engine = Engine::available().last().unwrap();
    /// let outcomes = Explorer::new(engine).outcomes(|| {
    ///     let text = Arc::new(Mutex::new(String::new()));
    ///     let theirs = Arc::clone(&text);
    ///     let writer = thread::spawn(move || theirs.lock().push('a'));
    ///     text.lock().push('b');
    ///     writer.join().unwrap();
    ///     let text = text.lock().clone();
    ///     text
    /// });
    /// println!("{outcomes}");
    /// if engine == Engine::Dpor {
    ///     assert!(outcomes.is_complete());
    ///     assert_eq!(outcomes.values().collect::<Vec<_>>(), ["ab", "ba"]);
    ///     let story = outcomes.witness("ab").expect("it is one of them");
    ///     assert_eq!(story.preemptions(), 1);
    /// }
    /// ```
    pub fn outcomes<T: Ord + Send + 'static, F: Fn() -> T + Send + Sync + 'static>(&self, check: F) -> Outcomes<T> {
        assert!(self.config.resume.is_none(), "outcomes cannot be resumed: what executions gave before is in no file");
        let config = Config { check: std::any::type_name::<F>(), ..self.config.clone() };
        let ((report, mut tallies), numbers) = numbered(check, |check| engine::explore(&config, check));
        let row = |(value, number)| {
            let (executions, story) = tallies.take(number)?;
            Some(Outcome { value, executions, story })
        };
        let rows = numbers.into_iter().filter_map(row).collect();
        Outcomes { report, rows, whole: config.parts().len() == config.parts_of_all() }
    }
}

/// What `explore` makes of a check that gives numbers for its values, and which number each value has got.
pub(super) fn numbered<T: Ord + Send + 'static, R>(
    check: impl Fn() -> T + Send + Sync + 'static,
    explore: impl FnOnce(Check) -> R,
) -> (R, BTreeMap<T, usize>) {
    let numbers = Arc::new(Mutex::new(BTreeMap::new()));
    let known = Arc::clone(&numbers);
    let found = explore(Arc::new(move || {
        let value = check();
        let mut known = known.lock();
        let next = known.len();
        Some(*known.entry(value).or_insert(next))
    }));
    // Where an execution failed its thread sleeps for good, and keeps the check.
    let numbers = std::mem::take(&mut *numbers.lock());
    (found, numbers)
}

impl<T> Outcomes<T> {
    /// The values, from the least to the greatest.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().map(|row| &row.value)
    }

    /// Whether there are these values and no others, in the memory model of the engine.
    pub fn is_complete(&self) -> bool {
        self.whole && self.report.verdict == Verdict::Exhausted
    }

    /// An execution that gives `value`; `None` if none was met, or the engine records no stories.
    pub fn witness<V: Ord + ?Sized>(&self, value: &V) -> Option<&Story>
    where
        T: std::borrow::Borrow<V>,
    {
        let at = self.rows.binary_search_by(|row| row.value.borrow().cmp(value)).ok()?;
        self.rows[at].story.as_ref()
    }

    /// In words, whether there may be other values.
    pub fn whether_all(&self) -> String {
        match self.report.sc_suffices {
            _ if !self.is_complete() => "there may be others".to_owned(),
            Some(true) => "these and no others".to_owned(),
            _ => format!("these and no others in {}", self.report.engine.memory_model()),
        }
    }
}

/// A line for each value, and the verdict:
///
/// ```text
///   "ab"  1 execution
///   "ba"  1 execution
/// EXHAUSTED 2, SC suffices: these and no others
/// ```
impl<T: fmt::Debug> fmt::Display for Outcomes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.values().map(|value| format!("{value:?}")).collect();
        let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or_default();
        let digits = self.rows.iter().map(|row| row.executions.to_string().len()).max().unwrap_or_default();
        for (row, text) in self.rows.iter().zip(texts) {
            let plural = if row.executions == 1 { "" } else { "s" };
            writeln!(f, "  {text:<width$}  {:>digits$} execution{plural}", row.executions)?;
        }
        let report = self.report.to_string();
        let (verdict, rest) = report.split_once('\n').map_or((&*report, None), |(verdict, rest)| (verdict, Some(rest)));
        match self.report.verdict.holds() {
            true => write!(f, "{verdict}: {}", self.whether_all())?,
            false => f.write_str(verdict)?,
        }
        rest.map_or(Ok(()), |rest| write!(f, "\n{rest}"))
    }
}

/// One document, with every story.
#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for Outcomes<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Document<'a, T> {
            schema: u32,
            engine: super::Engine,
            memory_model: &'a str,
            verdict: super::Status,
            executions: u64,
            seed: Option<u64>,
            complete: bool,
            why: Option<String>,
            outcomes: Vec<Row<'a, T>>,
        }
        #[derive(serde::Serialize)]
        struct Row<'a, T> {
            value: &'a T,
            executions: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            story: Option<&'a Story>,
        }
        impl<'a, T> Row<'a, T> {
            fn of(Outcome { value, executions, story }: &'a Outcome<T>) -> Self {
                Row { value, executions: *executions, story: story.as_ref() }
            }
        }
        let Report { engine, verdict, executions, seed, .. } = &self.report;
        let document = Document {
            schema: 1,
            engine: *engine,
            memory_model: engine.memory_model(),
            verdict: verdict.status(),
            executions: *executions,
            seed: *seed,
            complete: self.is_complete(),
            why: verdict.why(),
            outcomes: self.rows.iter().map(Row::of).collect(),
        };
        document.serialize(serializer)
    }
}
