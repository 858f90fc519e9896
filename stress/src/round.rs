//! One round: threads perform the operations of a plan, and what they did is judged.
//!
//! 1. Threads begin at the same moment, and nothing but the workload synchronizes them until they are through.
//! 2. A round always ends: where no operation ends for as long as [`Control::patience`] allows, it is stuck, which is a
//!    failure; its threads are left behind, as threads cannot be stopped.
//! 3. What is found first is reported: an answer that cannot be, a panic, a history without an explanation, an
//!    invariant that does not hold at rest.

use std::time::{Duration, Instant};

use anyhow::Context;
use fastrand::Rng;
use models::workload::{Entry, Judged, Pause, Plan, Round};
use selvedge::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, CachePadded, panic, thread};
use serde_json::Value;

/// How often a round that goes on is looked at.
const TICK: Duration = Duration::from_millis(50);
/// Operations between two looks at whether to stop.
const BURST: u32 = 16;
/// One of so many operations is timed, where no history is recorded.
const TIMED: u32 = 16;
/// How long those who are not through may take when one of them has failed.
const LEFT: Duration = Duration::from_secs(1);

/// What a round asks of whoever runs it.
pub struct Control<'a> {
    /// How long no operation may end before a round is stuck.
    pub patience: Duration,
    /// Whether it is over, when so many rounds have ended.
    pub over: &'a dyn Fn(u64) -> bool,
    /// Is told how many operations a round has come to.
    pub tell: &'a dyn Fn(u64),
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// What came of a round.
#[derive(Debug, Default)]
pub struct Ran {
    /// Operations that each thread has performed.
    pub performed: Vec<u64>,
    /// What some of them took, in nanoseconds.
    pub latencies: Vec<u64>,
    /// Whether a history was judged, and whether it was decided.
    pub judged: Option<bool>,
    /// What is broken.
    pub broken: Option<String>,
    /// The history, where it is that which is broken.
    pub history: Option<Value>,
}

/// What the threads of a round share beside the object.
struct Shared {
    plan: Plan,
    began: Instant,
    ready: AtomicUsize,
    stop: AtomicBool,
    performed: Box<[CachePadded<AtomicU64>]>,
}

impl Shared {
    /// Waits for all threads.
    fn meet(&self) {
        self.ready.fetch_add(1, Ordering::AcqRel);
        while self.ready.load(Ordering::Acquire) < self.plan.threads && !self.stop.load(Ordering::Relaxed) {
            thread::yield_now();
        }
    }

    fn performed(&self) -> Vec<u64> {
        self.performed.iter().map(|performed| performed.load(Ordering::Relaxed)).collect()
    }

    /// The operations of one thread; what some of them took.
    fn operate(&self, round: &dyn Round, thread: usize) -> Result<Vec<u64>, String> {
        // Pauses are drawn from a stream of their own: they change no operation.
        let (mut random, mut pauses) = (self.plan.random(thread), self.plan.random(self.plan.threads + thread));
        let now = || self.began.elapsed().as_nanos() as u64;
        let mut latencies = Vec::with_capacity((self.plan.operations / TIMED) as usize + 1);
        self.meet();
        for number in 0..self.plan.operations {
            if number % BURST == 0 && self.stop.load(Ordering::Relaxed) {
                break;
            }
            let before = (!self.plan.recorded && number % TIMED == 0).then(now);
            round.step(thread, number, &mut random, &now)?;
            latencies.extend(before.map(|before| now() - before));
            self.performed[thread].store(u64::from(number) + 1, Ordering::Relaxed);
            rest(self.plan.pause, &mut pauses);
        }
        Ok(latencies)
    }
}

fn rest((pause, one_in): (Pause, u32), random: &mut Rng) {
    if pause == Pause::None || random.u32(0..one_in) > 0 {
        return;
    }
    match pause {
        Pause::None => (),
        Pause::Spin(turns) => (0..turns).for_each(|_| std::hint::spin_loop()),
        Pause::Yield => thread::yield_now(),
        Pause::Sleep(micros) => Clock::system().sleep(Duration::from_micros(micros.into())),
    }
}

/// What a thread of the round reports when it is through.
enum Report {
    Operated(Vec<u64>),
    Judged(Option<Judged>),
    Broken(String),
}

/// Starts a thread that reports what it came to, its panics too.
fn start(
    name: String,
    reports: &Sender<Report>,
    work: impl FnOnce() -> Result<Report, String> + Send + 'static,
) -> anyhow::Result<thread::JoinHandle<()>> {
    let reports = reports.clone();
    let started = thread::Builder::new().name(name).spawn(move || {
        let report = match panic::catch_unwind(work) {
            Ok(Ok(report)) => report,
            Ok(Err(broken)) => Report::Broken(broken),
            Err(payload) => Report::Broken(format!("panicked: {}", panic::message(&*payload))),
        };
        // Nobody listens any more to who was stuck.
        let _ = reports.send(report);
    });
    started.context("the machine refuses a thread; ask for fewer with --threads")
}

/// Runs one round.
///
/// # Errors
///
/// If the machine refuses a thread.
pub fn run(entry: &Entry, plan: &Plan, rounds: u64, control: &Control<'_>) -> anyhow::Result<Ran> {
    let round = entry.start(plan.clone());
    let shared = Arc::new(Shared {
        plan: plan.clone(),
        began: Instant::now(),
        ready: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        performed: (0..plan.threads).map(|_| CachePadded::default()).collect(),
    });
    let (reports, reported) = unbounded();
    let mut ran = Ran::default();
    let mut threads = Vec::new();
    for index in 0..plan.threads {
        let (round, theirs) = (Arc::clone(&round), Arc::clone(&shared));
        let work = move || theirs.operate(&**round, index).map(Report::Operated);
        match start(format!("stress-{index}"), &reports, work) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                shared.stop.store(true, Ordering::Relaxed);
                threads.into_iter().for_each(|thread| thread.join().expect("its panics are reported"));
                return Err(error);
            }
        }
    }
    await_all(plan.threads, &reported, &shared, rounds, control, &mut ran);
    ran.performed = shared.performed();
    if ran.broken.is_some() {
        return Ok(ran);
    }
    let recorded = plan.recorded;
    let judge = move || {
        let judged = recorded.then(|| round.judge());
        if !matches!(judged, Some(Judged::Broken { .. })) {
            round.verify()?;
        }
        Ok(Report::Judged(judged))
    };
    threads.push(start("stress-judge".to_owned(), &reports, judge)?);
    await_all(1, &reported, &shared, rounds, control, &mut ran);
    if ran.broken.is_none() || ran.history.is_some() {
        threads.into_iter().for_each(|thread| thread.join().expect("its panics are reported"));
    }
    Ok(ran)
}

/// Waits for so many reports, or until nothing moves any more.
fn await_all(
    count: usize,
    reported: &Receiver<Report>,
    shared: &Shared,
    rounds: u64,
    control: &Control<'_>,
    ran: &mut Ran,
) {
    let (mut left, mut came_to, mut moved) = (count, 0, Instant::now());
    while left > 0 {
        match reported.recv_timeout(TICK) {
            Ok(report) => {
                left -= 1;
                moved = Instant::now();
                match report {
                    Report::Operated(mut latencies) => ran.latencies.append(&mut latencies),
                    Report::Judged(Some(Judged::Broken { why, history })) => {
                        (ran.broken, ran.history) = (Some(why), Some(history));
                    }
                    Report::Judged(judged) => ran.judged = judged.map(|judged| judged == Judged::Explained),
                    Report::Broken(what) => {
                        ran.broken.get_or_insert(what);
                        shared.stop.store(true, Ordering::Relaxed);
                    }
                }
            }
            Err(_) => {
                if (control.over)(rounds) {
                    shared.stop.store(true, Ordering::Relaxed);
                }
                let now = shared.performed().iter().sum();
                (control.tell)(now);
                if now != came_to {
                    (came_to, moved) = (now, Instant::now());
                }
                let stuck = moved.elapsed();
                if ran.broken.is_some() && stuck > LEFT {
                    return;
                }
                if stuck > control.patience {
                    let who = if count == 1 { "the end of the round".to_owned() } else { format!("{left} threads") };
                    ran.broken = Some(format!("deadlock or endless loop: stuck for {stuck:.0?}: {who}"));
                    return;
                }
            }
        }
    }
}
