//! The table of the page `docs::facade`: what each primitive is in each build. That an engine knows a primitive is tried by a
//! program; what the page says is compared with what is printed here.

use std::fmt::Write;
use std::time::Duration;

use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst, fence};
use selvedge::sync::{
    Arc, AsymmetricFence, Barrier, CachePadded, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock,
    RwLockUpgradableReadGuard, Semaphore, UnsafeCell, WaitGroup, channel, hint, thread,
};

/// A primitive.
struct Row {
    name: &'static str,
    /// What it is in a plain build.
    plain: &'static str,
    /// What loom does not explore of it, and why.
    loom: Result<(), &'static str>,
    /// Something with it that is done beside another thread.
    program: fn(),
}

const ORDERS_MORE: &str =
    "all operations on it are ordered by a lock of loom's: a missing ordering that this hides is not found";
const TIMEOUTS: &str = "a timeout passes only where no other thread can go on: loom has no time, and does not run a thread \
    that has yielded while another can run";

/// Runs both beside each other.
fn beside<T: Send + Sync + 'static>(shared: T, one: fn(&T), other: fn(&T)) {
    let shared = Arc::new(shared);
    let theirs = Arc::clone(&shared);
    let thread = thread::spawn(move || one(&theirs));
    other(&shared);
    thread.join().unwrap();
}

static LAZY: LazyLock<usize> = LazyLock::new(|| 7);

selvedge::statics! {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
}

selvedge::thread_local! {
    static OWN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

const ROWS: &[Row] = &[
    Row {
        name: "`Mutex`, its guards and attempts",
        plain: "parking_lot's",
        loom: Ok(()),
        program: || beside(Mutex::new(0), |x| *x.lock() += 1, |x| _ = x.try_lock().map(|mut x| *x += 1)),
    },
    Row {
        name: "`RwLock`, its guards and attempts, upgrades, downgrades",
        plain: "parking_lot's",
        loom: Err(ORDERS_MORE),
        program: || {
            beside(RwLock::new(0), |x| *RwLockUpgradableReadGuard::upgrade(x.upgradable_read()) += 1, |x| _ = *x.read())
        },
    },
    Row {
        name: "`Condvar`",
        plain: "parking_lot's",
        loom: Err(ORDERS_MORE),
        program: || {
            let set = |x: &(Mutex<bool>, Condvar)| {
                *x.0.lock() = true;
                x.1.notify_one();
            };
            beside((Mutex::new(false), Condvar::new()), set, |x| x.1.wait_while(&mut x.0.lock(), |set| !*set));
        },
    },
    Row {
        name: "waits and attempts with a timeout",
        plain: "parking_lot's, std's",
        loom: Err(TIMEOUTS),
        program: || {
            beside(Mutex::new(0), |x| *x.lock() += 1, |x| _ = x.try_lock_for(Duration::from_micros(1)).is_some())
        },
    },
    Row {
        name: "atomics of numbers and flags, fences",
        plain: "std's",
        loom: Err("`SeqCst` loads and stores are taken as acquire and release; see the page on memory models"),
        program: || {
            let add = |x: &AtomicUsize| {
                x.fetch_add(1, SeqCst);
                fence(SeqCst);
            };
            beside(AtomicUsize::new(0), add, |x| _ = x.load(SeqCst));
        },
    },
    Row {
        name: "`AtomicPtr`",
        plain: "std's",
        loom: Err("as atomics of numbers"),
        program: || {
            beside(AtomicPtr::default(), |x| x.store(&raw mut *Box::leak(Box::new(1)), SeqCst), |x| _ = x.load(SeqCst))
        },
    },
    Row {
        name: "`UnsafeCell`, and accesses that are declared",
        plain: "std's, at no cost",
        loom: Ok(()),
        program: || {
            beside(
                AtomicUsize::new(0),
                |x| _ = x.swap(1, SeqCst),
                |x| {
                    let cell = UnsafeCell::new(x.load(SeqCst));
                    cell.declare_read();
                },
            )
        },
    },
    Row {
        name: "`Arc`, `Weak`",
        plain: "std's",
        loom: Err(
            "std's: who drops the last owner, and what counts say, is seen in one order; loom's own cannot be coerced",
        ),
        program: || beside(Arc::new(1), |x| drop(Arc::clone(x)), |x| _ = Arc::strong_count(x)),
    },
    Row {
        name: "`Once`, `OnceLock`, `LazyLock`",
        plain: "std's",
        loom: Err(ORDERS_MORE),
        program: || {
            beside((Once::new(), OnceLock::new()), |x| x.0.call_once(|| ()), |x| _ = *x.1.get_or_init(|| *LAZY))
        },
    },
    Row {
        name: "`Barrier`",
        plain: "std's",
        loom: Err(ORDERS_MORE),
        program: || beside(Barrier::new(2), |x| _ = x.wait(), |x| _ = x.wait()),
    },
    Row {
        name: "`Semaphore`",
        plain: "over parking_lot's",
        loom: Err(ORDERS_MORE),
        program: || beside(Semaphore::new(1), |x| drop(x.acquire()), |x| drop(x.acquire())),
    },
    Row {
        name: "`WaitGroup`",
        plain: "over parking_lot's",
        loom: Err(ORDERS_MORE),
        program: || beside(WaitGroup::new(), |x| drop(x.add()), WaitGroup::wait),
    },
    Row {
        name: "channels",
        plain: "crossbeam-channel's",
        loom: Err(ORDERS_MORE),
        program: || beside(channel::bounded(1), |x| x.0.send(1).unwrap(), |x| _ = x.1.recv()),
    },
    Row {
        name: "threads, scopes, `is_finished`",
        plain: "std's",
        loom: Err("at most five threads in one execution"),
        program: || {
            let other = thread::spawn(thread::yield_now);
            let _ = other.is_finished();
        },
    },
    Row {
        name: "`park`, `unpark`",
        plain: "std's",
        loom: Err(ORDERS_MORE),
        program: || thread::spawn(thread::park).thread().unpark(),
    },
    Row {
        name: "`park_timeout`, `sleep`",
        plain: "std's",
        loom: Err(TIMEOUTS),
        program: || {
            let other = thread::spawn(|| thread::park_timeout(Duration::from_micros(1)));
            other.thread().unpark();
            thread::sleep(Duration::from_micros(1));
        },
    },
    Row {
        name: "`hint::spin_loop`, `Backoff`, `yield_now`",
        plain: "std's, crossbeam's",
        loom: Ok(()),
        program: || {
            beside(
                AtomicUsize::new(0),
                |x| x.store(1, SeqCst),
                |x| {
                    while x.load(SeqCst) == 0 {
                        hint::spin_loop();
                    }
                },
            )
        },
    },
    Row {
        name: "`statics!`, `thread_local!`",
        plain: "statics, std's",
        loom: Err("who first uses a static makes it, and all others come after that"),
        program: || beside(CachePadded::new(1), |_| _ = COUNT.fetch_add(OWN.get(), SeqCst), |_| _ = COUNT.load(SeqCst)),
    },
    Row {
        name: "`AsymmetricFence`",
        plain: "Linux's `membarrier`",
        loom: Err("two light fences are ordered as well, in every engine: an error that only they show is not found"),
        program: || {
            let fence = AsymmetricFence::new();
            beside(
                fence,
                |x| _ = x.as_ref().map(AsymmetricFence::light),
                |x| _ = x.as_ref().map(AsymmetricFence::heavy),
            );
        },
    },
];

/// The table as the page has it.
fn table() -> String {
    let mut table =
        "| primitive | plain | `loom` | `shuttle`, `shuttle-pct`, `pos`, `surw` | `dpor` | `rc11` |\n|---|---|---|---|---|---|\n"
            .to_owned();
    let mut reasons: Vec<&str> = Vec::new();
    for row in ROWS {
        let loom = match row.loom {
            Ok(()) => "all".to_owned(),
            Err(why) => {
                let at = reasons.iter().position(|reason| *reason == why).unwrap_or_else(|| {
                    reasons.push(why);
                    reasons.len() - 1
                });
                format!("in part ({})", at + 1)
            }
        };
        writeln!(table, "| {} | {} | {loom} | sampled | all | all |", row.name, row.plain).expect("a string takes all");
    }
    for (at, why) in reasons.iter().enumerate() {
        write!(table, "\n{}. {why}.", at + 1).expect("a string takes all");
    }
    table
}

#[test]
fn the_page_has_the_table() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../src/docs/facade.md")).unwrap();
    assert!(page.contains(&table()), "src/docs/facade.md needs this table:\n{}", table());
}

#[test]
fn every_engine_knows_every_primitive() {
    for row in ROWS {
        for engine in Engine::ALL.into_iter().filter(|engine| engine.is_built()) {
            let report = Explorer::new(engine).executions(100).run(row.program);
            let all = matches!(report.verdict, Verdict::Exhausted | Verdict::Vacuous { .. });
            let as_said = match engine {
                Engine::Dpor | Engine::Rc11 => all,
                _ => all || report.verdict.holds() || matches!(report.verdict, Verdict::Cut { .. }),
            };
            assert!(as_said, "{} under {}: {report}", row.name, engine.name());
        }
    }
}
