//! The header of a page: which commit was run, when, on which machine, and how to run it again; and what its words
//! mean.

use std::env;
use std::process::Command;
use std::time::SystemTime;

use selvedge::check::Engine;
use selvedge::check::protocol::Column;
use serde::Serialize;

use crate::builds;
use crate::machine::Machine;

/// What was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// The commit, if git tells.
    pub commit: String,
    /// When the page was made.
    pub date: String,
    /// The machine.
    pub machine: String,
    /// Where samplers start.
    pub seed: String,
    /// The command line.
    pub command: String,
}

impl About {
    /// A run of `command` just now, from these seeds.
    pub fn this(command: &str, seed: impl ToString) -> Self {
        let words = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
        // cargo passes its subcommand the subcommand's name.
        let typed = words.enumerate().filter(|(at, word)| *at > 0 || !command.ends_with(&format!(" {word}")));
        let typed = typed.map(|(_, word)| if word.contains(' ') { format!("'{word}'") } else { word });
        About {
            commit: commit().unwrap_or_else(|| "unknown: git does not tell".to_owned()),
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            machine: format!("{}, {}", Machine::this(), env::consts::OS),
            seed: seed.to_string(),
            command: [command.to_owned()].into_iter().chain(typed).collect::<Vec<_>>().join(" "),
        }
    }
}

fn commit() -> Option<String> {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).current_dir(builds::root()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}, and changes that are in no commit") })
}

/// The words in the tables, and what they mean.
pub type Legend = Vec<(String, String)>;

/// The verdicts, as the documentation explains them.
pub fn verdicts() -> Legend {
    let rows = selvedge::docs::VERDICTS.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(verdict, says)| (verdict.to_owned(), says.trim_end_matches(" |").replace('`', ""))).collect()
}

/// The columns: what each of these engines explores, and what it misses.
pub fn columns(used: &[Column]) -> Legend {
    let engines = used.iter().filter_map(|column| column.engine());
    let says = |engine: Engine| {
        let (schedules, model, misses) = (engine.schedules(), engine.memory_model(), engine.misses().replace('`', ""));
        (engine.name().to_owned(), format!("schedules: {schedules}; memory model: {model}; misses: {misses}"))
    };
    engines.map(says).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_is_explained() {
        let verdicts = verdicts();
        for word in ["EXHAUSTED", "BOUNDED", "SAMPLED", "CUT", "FAILED", "VACUOUS", "UNSUPPORTED", "caught", "blind"] {
            assert!(verdicts.iter().any(|(verdict, _)| verdict.starts_with(word)), "{word}");
        }
    }
}
