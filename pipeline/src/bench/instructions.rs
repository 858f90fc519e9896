//! How many instructions an operation takes on one thread, as valgrind's callgrind counts them.
//!
//! The bench performs operations within one function, by whose name callgrind knows what to count, and prints how many.
//! A count depends on the compiler, and not on the load of the machine. Hashers are seeded at random, which moves the
//! count of a map by about one per cent from run to run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use cli::process::{self, End};
use cli::{interrupt, note};
use models::contest::{Contest, Role};

use super::progress::Progress;

/// Which part of the bench is counted.
const COUNTED: &str = "--toggle-collect=*counted_operations*";
/// How long one contender may take: it takes some seconds, most of them for the structures of the others.
const LIMIT: Duration = Duration::from_secs(300);

/// Counts for every contender that can be counted, once for each case, until an interrupt comes. Without valgrind
/// nothing is counted, which is reported.
pub fn count(executable: &Path, contests: &mut [Contest]) -> anyhow::Result<()> {
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success()) {
        note!("skipped: valgrind is not installed, so no instructions are counted");
        return Ok(());
    }
    let folder = tempfile::tempdir().context("failed to make a folder for valgrind")?;
    let key = |contest: &Contest, name: &str| [contest.pattern.clone(), contest.case.clone(), name.to_owned()];
    let mut counts = BTreeMap::new();
    for contest in contests.iter().filter(|contest| is_countable(contest)) {
        for contender in contest.contenders.iter().filter(|contender| contender.countable) {
            counts.insert(key(contest, &contender.name), None);
        }
    }
    let mut progress = Progress::new("counted", Some(counts.len() as u64));
    for (words, count) in &mut counts {
        match one(executable, words, &folder.path().join("callgrind.out")) {
            Ok(instructions) => *count = Some(instructions),
            // It was killed.
            Err(_) if interrupt::came() => break,
            Err(error) => progress.say(&format!("skipped: {} is not counted: {error:#}", words.join(", "))),
        }
        progress.tell(&words.join(", "));
    }
    progress.end();
    for contest in contests {
        let (pattern, case) = (contest.pattern.clone(), contest.case.clone());
        for contender in &mut contest.contenders {
            let key = [pattern.clone(), case.clone(), contender.name.clone()];
            contender.instructions = counts.get(&key).copied().flatten();
        }
    }
    Ok(())
}

/// Go's instructions are not counted, and without Go the bench does not know the document's cases.
fn is_countable(contest: &Contest) -> bool {
    contest.contenders.iter().all(|contender| contender.role != Role::Document)
}

/// The instructions of an operation of one contender.
fn one(executable: &Path, words: &[String; 3], file: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", COUNTED]).arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(executable).arg("--count").args(words);
    let operations: f64 = match process::run(&mut command, LIMIT, |_| ())? {
        End::Line(line) => line.parse().with_context(|| format!("the bench printed `{line}`"))?,
        End::OutOfTime => bail!("killed after {LIMIT:?}"),
        End::Crashed { why, .. } => bail!("{why}"),
    };
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    // Rounded, since later digits differ from run to run.
    Ok((collected(&text).context("callgrind has collected nothing")? / operations * 100.0).round() / 100.0)
}

/// The sum of what callgrind has counted. <https://valgrind.org/docs/manual/cl-format.html>
fn collected(text: &str) -> Option<f64> {
    let sum = text.lines().find_map(|line| line.strip_prefix("totals:"))?;
    sum.trim().parse().ok().filter(|&sum| sum > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_the_sum_of_callgrind_or_none() {
        assert_eq!(collected("events: Ir\nsummary: 12\n\nfn=(1)\n3 4\ntotals: 50016\n"), Some(50_016.0));
        assert_eq!(collected("events: Ir\nsummary: 0\ntotals: 0\n"), None);
        assert_eq!(collected(""), None);
    }
}
