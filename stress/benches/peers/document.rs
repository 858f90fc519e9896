//! The document's Go programs, where Go is installed: each of its patterns in a loop, and ours in the same.
//!
//! `document.go` holds the document's types. It is built once, runs beside this program, and measures a slot when it is
//! asked to, so that it takes its turn among the others.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use models::contest::Role;
use parking_lot::Mutex;
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::copy_on_write::ConfigManager;
use selvedge::patterns::hash::FnvBuildHasher;
use selvedge::patterns::safe_data::SafeData;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::patterns::ttl_cache::Cache;
use selvedge::patterns::worker_pool::WorkerPool;

use crate::contexts::own_asked;
use crate::counters::own_atomic;
use crate::harness::{Case, Contender, Entry, Worker};

const GOAL: f64 = 2.0;
const HOUR: Duration = Duration::from_secs(3600);

const SAME: &str = "An addition is one instruction in both languages.";
const LOCK: &str = "A lock and an unlock are two read-modify-writes in both languages, and half of Go's time on one thread. On two, \
Go's lock puts all but one to sleep, who go on where they are; ours lets a thread that finds it taken look again after 3 µs at most, \
and then goes to it, and its line with it. That is two to three times as fast as to queue up at once; a longer pause gains nothing.";
const TEXT: &str = "Most of it is the hash of a text and its comparison, as in Go.";
const HANDS: &str = "Go's channel hands a task to a goroutine without asking the system; ours wakes a thread.";

/// A loop over one of ours, which is given what to do and from which operation on.
struct Loop<F>(F);

impl<F: Fn(u64, u64) + Sync> Contender for Loop<F> {
    fn worker(&self, thread: usize) -> Worker<'_> {
        let mut next = thread as u64 * 7;
        Box::new(move |operations| {
            (self.0)(next, operations);
            next += operations;
        })
    }
}

/// A loop of the Go program.
struct Go {
    name: &'static str,
    program: Mutex<(Child, BufReader<std::process::ChildStdout>)>,
}

impl Go {
    fn start(program: &Path, name: &'static str) -> anyhow::Result<Go> {
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Go { name, program: Mutex::new((child, answers)) })
    }

    fn ask(&self, threads: usize, slot: Duration) -> anyhow::Result<f64> {
        let (child, answers) = &mut *self.program.lock();
        let questions = child.stdin.as_mut().expect("it is piped");
        writeln!(questions, "{} {threads} {}", self.name, slot.as_millis())?;
        let mut answer = String::new();
        answers.read_line(&mut answer)?;
        answer.trim().parse().with_context(|| format!("the Go program answered {answer:?}"))
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        let (child, _) = self.program.get_mut();
        // It ends with its input.
        drop(child.stdin.take());
        let _ = child.wait();
    }
}

impl Contender for Go {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        unreachable!("its threads are its own")
    }

    fn rate(&self, threads: usize, slot: Duration) -> f64 {
        self.ask(threads, slot).expect("the Go program answers until it is dropped")
    }

    fn is_countable(&self) -> bool {
        false
    }
}

/// Builds the Go program; nothing where there is no Go.
///
/// # Errors
///
/// If Go is there and cannot build it.
pub fn build(folder: &Path) -> anyhow::Result<Option<std::path::PathBuf>> {
    if Command::new("go").arg("version").output().is_err() {
        return Ok(None);
    }
    let program = folder.join("document");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/document.go");
    let status = Command::new("go").arg("build").arg("-o").arg(&program).arg(source).status()?;
    ensure!(status.success(), "go ended with {status}");
    Ok(Some(program))
}

pub fn cases(program: &Path) -> Vec<Case> {
    let case = |pattern, name: &'static str, threads: &[usize], limit, ours: fn() -> Box<dyn Contender>| {
        let program = program.to_owned();
        let entries = move || {
            let go = Go::start(&program, name).expect("the Go program was built");
            vec![
                Entry { name: pattern, role: Role::Ours, contender: ours(), bytes: None },
                Entry { name: "Go", role: Role::Document, contender: Box::new(go), bytes: None },
            ]
        };
        Case::new(pattern, "the document's loop", threads, GOAL, limit, entries)
    };
    let both = &[1, 2];
    vec![
        case("SafeData", "safe_data", both, LOCK, || {
            let data = SafeData::<String, u64>::new();
            data.write("counter".to_owned(), 0);
            Box::new(Loop(move |from, operations| {
                for number in from..from + operations {
                    if number % 10 == 0 {
                        data.with_mut(|map| *map.get_mut("counter").expect("it was written") = number);
                    } else {
                        black_box(data.read("counter"));
                    }
                }
            }))
        }),
        case("ConfigManager", "config", both, TEXT, || {
            let manager = ConfigManager::new([("timeout", "30s"), ("host", "localhost")]);
            Box::new(Loop(move |_, operations| {
                for _ in 0..operations {
                    black_box(manager.read(|config| config.setting("timeout").map(str::len)));
                }
            }))
        }),
        case("ShardedMap", "sharded_map", both, LOCK, || {
            let map = ShardedMap::<&'static str, u64, _>::with_hasher(16, FnvBuildHasher::default());
            let map = map.expect("a power of two");
            keyed(map, |map, key, number| _ = map.set(key, number), |map, key| _ = black_box(map.get(key)))
        }),
        case("ConcurrentMap", "concurrent_map", both, LOCK, || {
            let map = ConcurrentMap::<&'static str, u64>::new();
            keyed(map, |map, key, number| _ = map.set(key, number), |map, key| _ = black_box(map.get(key)))
        }),
        case("WorkerPool", "worker_pool", &[1], HANDS, || {
            let pool = WorkerPool::new(2, 1024, |number: u64| number * 2).expect("the machine has threads");
            Box::new(Loop(move |_, operations| {
                (0..operations).for_each(|number| pool.submit(number).expect("it is open"));
                (0..operations).for_each(|_| _ = black_box(pool.results().recv().expect("it is open")));
            }))
        }),
        case("counters", "counter", both, SAME, || Box::new(own_atomic())),
        case("Context", "context", both, "", || Box::new(own_asked())),
        case("Cache", "cache", both, "", || {
            let cache = Cache::<&'static str, u64>::builder().shards(8).build().expect("a valid cache");
            keyed(cache, |cache, key, number| cache.set(key, number, HOUR), |cache, key| _ = black_box(cache.get(key)))
        }),
    ]
}

/// The loop over a structure with a hundred keys, all of them set: one operation in ten sets, the others get.
fn keyed<S: Sync + 'static>(
    structure: S,
    set: impl Fn(&S, &'static str, u64) + Sync + 'static,
    get: impl Fn(&S, &'static str) + Sync + 'static,
) -> Box<dyn Contender> {
    let keys = keys();
    keys.iter().for_each(|key| set(&structure, key, 0));
    Box::new(Loop(move |from, operations| {
        for number in from..from + operations {
            let key = keys[number as usize % keys.len()];
            if number % 10 == 0 {
                set(&structure, key, number);
            } else {
                get(&structure, key);
            }
        }
    }))
}

/// As the document makes them. Go's strings are shared when they are copied, and so are these.
fn keys() -> Vec<&'static str> {
    (0..100).map(|id| &*format!("key{id}").leak()).collect()
}
