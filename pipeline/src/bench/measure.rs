//! Builds and runs the bench `peers`: every contest is read as soon as it is over.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use ci::builds;
use cli::{note, process};
use models::contest::Contest;
use serde_json::Value;

use super::Arguments;
use super::progress::Progress;

/// Builds the bench, and returns where it is.
pub fn build() -> anyhow::Result<PathBuf> {
    note!("building the bench");
    let mut build = builds::cargo();
    build.args(["bench", "--package", "stress", "--features", "peers", "--bench", "peers", "--no-run"]);
    let output = process::output(build.arg("--message-format=json"))?;
    if !output.status.success() {
        bail!("failed to build the bench: cargo ended with {}", output.status);
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages.lines().find_map(executable);
    executable.context("cargo does not say where the bench is")
}

/// The path of the bench, from cargo's message about it.
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    (message["target"]["name"] == "peers").then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
}

/// The contests that came, and how the bench ended.
pub fn run(executable: &Path, arguments: &Arguments) -> (Vec<Contest>, anyhow::Result<()>) {
    let mut contests = Vec::new();
    let end = into(&mut contests, executable, arguments);
    (contests, end)
}

fn into(contests: &mut Vec<Contest>, executable: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("failed to make a folder for the Go program")?;
    let mut command = Command::new(executable);
    command.args(["--only", &arguments.only]).arg("--go").arg(folder.path());
    if arguments.goals {
        command.arg("--goals");
    }
    if let Some(rounds) = arguments.rounds {
        command.args(["--rounds", &rounds.to_string()]);
    }
    let mut progress = Progress::new("measured", None);
    let status = process::lines(&mut command, |line| {
        let contest: Contest = serde_json::from_str(line).with_context(|| format!("the bench printed `{line}`"))?;
        progress.tell(&title(&contest));
        contests.push(contest);
        Ok(())
    });
    progress.end();
    let status = status?;
    ensure!(status.success(), "it ended with {status}");
    Ok(())
}

/// The name of a contest.
pub fn title(contest: &Contest) -> String {
    format!("{}, {} {}", name(contest), contest.threads, if contest.threads == 1 { "thread" } else { "threads" })
}

/// The name of its case, as `--only` sees it.
pub fn name(contest: &Contest) -> String {
    format!("{}: {}", contest.pattern, contest.case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bench_is_where_cargo_says() {
        let library = r#"{"reason":"compiler-artifact","target":{"name":"stress"},"executable":null}"#;
        let bench = r#"{"reason":"compiler-artifact","target":{"name":"peers"},"executable":"/there/peers-1"}"#;
        assert_eq!([library, bench, "no JSON"].map(executable), [None, Some("/there/peers-1".into()), None]);
    }
}
