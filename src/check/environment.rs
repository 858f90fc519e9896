//! What the environment says to checks. Every variable is named, described, read and validated here.
//!
//! What the code of a check sets takes precedence over the environment.

use std::env;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use super::engines::Engine;

/// As many executions as there is time for.
pub(super) const UNLIMITED: u64 = u64::MAX;

/// A variable of the environment.
#[derive(Debug)]
struct Variable {
    name: &'static str,
    takes: &'static str,
    means: &'static str,
}

const ENGINE: &str = "SELVEDGE_ENGINE";
const EXECUTIONS: &str = "SELVEDGE_EXECUTIONS";
const SEED: &str = "SELVEDGE_SEED";
const TIME_LIMIT: &str = "SELVEDGE_TIME_LIMIT";
const PREEMPTIONS: &str = "SELVEDGE_PREEMPTIONS";
const SPURIOUS: &str = "SELVEDGE_SPURIOUS";
const UNFOLD: &str = "SELVEDGE_UNFOLD";
const WEAKEN: &str = "SELVEDGE_WEAKEN";
const REPLAY: &str = "SELVEDGE_REPLAY";
const CHECK: &str = "SELVEDGE_CHECK";
const DEFECT: &str = "SELVEDGE_DEFECT";
const LIST: &str = "SELVEDGE_LIST";
const ROWS: &str = "SELVEDGE_ROWS";
const SHARD: &str = "SELVEDGE_SHARD";
const RESUME: &str = "SELVEDGE_RESUME";
const BEHAVIOURS: &str = "SELVEDGE_BEHAVIOURS";

/// All of them; the last seven are what the runner tells a test program.
const VARIABLES: [Variable; 16] = [
    Variable {
        name: ENGINE,
        takes: "`dpor`",
        means: "the only engine; otherwise a test runs all of its build but `rc11`",
    },
    Variable {
        name: EXECUTIONS,
        takes: "`5000`, `unlimited`",
        means: "how many executions a sampler runs, 1,000 by default, or as many as there is time for",
    },
    Variable { name: SEED, takes: "`7`", means: "where samplers start, 0 by default" },
    Variable {
        name: TIME_LIMIT,
        takes: "`90s`, `500ms`, `5m`, `1h`",
        means: "how long an engine explores, a minute by default",
    },
    Variable {
        name: PREEMPTIONS,
        takes: "`3`",
        means: "leaves out schedules with more preemptions; all are run by default",
    },
    Variable {
        name: SPURIOUS,
        takes: "`1`",
        means: "threads wake without a reason, too: from a wait on a condition variable, or parked",
    },
    Variable {
        name: UNFOLD,
        takes: "`1`",
        means: "stories show what calls of contexts, clocks and patterns do, step by step",
    },
    Variable {
        name: WEAKEN,
        takes: "`1`",
        means: "`rc11` is asked of each memory ordering whether it could be weaker, and nothing else is run",
    },
    Variable {
        name: REPLAY,
        takes: "a saved failure",
        means: "runs that failure again, and no other check of its test",
    },
    Variable { name: CHECK, takes: "a name as in the table", means: "the only check that is run" },
    Variable {
        name: DEFECT,
        takes: "a name as in the table",
        means: "which of that name is run: the one with this defect",
    },
    Variable { name: LIST, takes: "a file", means: "checks are not run, and each adds its list of cells to the file" },
    Variable { name: ROWS, takes: "a file", means: "each check adds its row of each engine to the file" },
    Variable { name: SHARD, takes: "`1/4`", means: "the part of the search of `dpor` or `rc11` that a test explores" },
    Variable {
        name: RESUME,
        takes: "a file",
        means: "where a test keeps the search of `dpor` or `rc11`, and goes on with it",
    },
    Variable { name: BEHAVIOURS, takes: "`1`", means: "rows count the different behaviours, where an engine can" },
];

/// What the environment says, read and found valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub(super) engine: Option<Engine>,
    pub(super) executions: Option<u64>,
    pub(super) seed: Option<u64>,
    pub(super) time_limit: Option<Duration>,
    pub(super) preemptions: Option<usize>,
    pub(super) spurious: Option<bool>,
    pub(super) unfold: Option<bool>,
    pub(super) weaken: Option<bool>,
    pub(super) replay: Option<PathBuf>,
    pub(super) check: Option<String>,
    pub(super) defect: Option<String>,
    pub(super) list: Option<PathBuf>,
    pub(super) rows: Option<PathBuf>,
    pub(super) shard: Option<(usize, usize)>,
    pub(super) resume: Option<PathBuf>,
    pub(super) behaviours: Option<bool>,
}

impl Environment {
    /// Reads what the environment says.
    ///
    /// # Errors
    ///
    /// Names the variable with an invalid value, and what it can be.
    pub fn read() -> Result<Environment, String> {
        let number = |name| read(name, "no number; give one from 0 on", |text| text.parse().ok());
        let file = |name| read(name, "no file", |text| (!text.is_empty()).then(|| PathBuf::from(text)));
        let name = |name| read(name, "no name", |text| Some(text.to_owned()));
        let switch = |name, on: &str| {
            read(name, &format!("neither 1, for {on}, nor 0"), |text| match text {
                "0" => Some(false),
                "1" => Some(true),
                _ => None,
            })
        };
        let names = || Engine::ALL.into_iter().map(Engine::name).collect::<Vec<_>>().join(", ");
        Ok(Environment {
            engine: read(ENGINE, &format!("no engine; there are {}", names()), Engine::from_name)?,
            executions: read(EXECUTIONS, "no number of executions; give one from 1 on", |text| match text {
                "unlimited" => Some(UNLIMITED),
                text => text.parse().ok().filter(|&executions| executions > 0),
            })?,
            seed: number(SEED)?,
            time_limit: read(TIME_LIMIT, "no time; give one like 90s, 500ms, 5m or 1h", duration)?,
            preemptions: number(PREEMPTIONS)?.map(|bound| bound as usize),
            spurious: switch(SPURIOUS, "threads that wake without a reason")?,
            unfold: switch(UNFOLD, "stories that show what calls do")?,
            weaken: switch(WEAKEN, "orderings that are lowered")?,
            replay: file(REPLAY)?,
            check: name(CHECK)?,
            defect: name(DEFECT)?,
            list: file(LIST)?,
            rows: file(ROWS)?,
            shard: read(SHARD, "no part; give one like 1/4", |text| parse_shard(text).ok())?,
            resume: file(RESUME)?,
            behaviours: switch(BEHAVIOURS, "rows that count behaviours")?,
        })
    }

    /// All variables, as a table in Markdown.
    ///
    /// ```
    /// let table = selvedge::check::Environment::table();
    /// assert!(table.lines().any(|line| line.starts_with("| `SELVEDGE_SEED` | `7` |")));
    /// ```
    pub fn table() -> String {
        let mut table = "| variable | takes | means |\n| --- | --- | --- |\n".to_owned();
        for Variable { name, takes, means } in VARIABLES {
            let _ = writeln!(table, "| `{name}` | {takes} | {means} |");
        }
        table
    }
}

/// What a variable says, if it is set.
fn read<T>(name: &str, wrong: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
    let Some(text) = env::var_os(name) else { return Ok(None) };
    match text.to_str().and_then(parse) {
        Some(value) => Ok(Some(value)),
        None => Err(format!("{name}={}: this is {wrong}", text.display())),
    }
}

/// A whole number and its unit.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = text[..unit].parse().ok().filter(|&number| number > 0)?;
    let milliseconds = match &text[unit..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

/// Parts of a search, at the most.
const PARTS: usize = 1 << 20;

/// A part of a search as the command line names it: K/N is the K-th of N, counted from 1; the result
/// counts from 0.
///
/// # Errors
///
/// Says what a part looks like.
pub fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((part @ 1.., of)) if part <= of && of <= PARTS => Ok((part - 1, of)),
        _ => Err(format!("a shard is K/N, with K from 1 to N, and N to {PARTS} at the most")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_its_unit() {
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("1h"), Some(Duration::from_secs(3_600)));
        for bad in ["", "90", "s", "0s", "-1s", "1.5s", "1 s", "90sec", "99999999999999999h", "é"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
