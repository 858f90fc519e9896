//! Every schedule of a small program, as a graph: who can go on at each moment, what that comes to, and where it leads.
//!
//! 1. A moment stands for all beginnings of schedules that are equivalent: those that differ only in the order of steps that
//!    commute, after which everybody has seen the same. So the graph is small where the schedules are many.
//! 2. Every step of the graph has been run, and from every moment whoever can go on does. What ends are there are therefore
//!    those of the program, no more and no less, where the [report](Schedules::report) says `EXHAUSTED`.
//! 3. Under `rc11` a moment is what every thread has done and read until then. Who can go on there, and what may be read, is
//!    what some execution has that begins like this. Objects have no state there on which all would agree.
//! 4. The starts, joins and ends of threads are taken [at once](super::Move::at_once) where nobody can tell, as
//!    [`Explorer::unpruned`] says: they would multiply the moments, and nobody has a choice to make there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::config::Config;
use super::engine;
use super::engines::Engine;
use super::explorer::Explorer;
use super::moments::{Found, Moment};
use super::outcomes::numbered;
use super::story::{Object, Thread};
use super::verdict::{Report, Verdict};

/// All schedules of a program; see [`Explorer::schedules`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Schedules<T> {
    /// What was explored, and what came of it. Where it failed, or was cut, the graph is what was met until then.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub report: Report,
    /// Main is the first.
    pub threads: Vec<Thread>,
    /// In the order in which they were met.
    pub objects: Vec<Object>,
    /// What the ends give, from the least to the greatest.
    pub values: Vec<T>,
    /// The first is the beginning.
    pub moments: Vec<Moment>,
}

impl Explorer {
    /// Runs `check` once and again until every step that any of its threads can take at any moment has been taken, and gathers
    /// what its executions give. Values are as those of [`outcomes`](Self::outcomes).
    ///
    /// It takes about as many executions as there are moves, and memory for each of them: this is for small programs, and
    /// [`limit`](Self::limit) says where to stop.
    ///
    /// # Panics
    ///
    /// If the engine is neither `dpor` nor `rc11`, or not one of this build's.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    /// use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use selvedge::sync::thread;
    ///
    /// if Engine::available().any(|engine| engine == Engine::Dpor) {
    ///     let schedules = Explorer::new(Engine::Dpor).schedules(|| {
    ///         let total = AtomicU32::new(0);
    ///         thread::scope(|scope| {
    ///             for _ in 0..2 {
    ///                 scope.spawn(|| total.store(total.load(SeqCst) + 1, SeqCst));
    ///             }
    ///         });
    ///         total.load(SeqCst)
    ///     });
    ///     assert_eq!(schedules.values, [1, 2]);
    ///     assert_eq!(schedules.fewest_preemptions(), [Some(1), Some(0)]);
    /// }
    /// ```
    pub fn schedules<T: Ord + Send + 'static, F: Fn() -> T + Send + Sync + 'static>(&self, check: F) -> Schedules<T> {
        let runs_all = matches!(self.config.engine, Engine::Dpor | Engine::Rc11);
        assert!(runs_all, "only `dpor` and `rc11` run every schedule");
        let config = Config { check: std::any::type_name::<F>(), ..self.config.clone() };
        let ((report, mut found), numbers) = numbered(check, |check| engine::schedules(&config, check));
        let in_order: BTreeMap<usize, usize> = numbers.values().enumerate().map(|(at, &number)| (number, at)).collect();
        found.moments.iter_mut().for_each(|moment| moment.value = moment.value.map(|number| in_order[&number]));
        let Found { threads, objects, moments } = found;
        Schedules { report, threads, objects, values: numbers.into_keys().collect(), moments }
    }
}

impl<T> Schedules<T> {
    /// Whether these are all schedules.
    pub fn is_complete(&self) -> bool {
        matches!(self.report.verdict, Verdict::Exhausted | Verdict::Vacuous { .. })
    }

    /// The same, with what `print` makes of its values.
    pub fn map<U>(self, print: impl FnMut(T) -> U) -> Schedules<U> {
        let Schedules { report, threads, objects, values, moments } = self;
        Schedules { report, threads, objects, values: values.into_iter().map(print).collect(), moments }
    }

    /// For each value, how often the turn has to be taken from a thread that could have gone on until an execution gives it: the
    /// least of all schedules. None where no schedule has been run to its end that gives it.
    ///
    /// Under weak memory that says little: threads do not take turns there.
    ///
    /// What is taken at once is no turn: whoever had it keeps it, since it could as well be taken later.
    pub fn fewest_preemptions(&self) -> Vec<Option<usize>> {
        let mut fewest = vec![None; self.values.len()];
        let mut seen = BTreeSet::new();
        // A moment, and whose turn it is there; those with fewer preemptions first.
        let mut ahead = VecDeque::from([(0, (0, 0))]);
        while let Some((preemptions, (at, turn))) = ahead.pop_front() {
            let moment = &self.moments[at];
            if !seen.insert((at, turn)) {
                continue;
            }
            if let Some(value) = moment.value {
                fewest[value].get_or_insert(preemptions);
            }
            for next in &moment.moves {
                match moment.preempts(turn, next) {
                    true => ahead.push_back((preemptions + 1, (next.to, next.thread))),
                    false if next.at_once => ahead.push_front((preemptions, (next.to, turn))),
                    false => ahead.push_front((preemptions, (next.to, next.thread))),
                }
            }
        }
        fewest
    }
}
