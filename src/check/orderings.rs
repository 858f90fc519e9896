//! How strong the orderings of a program have to be: one at a time is lowered, and `rc11` is asked again.
//!
//! 1. An ordering that is said to be needed comes with an execution that RC11 allows without it, and that fails.
//! 2. One that is said to hold does so in every execution of *this check*, with all others as they are written. That is no
//!    proof for what the check does not do, nor for two that are lowered together.
//! 3. An ordering that no execution meets is not in the list.

use std::fmt;
use std::sync::Arc;

use super::engine;
use super::explorer::{Explorer, without_a_value};
use super::story::{Ordering, Place};
use super::verdict::{Engine, Report, Verdict};

/// What an operation does to memory, which says what orderings it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Access {
    /// It reads; so does a compare-exchange that fails.
    Load,
    /// It writes.
    Store,
    /// It reads and writes in one step; so does a compare-exchange that succeeds.
    Update,
    /// It is a fence.
    Fence,
}

/// The orderings that a check meets, and how much weaker each could be; see [`Explorer::weaken`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakening {
    /// What came of the check as it is written.
    pub report: Report,
    /// The orderings that are stronger than Relaxed, by their lines; none where the check fails as it is.
    pub orderings: Vec<Weakened>,
}

/// An ordering of the program, and what came of weaker ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakened {
    /// Where it stands.
    pub place: Place,
    /// The function that it stands in, and the text of its line, where the source is at hand.
    pub source: Option<(String, String)>,
    /// What has the ordering.
    pub access: Access,
    /// The ordering as it is written.
    pub ordering: Ordering,
    /// The weaker ones that were tried, the strongest first. What is weaker than one that fails would fail like it, and is
    /// not tried.
    pub attempts: Vec<Attempt>,
}

/// A weaker ordering, and what came of the check with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The ordering; none is no fence at all.
    pub ordering: Option<Ordering>,
    /// What came of it.
    pub report: Report,
}

impl Explorer {
    /// Lowers each ordering that `check` meets, one at a time, and asks `rc11` whether the check still holds. The engine that
    /// this explorer has does not matter; what it has for a time limit all explorations have together, and an ordering
    /// for which none is left is neither needed nor too strong: its report is `CUT`.
    ///
    /// # Panics
    ///
    /// If `rc11` is not in this build.
    ///
    /// ```
    /// use selvedge::check::{Engine, check};
    /// use selvedge::check::story::Ordering as Written;
    /// use selvedge::sync::UnsafeCell;
    /// use selvedge::sync::atomic::{AtomicBool, Ordering};
    /// use selvedge::sync::thread;
    ///
    /// struct Letter(UnsafeCell<u32>);
    ///
    /// // SAFETY: it is read when the flag says that it was written.
    /// unsafe impl Sync for Letter {}
    ///
    /// impl Letter {
    ///     fn paper(&self) -> &UnsafeCell<u32> {
    ///         &self.0
    ///     }
    /// }
    ///
    /// if Engine::Rc11.is_built() {
    ///     let weakening = check("a letter arrives").weaken(|| {
    ///         let (letter, sent) = (Letter(UnsafeCell::new(0)), AtomicBool::new(false));
    ///         thread::scope(|scope| {
    ///             scope.spawn(|| {
    ///                 // SAFETY: nobody reads it before the flag is set.
    ///                 letter.paper().with_mut(|letter| unsafe { *letter = 42 });
    ///                 sent.store(true, Ordering::SeqCst);
    ///             });
    ///             if sent.load(Ordering::Acquire) {
    ///                 // SAFETY: it was written before the flag was set.
    ///                 assert_eq!(letter.paper().with(|letter| unsafe { *letter }), 42);
    ///             }
    ///         });
    ///     });
    ///     println!("{weakening}");
    ///     let [store, load] = &weakening.orderings[..] else { panic!("there are two") };
    ///     assert_eq!(store.weakest(), [Some(Written::Release)]);
    ///     assert_eq!(load.weakest(), [Some(Written::Acquire)]);
    /// }
    /// ```
    pub fn weaken<F: Fn() + Send + Sync + 'static>(&self, check: F) -> Weakening {
        let check_type = std::any::type_name::<F>();
        self.weaken_check(check_type, Arc::new(move || without_a_value(&check)))
    }

    pub(super) fn weaken_check(&self, name: &'static str, check: engine::Check) -> Weakening {
        // Each ordering has a search of its own.
        let whole = Explorer { shard: (0, 1), resume: None, ..self.clone() };
        let explorer = Explorer { engine: Engine::Rc11, check: name, test: None, ..whole };
        explorer.assert_available();
        engine::weaken(&explorer, &check)
    }
}

impl Access {
    /// The orderings that are weaker than one of this access, the strongest first; none is no fence at all.
    #[cfg(any(shuttle, feature = "serde"))]
    pub(super) fn weaker(self, ordering: Ordering) -> impl Iterator<Item = Option<Ordering>> {
        use Ordering::{AcqRel, Acquire, Relaxed, Release};
        let all: &[Option<Ordering>] = match self {
            Access::Load => &[Some(Acquire), Some(Relaxed)],
            Access::Store => &[Some(Release), Some(Relaxed)],
            Access::Update => &[Some(AcqRel), Some(Acquire), Some(Release), Some(Relaxed)],
            Access::Fence => &[Some(AcqRel), Some(Acquire), Some(Release), None],
        };
        all.iter().copied().filter(move |&lower| is_weaker(lower, Some(ordering)))
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Access::Load => "load",
            Access::Store => "store",
            Access::Update => "update",
            Access::Fence => "fence",
        }
    }
}

/// Whether an ordering allows more than another of the same access; no fence allows the most.
pub(super) fn is_weaker(one: Option<Ordering>, other: Option<Ordering>) -> bool {
    let strength = |ordering| match ordering {
        None | Some(Ordering::Relaxed) => 0,
        Some(Ordering::Acquire | Ordering::Release) => 1,
        Some(Ordering::AcqRel) => 2,
        Some(Ordering::SeqCst) => 3,
    };
    strength(one) < strength(other)
}

/// The weakest of some orderings: those of which none is weaker.
pub(super) fn weakest(of: &[Option<Ordering>]) -> Vec<Option<Ordering>> {
    of.iter().copied().filter(|&one| !of.iter().any(|&other| is_weaker(other, one))).collect()
}

/// An ordering in words; none is no fence at all.
pub(super) fn words(ordering: Option<Ordering>) -> String {
    ordering.map_or_else(|| "no fence".to_owned(), |ordering| format!("{ordering:?}"))
}

impl Weakened {
    /// The weakest with which the check holds: the one that is written, where no weaker one was found. There are two
    /// where Acquire does, and Release does, and Relaxed does not.
    pub fn weakest(&self) -> Vec<Option<Ordering>> {
        let holds = self.attempts.iter().filter(|attempt| attempt.report.verdict.holds());
        let holding: Vec<_> =
            std::iter::once(Some(self.ordering)).chain(holds.map(|attempt| attempt.ordering)).collect();
        weakest(&holding)
    }
}

/// A line for the ordering, and one for each weaker one:
///
/// ```text
/// src/lib.rs:7: store SeqCst
///   Release: EXHAUSTED 3
///   Relaxed: FAILED at 2: data race on the cell letter: …
/// ```
impl fmt::Display for Weakened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {:?}", self.place, self.access.name(), self.ordering)?;
        self.attempts.iter().try_for_each(|Attempt { ordering, report }| {
            let report = match &report.verdict {
                Verdict::Failed(failure) => format!("FAILED at {}: {}", report.executions, failure.headline),
                _ => report.to_string(),
            };
            write!(f, "\n  {}: {report}", words(*ordering))
        })
    }
}

/// The verdict of the check as it is written, and then each ordering.
impl fmt::Display for Weakening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.report)?;
        self.orderings.iter().try_for_each(|ordering| write!(f, "\n{ordering}"))
    }
}
