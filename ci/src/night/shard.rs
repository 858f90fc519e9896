//! Which part of a night this process does: each of several machines does one, and none repeats another's.
//!
//! `--shard K/N` says it, or otherwise the system that starts the processes: Kubernetes numbers the pods of an Indexed
//! Job in `JOB_COMPLETION_INDEX` (the manifest sets their number in `JOB_COMPLETIONS`), and Slurm the tasks of an array
//! in `SLURM_ARRAY_TASK_ID`. If nothing says it, one machine does all.

use std::fmt;
use std::time::SystemTime;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// Shards of a night, at the most.
const MOST: usize = 1 << 20;

/// One part of a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Counted from 0.
    pub part: usize,
    /// How many there are.
    pub of: usize,
}

impl fmt::Display for Shard {
    /// As on the command line, counted from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part.saturating_add(1), self.of)
    }
}

impl Shard {
    /// The shard that was asked for, or the one that the `environment` names, or the whole night.
    pub fn find(asked: Option<(usize, usize)>, environment: impl Fn(&str) -> Option<String>) -> anyhow::Result<Shard> {
        let number = |name: &str| -> anyhow::Result<Option<usize>> {
            let read = |text: String| text.parse().with_context(|| format!("{name} is no number: {text}"));
            environment(name).map(read).transpose()
        };
        let needed = |name: &str, by: &str| number(name)?.with_context(|| format!("{by} is set, and {name} is not"));
        let (part, of) = if let Some(asked) = asked {
            asked
        } else if let Some(index) = number("JOB_COMPLETION_INDEX")? {
            (index, needed("JOB_COMPLETIONS", "JOB_COMPLETION_INDEX")?)
        } else if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
            let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
            (id.saturating_sub(first), needed("SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_ID")?)
        } else {
            (0, 1)
        };
        let shard = Shard { part, of };
        if !shard.is_sound() {
            bail!("there is no shard {shard}: an array counts up without gaps, to {MOST} at the most");
        }
        Ok(shard)
    }

    /// Whether its numbers are possible.
    pub fn is_sound(self) -> bool {
        self.part < self.of && self.of <= MOST
    }
}

/// The default name of a night, the same for all shards: from the system that started them, or today's date.
pub fn night(environment: impl Fn(&str) -> Option<String>, now: SystemTime) -> String {
    let of = |system: &str, variable: &str| environment(variable).map(|id| format!("{system}-{id}"));
    let started = of("slurm", "SLURM_ARRAY_JOB_ID").or_else(|| of("github", "GITHUB_RUN_ID"));
    started.unwrap_or_else(|| humantime::format_rfc3339_seconds(now).to_string()[.."2026-01-01".len()].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(asked: Option<(usize, usize)>, variables: &[(&str, &str)]) -> Result<String, String> {
        let get = |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        Shard::find(asked, get).map(|shard| shard.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_comes_before_the_environment() {
        assert_eq!(find(Some((1, 3)), &[("SLURM_ARRAY_TASK_ID", "0")]).unwrap(), "2/3");
        assert_eq!(find(None, &[]).unwrap(), "1/1");
    }

    #[test]
    fn kubernetes_and_slurm_number_their_processes() {
        assert_eq!(find(None, &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "4")]).unwrap(), "1/4");
        let array = |id, first| {
            let (id, count) = (("SLURM_ARRAY_TASK_ID", id), ("SLURM_ARRAY_TASK_COUNT", "4"));
            find(None, &[id, count, ("SLURM_ARRAY_TASK_MIN", first)])
        };
        assert_eq!(array("3", "0").unwrap(), "4/4");
        assert_eq!(array("4", "1").unwrap(), "4/4");
        assert!(array("7", "1").unwrap_err().contains("there is no shard 7/4"));
    }

    #[test]
    fn half_a_description_is_none() {
        let why = find(None, &[("JOB_COMPLETION_INDEX", "2")]).unwrap_err();
        assert_eq!(why, "JOB_COMPLETION_INDEX is set, and JOB_COMPLETIONS is not");
        assert!(find(None, &[("SLURM_ARRAY_TASK_ID", "x")]).unwrap_err().contains("no number"));
    }

    #[test]
    fn a_night_is_named_by_who_started_it_or_by_its_day() {
        let id = |name: &str| (name == "SLURM_ARRAY_JOB_ID").then(|| "17".to_owned());
        assert_eq!(night(id, SystemTime::UNIX_EPOCH), "slurm-17");
        assert_eq!(night(|_| None, SystemTime::UNIX_EPOCH), "1970-01-01");
    }
}
