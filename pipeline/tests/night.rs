//! The descriptions that start a night on several machines: Slurm's array, Kubernetes' Job and GitHub's workflow have
//! the same number of shards, their commands are valid, and they name shards as `cargo ci nightly` reads them.

use std::fs;
use std::process::Command;

use ci::builds;
use ci::night::shard::Shard;
use pipeline::{nextest, steps};
use saphyr::{LoadableYamlNode, YamlOwned};

/// The shards of every description.
const SHARDS: usize = 4;

fn read(path: &str) -> String {
    fs::read_to_string(builds::root().join(path)).expect("it is there")
}

fn yaml(path: &str) -> YamlOwned {
    let mut documents = YamlOwned::load_from_str(&read(path)).expect("it is YAML");
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

fn text(node: &YamlOwned) -> &str {
    node.as_str().expect("it is a text")
}

fn sequence(node: &YamlOwned) -> &[YamlOwned] {
    node.as_vec().expect("it is a sequence")
}

/// The words after `cargo ci`, with what a shell or Kubernetes fills in, have to be valid.
#[track_caller]
fn assert_understood<'a>(words: impl IntoIterator<Item = &'a str>) {
    let command = <steps::Arguments as clap::Args>::augment_args(clap::Command::new("ci"));
    let words: Vec<String> =
        words.into_iter().map(|word| word.trim_matches('"').replace("$@", "--budget=6h")).collect();
    let matches = command.try_get_matches_from(std::iter::once("ci".to_owned()).chain(words.clone()));
    assert!(matches.is_ok(), "{words:?}: {}", matches.unwrap_err());
}

/// Every task of `shards` finds its shard in an environment.
#[track_caller]
fn assert_found(shards: usize, environment: impl Fn(&str, usize) -> Option<String>) {
    for part in 0..shards {
        let found = Shard::find(None, |name| environment(name, part)).expect("the environment says it");
        assert_eq!(found, Shard { part, of: shards });
    }
}

#[test]
fn the_slurm_array_has_the_shards() {
    let script = read("ci/night/slurm.sbatch");
    let last = script.lines().find_map(|line| line.strip_prefix("#SBATCH --array=0-")).expect("it is an array");
    assert_eq!(last.parse(), Ok(SHARDS - 1));
    let command = script.lines().find_map(|line| line.strip_prefix("exec cargo ci ")).expect("it runs cargo ci");
    assert_understood(command.split_whitespace());
    // As Slurm sets them for such an array.
    assert_found(SHARDS, |name, part| match name {
        "SLURM_ARRAY_TASK_ID" => Some(part.to_string()),
        "SLURM_ARRAY_TASK_COUNT" => Some(SHARDS.to_string()),
        "SLURM_ARRAY_TASK_MIN" => Some("0".to_owned()),
        _ => None,
    });
    let shell = Command::new("sh").arg("-n").arg(builds::root().join("ci/night/slurm.sbatch")).status();
    assert!(shell.expect("there is a shell").success());
}

#[test]
fn the_kubernetes_job_has_the_shards() {
    let job = yaml("ci/night/kubernetes.yaml");
    assert_eq!(text(&job["kind"]), "Job");
    let spec = &job["spec"];
    assert_eq!(text(&spec["completionMode"]), "Indexed");
    let shards = [&spec["completions"], &spec["parallelism"]].map(|number| number.as_integer());
    assert_eq!(shards, [Some(SHARDS as i64); 2]);
    let [container] = sequence(&spec["template"]["spec"]["containers"]) else { panic!("one container") };
    assert_understood(sequence(&container["args"]).iter().map(text));
    let set = sequence(&container["env"]);
    let set = |name: &str| {
        set.iter().find(|variable| text(&variable["name"]) == name).map(|variable| text(&variable["value"]))
    };
    // As Kubernetes sets it for such a Job.
    let index = |name: &str, part: usize| (name == "JOB_COMPLETION_INDEX").then(|| part.to_string());
    assert_found(SHARDS, |name, part| set(name).map(str::to_owned).or_else(|| index(name, part)));
}

#[test]
fn the_workflow_has_the_shards() {
    let workflow = yaml(".github/workflows/nightly.yml");
    let jobs = &workflow["jobs"];
    let matrix = sequence(&jobs["shard"]["strategy"]["matrix"]["shard"]);
    let parts: Vec<Option<i64>> = matrix.iter().map(|part| part.as_integer()).collect();
    assert_eq!(parts, (1..=SHARDS as i64).map(Some).collect::<Vec<_>>());
    let runs = |job: &str| -> Vec<&str> {
        sequence(&jobs[job]["steps"]).iter().filter_map(|step| step.as_mapping_get("run")).map(text).collect()
    };
    let commands = |job: &str| -> Vec<String> {
        runs(job).into_iter().filter_map(|run| Some(run.strip_prefix("cargo ci ")?.replace('\\', " "))).collect()
    };
    for part in parts.into_iter().flatten() {
        let [command] = &commands("shard")[..] else { panic!("one command") };
        let command = command.replace("${{ matrix.shard }}", &part.to_string());
        assert_understood(command.split_whitespace());
        assert!(command.contains(&format!("--shard \"{part}/{}\"", SHARDS)), "{command}");
    }
    let [merge] = &commands("merge")[..] else { panic!("one command") };
    assert_understood(merge.split_whitespace());
    assert!(merge.contains(&format!("--expect {SHARDS}")), "{merge}");
    let [sanitize] = &commands("sanitize")[..] else { panic!("one command") };
    assert_understood(sanitize.split_whitespace());
    assert_eq!(runs("nextest"), [nextest::INSTALL, "cargo ci nextest"]);
    let [nextest] = &commands("nextest")[..] else { panic!("one command") };
    assert_understood(nextest.split_whitespace());
    let [bench] = &commands("bench")[..] else { panic!("one command") };
    assert_understood(bench.replace("$FIRST", "--against first.json").split_whitespace());
}
