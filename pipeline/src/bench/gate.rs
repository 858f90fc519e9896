//! Regressions against earlier results: `--against`.
//!
//! Times are never compared, since they depend on the machine and the hour. Two things are:
//!
//! 1. Ratios to the best peer, if the machine is the same. A machine differs from run to run too, so a ratio may fall
//!    by 15 %, or by the sum of the widths of both runs' middle halves, if that is more. For normal values with
//!    deviation s the middle half is 1.35 s wide, and the medians of two runs of 11 rounds differ by 0.53 s: the
//!    allowance is five times that, so chance alone fails no run. The price: a contest whose middle half is half as
//!    wide as its median is watched only by its count.
//! 2. The pattern's instructions, if the compiler is the same. They may grow by 5 %, and by 2: they differ by about one
//!    per cent from run to run if hashers are seeded.
//!
//! A contest that has disappeared is reported, and fails nothing; a new one has nothing to be compared with.

use std::collections::BTreeSet;
use std::fmt;

use models::contest::{Contest, Role};

use super::measure;
use super::results::Results;
use super::standing::{Spread, Standing};
use super::table;

/// By what part a ratio without any spread may fall.
const RATIO_FLOOR: f64 = 0.15;
/// By what part instructions may grow, and by how many.
const INSTRUCTIONS_PART: f64 = 0.05;
const INSTRUCTIONS: f64 = 2.0;

/// The result of a comparison.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The regressions, a line each.
    pub regressions: Vec<String>,
    /// What was not compared, and why.
    pub notes: Vec<String>,
    /// How many ratios were compared.
    pub ratios: usize,
    /// How many counts of instructions were compared.
    pub counts: usize,
}

/// Compares new results with old ones, for the contests that are `wanted`.
pub fn compare(old: &Results, new: &Results, wanted: impl Fn(&Contest) -> bool) -> Verdict {
    let mut verdict = Verdict::default();
    let same_machine = old.machine == new.machine;
    if !same_machine {
        let why = format!("ratios are not compared: those were of {}, and this is {}", old.machine, new.machine);
        verdict.notes.push(why);
    }
    let same_compiler = old.compiler == new.compiler;
    if !same_compiler {
        let why =
            format!("instructions are not compared: those were of {}, and this is {}", old.compiler, new.compiler);
        verdict.notes.push(why);
    }
    let mut counted = BTreeSet::new();
    for old in old.contests.iter().filter(|contest| wanted(contest)) {
        let (case, title) = (measure::name(old), measure::title(old));
        let Some(new) = new.contests.iter().find(|new| measure::title(new) == title) else {
            verdict.notes.push(format!("{title}: gone"));
            continue;
        };
        if let (true, Some(old), Some(new)) = (same_machine, Standing::of(old), Standing::of(new)) {
            verdict.ratios += 1;
            let why = fallen(&old.ratio, &new.ratio);
            verdict.regressions.extend(why.map(|why| format!("{title}: {why}")));
        }
        // Instructions are counted on one thread, for any number of threads.
        let is_first = counted.insert(case.clone());
        if let (true, Some(old), Some(new)) = (same_compiler && is_first, instructions(old), instructions(new)) {
            verdict.counts += 1;
            verdict.regressions.extend(grown(old, new).map(|why| format!("{case}: {why}")));
        }
    }
    verdict
}

/// By how much a ratio fell, if that is more than it may.
fn fallen(old: &Spread, new: &Spread) -> Option<String> {
    let (fell, may) = (1.0 - new.median / old.median, (old.width() + new.width()).max(RATIO_FLOOR));
    let [old, new] = [old, new].map(table::spread);
    (fell > may)
        .then(|| format!("the ratio was {old} and is {new}: {} less, and {} may be noise", part(fell), part(may)))
}

/// By how much instructions grew, if that is more than they may.
fn grown(old: f64, new: f64) -> Option<String> {
    let grew = new > old * (1.0 + INSTRUCTIONS_PART) && new > old + INSTRUCTIONS;
    grew.then(|| format!("an operation took {old:.1} instructions and takes {new:.1}: {} more", part(new / old - 1.0)))
}

fn part(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

fn instructions(contest: &Contest) -> Option<f64> {
    contest.contenders.iter().find(|contender| contender.role == Role::Ours)?.instructions
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { regressions, notes, ratios, counts } = self;
        let worse = regressions.len();
        writeln!(f, "{worse} regressions in {ratios} ratios and {counts} instruction counts")?;
        regressions.iter().try_for_each(|line| writeln!(f, "regression: {line}"))?;
        notes.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::standing::tests::contest;
    use ci::machine::Machine;

    /// One contest in which the pattern has these ratios to a peer, and takes so many instructions.
    fn results(ratios: &[f64], instructions: f64) -> Results {
        let mut contest = contest("a case", &[("ours", ratios), ("peer", &[1.0; 16][..ratios.len()])]);
        contest.contenders[0].instructions = Some(instructions);
        let machine = Machine { cores: 2, model: Some("one".to_owned()) };
        let (version, compiler) = ("0".to_owned(), "rustc 1".to_owned());
        Results { schema: 1, version, compiler, machine, contests: vec![contest] }
    }

    fn verdict(old: &Results, new: &Results) -> Verdict {
        compare(old, new, |_| true)
    }

    #[track_caller]
    fn assert_passes(old: &Results, new: &Results) {
        let verdict = verdict(old, new);
        assert_eq!(verdict, Verdict { ratios: 1, counts: 1, ..Verdict::default() });
    }

    #[track_caller]
    fn assert_fails(old: &Results, new: &Results, why: &str) {
        assert_eq!(verdict(old, new).regressions, [why]);
    }

    #[test]
    fn a_ratio_that_falls_by_more_than_the_floor_fails() {
        let old = results(&[1.0; 11], 100.0);
        assert_passes(&old, &old);
        assert_passes(&old, &results(&[0.86; 11], 100.0));
        assert_passes(&old, &results(&[2.0; 11], 100.0));
        let why = "Pattern: a case, 1 thread: the ratio was 1.00 (1.00 to 1.00) and is 0.84 (0.84 to 0.84): \
                   16 % less, and 15 % may be noise";
        assert_fails(&old, &results(&[0.84; 11], 100.0), why);
    }

    #[test]
    fn a_fall_within_the_noise_of_both_runs_passes_and_one_beyond_it_fails() {
        let noisy = |ratio: f64| results(&[0.6, 0.9, 1.0, 1.1, 1.6].map(|noise| noise * ratio), 100.0);
        assert_passes(&noisy(1.0), &noisy(0.62));
        let why = "Pattern: a case, 1 thread: the ratio was 1.00 (0.90 to 1.10) and is 0.55 (0.50 to 0.61): \
                   45 % less, and 40 % may be noise";
        assert_fails(&noisy(1.0), &noisy(0.55), why);
        // The same fall without the noise of one of the runs.
        let quiet = results(&[0.75; 5], 100.0);
        assert_eq!(verdict(&noisy(1.0), &quiet).regressions.len(), 1);
    }

    #[test]
    fn a_slower_machine_is_no_regression() {
        let (old, mut slow) = (results(&[1.0; 11], 100.0), results(&[1.0; 11], 100.0));
        let rates = slow.contests.iter_mut().flat_map(|contest| &mut contest.contenders).flat_map(|one| &mut one.rates);
        rates.for_each(|rate| *rate /= 3.0);
        assert_passes(&old, &slow);
    }

    #[test]
    fn instructions_that_grow_by_more_than_a_part_and_some_fail() {
        let count = |instructions| results(&[1.0; 11], instructions);
        assert_passes(&count(100.0), &count(104.9));
        assert_passes(&count(100.0), &count(50.0));
        // Two of few instructions are a large part, and may come by chance.
        assert_passes(&count(10.0), &count(12.0));
        let why = "Pattern: a case: an operation took 100.0 instructions and takes 107.0: 7 % more";
        assert_fails(&count(100.0), &count(107.0), why);
        let why = "Pattern: a case: an operation took 10.0 instructions and takes 12.5: 25 % more";
        assert_fails(&count(10.0), &count(12.5), why);
    }

    #[test]
    fn a_count_is_told_once_a_case() {
        let with_more_threads = |mut results: Results| {
            let more = Contest { threads: 2, ..results.contests[0].clone() };
            results.contests.push(more);
            results
        };
        let (old, new) = (results(&[1.0; 11], 100.0), results(&[1.0; 11], 200.0));
        let verdict = verdict(&with_more_threads(old), &with_more_threads(new));
        assert_eq!((verdict.regressions.len(), verdict.ratios, verdict.counts), (1, 2, 1));
    }

    #[test]
    fn another_machine_has_other_ratios_and_another_compiler_other_counts() {
        let (old, mut new) = (results(&[1.0; 11], 100.0), results(&[0.1; 11], 100.0));
        new.machine.model = Some("another".to_owned());
        let verdict = verdict(&old, &new);
        let why = "ratios are not compared: those were of 2 cores of one, and this is 2 cores of another";
        assert_eq!(verdict, Verdict { notes: vec![why.to_owned()], counts: 1, ..Verdict::default() });
        let (old, mut new) = (results(&[1.0; 11], 100.0), results(&[1.0; 11], 900.0));
        new.compiler = "rustc 2".to_owned();
        let verdict = compare(&old, &new, |_| true);
        let why = "instructions are not compared: those were of rustc 1, and this is rustc 2";
        assert_eq!(verdict, Verdict { notes: vec![why.to_owned()], ratios: 1, ..Verdict::default() });
    }

    #[test]
    fn what_is_gone_is_said_where_it_was_asked_for_and_what_is_new_is_none() {
        let (old, mut new) = (results(&[1.0; 11], 100.0), results(&[0.1; 11], 900.0));
        new.contests[0].case = "another case".to_owned();
        let verdict = verdict(&old, &new);
        let gone = "Pattern: a case, 1 thread: gone".to_owned();
        assert_eq!(verdict, Verdict { notes: vec![gone], ..Verdict::default() });
        assert_eq!(compare(&old, &new, |contest| contest.case != "a case"), Verdict::default());
    }

    #[test]
    fn what_was_not_counted_is_not_compared() {
        let (old, mut new) = (results(&[1.0; 11], 100.0), results(&[1.0; 11], 900.0));
        new.contests[0].contenders[0].instructions = None;
        assert_eq!(verdict(&old, &new), Verdict { ratios: 1, ..Verdict::default() });
    }
}
