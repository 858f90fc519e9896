//! The result of one check under one engine, as the JSON document of `cargo verify` holds it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::orderings::Lowered;
use super::{Cell, Column, Listing};
use crate::check::programs::{Explored, Program};
use crate::check::story::{Story, lanes};
use crate::check::{Behaviours, Expected, Report, Status, Weakening};

/// One result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// `pattern/property`, as on the command line of `--filter`.
    pub check: String,
    /// The module of the pattern.
    pub pattern: String,
    /// What is claimed: the property in a sentence.
    #[serde(default)]
    pub claim: String,
    /// The type that was checked: the pattern's, or a broken twin's.
    pub subject: String,
    /// The name of the broken twin's defect; `None` if the pattern itself is checked.
    pub defect: Option<String>,
    /// The engine that explored; of a night also what else it is made of.
    pub engine: Column,
    /// Which behaviours of memory were explored.
    pub memory_model: String,
    /// How it ended.
    pub verdict: Status,
    /// How many programs were explored, up to the first that failed, if the check is one of many programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<u64>,
    /// For how many of them every execution was explored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhausted: Option<u64>,
    /// The program that failed, by the words of its operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program<String>>,
    /// How many executions; up to the first failure, where there is one.
    pub executions: u64,
    /// How many executions that were begun turned out to repeat another.
    pub blocked: u64,
    /// How many different Mazurkiewicz traces they were, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traces: Option<u64>,
    /// The behaviours that were met, to be merged with those of other rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behaviours: Option<Behaviours>,
    /// Whether what holds under sequential consistency holds under C11 as well; `None` if the engine does not tell.
    pub sc_suffices: Option<bool>,
    /// The atomics that the program uses with a weaker ordering, and its fences, by name and line.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub weak: BTreeSet<String>,
    /// Wall time.
    pub seconds: f64,
    /// The bound on preemptions, where there was one.
    pub preemption_bound: Option<usize>,
    /// The bound on the turns of loops that count them, where one was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_bound: Option<u32>,
    /// The seed of a sampler.
    pub seed: Option<u64>,
    /// How it must end.
    pub expected: Expected,
    /// Whether the result is the expected one, and the verdict at least the one that was asked for.
    pub ok: bool,
    /// What broke in the failing execution, or what ran out, or what was missing.
    pub failure: Option<String>,
    /// The test that the check is in, where its program is a test program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The orderings that the check meets, and what came of weaker ones, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orderings: Option<Vec<Lowered>>,
    /// The failing execution step by step, if it was asked for and the engine can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<Story>,
}

impl Row {
    /// The result of a cell.
    pub fn of(cell: &Cell, report: &Report) -> Row {
        let ok = cell.expected.is_met_by(report.verdict.status());
        let got_through = || (!ok).then(|| format!("the defect {} got through", cell.subject));
        Row {
            executions: report.executions,
            blocked: report.blocked,
            traces: report.behaviours.as_ref().map(|behaviours| behaviours.traces.count()),
            behaviours: report.behaviours.clone(),
            sc_suffices: report.sc_suffices,
            weak: report.weak.clone(),
            seconds: report.elapsed.as_secs_f64(),
            preemption_bound: report.verdict.preemption_bound(),
            turn_bound: report.verdict.turn_bound(),
            seed: report.seed,
            ok,
            failure: report.verdict.why().or_else(got_through),
            story: report.verdict.story().cloned(),
            ..Row::untold(cell, report.verdict.status())
        }
    }

    /// The result of a cell whose check is many programs.
    pub fn of_programs(cell: &Cell, explored: Explored<String>) -> Row {
        let Explored { programs, exhausted, report, failing } = explored;
        Row { programs: Some(programs), exhausted: Some(exhausted), program: failing, ..Row::of(cell, &report) }
    }

    /// The same, with what came of lower orderings.
    pub fn weakened(self, weakening: &Weakening) -> Row {
        Row { orderings: Some(weakening.orderings.iter().map(Lowered::of).collect()), ..self }
    }

    /// The row of a cell without a report.
    pub fn untold(cell: &Cell, verdict: Status) -> Row {
        Row {
            check: cell.check.clone(),
            pattern: cell.pattern.clone(),
            claim: cell.property.clone(),
            subject: cell.subject.clone(),
            defect: cell.defect.clone(),
            engine: Column::Engine(cell.engine),
            memory_model: cell.engine.memory_model().to_owned(),
            verdict,
            programs: None,
            exhausted: None,
            program: None,
            executions: 0,
            blocked: 0,
            traces: None,
            behaviours: None,
            sc_suffices: None,
            weak: BTreeSet::new(),
            seconds: 0.0,
            preemption_bound: None,
            turn_bound: None,
            seed: None,
            expected: cell.expected,
            ok: false,
            failure: None,
            test: cell.test.clone(),
            orderings: None,
            story: None,
        }
    }

    /// Whether it is that of the programs of a structure, and not of a test that is called so.
    pub fn is_of_programs(&self) -> bool {
        self.check.starts_with(Listing::PROGRAMS) && self.test.is_none()
    }

    /// What a person reads of it: what broke, and how it came to it.
    pub fn report(&self) -> String {
        let why = self.failure.as_deref().unwrap_or("no reason was given");
        let claim = format!("{why}\n{}", self.claimed());
        let lanes = self.story.iter().flat_map(lanes::draw);
        lanes.fold(claim, |text, line| format!("{text}\n{line}"))
    }

    /// What is claimed; for many programs, also after how many programs and schedules one broke it.
    pub fn claimed(&self) -> String {
        let took = match (self.programs, self.verdict) {
            (Some(programs), Status::Failed) => {
                format!("\nfound by program {} in schedule {}", thousands(programs), thousands(self.executions))
            }
            _ => String::new(),
        };
        format!("claimed: {}{took}", self.claim)
    }

    /// The verdict as a cell of a table: `EXHAUSTED 1,092`.
    pub fn cell(&self) -> String {
        let n = thousands(self.executions);
        match (self.verdict, self.expected) {
            (status, Expected::Caught) if status.holds() => "MISSED".to_owned(),
            (status, Expected::Blind) if status.holds() => "blind".to_owned(),
            (status, Expected::Rare) if status != Status::Failed => format!("not in {n}"),
            (Status::Exhausted, _) => {
                format!("EXHAUSTED {n}{}", if self.sc_suffices == Some(false) { ", SC only" } else { "" })
            }
            (Status::Bounded, _) => {
                let preemptions = self.preemption_bound.map(|bound| format!(", p<={bound}")).unwrap_or_default();
                let turns = self.turn_bound.map(|bound| format!(", turns<={bound}")).unwrap_or_default();
                format!("BOUNDED {n}{preemptions}{turns}")
            }
            (Status::Sampled, _) => format!("SAMPLED {n}"),
            (Status::Failed, _) if self.defect.is_some() && self.ok => format!("caught at {n}"),
            (Status::Failed, _) => format!("FAILED at {n}"),
            (Status::Cut, _) => format!("CUT {n}"),
            (other, _) => other.name().to_uppercase(),
        }
    }
}

/// A number as people read it: `1,092`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
