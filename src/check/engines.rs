//! What each engine explores, what it misses, and which correct programs it fails: the table of `docs::engines`.

use super::verdict::Engine;

impl Engine {
    /// Which schedules it runs.
    pub fn schedules(self) -> &'static str {
        match self {
            Engine::Threads => "the machine's own, again and again",
            Engine::Loom => "all, up to a bound on preemptions",
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
            Engine::Rc11 => "load buffering; statics, more than 64 threads are `UNSUPPORTED`",
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
        let head = row([
            "engine",
            "build",
            "schedules",
            "memory model",
            "what it misses",
            "what it fails although it is right",
        ]);
        head + &row(["---"; 6]) + &Engine::ALL.map(engine).concat()
    }
}
