//! The engines: what each explores, what it misses, and which correct programs it fails.

use super::engine::build::CFG;

/// How schedules are explored. Each belongs to one build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Engine {
    /// Real threads, and the schedules that the machine happens to make.
    Threads,
    /// loom: exhaustive, up to a bound on preemptions if one is set; C11 relaxed and acquire/release orderings.
    Loom,
    /// A random walk under Shuttle, sequentially consistent. Like all samplers under Shuttle, it judges every execution
    /// by happens-before, and so finds the data races on cells that its executions have.
    Shuttle,
    /// Probabilistic concurrency testing (Burckhardt and others, ASPLOS 2010) under Shuttle.
    ShuttlePct,
    /// Partial-order sampling (Yuan, Yang and Gu, CAV 2018) under Shuttle.
    Pos,
    /// Selectively uniform random walk (Zhao and others, ASPLOS 2025) under Shuttle.
    Surw,
    /// Optimal dynamic partial-order reduction under Shuttle: one execution of each Mazurkiewicz
    /// trace, sequentially consistent, without a bound.
    Dpor,
    /// Weak memory under Shuttle: one execution of each graph that RC11 allows, without a bound. It runs only if it is
    /// asked for.
    Rc11,
}

impl Engine {
    /// Every engine of every build.
    pub const ALL: [Engine; 8] = [
        Engine::Threads,
        Engine::Loom,
        Engine::Shuttle,
        Engine::ShuttlePct,
        Engine::Pos,
        Engine::Surw,
        Engine::Dpor,
        Engine::Rc11,
    ];

    /// The engines of this build: all but `rc11`, which runs only if it is asked for.
    pub fn available() -> impl Iterator<Item = Engine> {
        Engine::ALL.into_iter().filter(|&engine| engine.is_built() && engine != Engine::Rc11)
    }

    /// Whether it is in this build.
    pub fn is_built(self) -> bool {
        self.cfg() == CFG
    }

    /// The name on command lines and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Threads => "threads",
            Engine::Loom => "loom",
            Engine::Shuttle => "shuttle",
            Engine::ShuttlePct => "shuttle-pct",
            Engine::Pos => "pos",
            Engine::Surw => "surw",
            Engine::Dpor => "dpor",
            Engine::Rc11 => "rc11",
        }
    }

    /// The engine of that name.
    pub fn from_name(name: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// Whether it draws schedules from a seed.
    pub fn samples_from_seed(self) -> bool {
        matches!(self, Engine::Shuttle | Engine::ShuttlePct | Engine::Pos | Engine::Surw)
    }

    /// Whether it counts different [behaviours](super::Behaviours): the sequentially consistent engines of Shuttle's
    /// build do.
    pub fn counts_behaviours(self) -> bool {
        self.cfg() == Some("shuttle") && self != Engine::Rc11
    }

    /// Whether its search can be done in [parts](super::Explorer::jobs), and go on [from a file](super::Explorer::resume).
    pub fn has_parts(self) -> bool {
        matches!(self, Engine::Dpor | Engine::Rc11)
    }

    /// The cfg of the build that has it: `loom`, `shuttle`, or nothing for the plain one.
    pub fn cfg(self) -> Option<&'static str> {
        match self {
            Engine::Threads => None,
            Engine::Loom => Some("loom"),
            _ => Some("shuttle"),
        }
    }

    /// The memory model whose behaviours it explores.
    pub fn memory_model(self) -> &'static str {
        match self {
            Engine::Threads => "hardware",
            Engine::Loom => "C11 without SC accesses",
            Engine::Rc11 => "RC11",
            _ => "SC",
        }
    }

    /// Which schedules it runs.
    pub fn schedules(self) -> &'static str {
        match self {
            Engine::Threads => "the machine's own, again and again",
            Engine::Loom => "all; up to a bound on preemptions, if one is set",
            Engine::Shuttle => "a random walk",
            Engine::ShuttlePct => "priorities that change at some random steps",
            Engine::Pos => "a random priority for each operation",
            Engine::Surw => "uniform over the operations on one object",
            Engine::Dpor => "one of each Mazurkiewicz trace",
            Engine::Rc11 => "one of each execution graph",
        }
    }

    /// What it does not find.
    pub fn misses(self) -> &'static str {
        match self {
            Engine::Threads => "what is rare; data races (a sanitizer or Miri sees those)",
            Engine::Loom => {
                "load buffering; a read-modify-write that reads an older store; spurious wakeups; more than 5 threads"
            }
            Engine::Shuttle | Engine::ShuttlePct | Engine::Pos | Engine::Surw => {
                "what was not drawn; what a weak ordering of atomics allows, unless it is a data race on a cell"
            }
            Engine::Dpor => {
                "what a weak ordering of atomics allows, unless it is a data race on a cell: the verdict says `SC only` then"
            }
            Engine::Rc11 => "load buffering; more than 64 threads are `UNSUPPORTED`",
        }
    }

    /// Which correct programs it fails.
    pub fn fails_wrongly(self) -> &'static str {
        match self {
            Engine::Threads => "what takes longer than 5 s",
            Engine::Loom => {
                "programs that need SeqCst loads and stores (Dekker, IRIW, 2+2W), or that mix read-modify-writes with plain \
                 stores to one atomic: the report says so"
            }
            Engine::Shuttle | Engine::ShuttlePct | Engine::Pos | Engine::Surw | Engine::Dpor | Engine::Rc11 => {
                "nothing that is known"
            }
        }
    }

    /// All of them, as a table in Markdown.
    ///
    /// ```
    /// use selvedge::check::Engine;
    ///
    /// let table = Engine::table();
    /// assert_eq!(table.lines().count(), 2 + Engine::ALL.len());
    /// assert!(table.lines().all(|line| line.starts_with('|') && line.matches(" | ").count() == 5));
    /// ```
    pub fn table() -> String {
        let row = |cells: [&str; 6]| format!("| {} |\n", cells.join(" | "));
        let engine = |engine: Engine| {
            let build = engine.cfg().map_or("plain".to_owned(), |cfg| format!("`--cfg {cfg}`"));
            let name = format!("`{}`", engine.name());
            let [model, schedules] = [engine.memory_model(), engine.schedules()];
            row([&name, &build, schedules, model, engine.misses(), engine.fails_wrongly()])
        };
        let head =
            row(["engine", "build", "schedules", "memory model", "what it misses", "which correct programs it fails"]);
        head + &row(["---"; 6]) + &Engine::ALL.map(engine).concat()
    }
}
