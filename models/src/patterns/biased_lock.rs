//! The biased lock: readers who write no shared line, and the writer who has to see them all the same.
//!
//! The lock is rebuilt here as small as it can be, with its decisions as parameters, so that a twin differs in one of
//! them. Each unsafe block is an access that the lock under test has to protect; loom and `dpor` report two that are not
//! ordered.

#![allow(unsafe_code, reason = "what is under test is what makes these accesses sound")]

use selvedge::check::require;
use selvedge::patterns::biased_lock;
use selvedge::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{Backoff, RwLock, UnsafeCell, channel, thread};

use super::together;
use crate::catalogue::Check;
use crate::defects::{
    BiasGivenOutsideTheGate, BiasGivenWithRelaxed, BiasKeptWithRelaxed, BiasLookedAtOnce, MarkGoneWithRelaxed,
    MarkWithoutFences,
};

/// Two numbers that belong together. They are atomics so that every engine can stop between the two; what orders them is
/// the lock.
type Both = [AtomicU64; 2];

/// A lock over them.
pub trait BiasedLock: Send + Sync + Sized {
    /// Over zeros. The lock is biased.
    fn new() -> Self;
    /// Calls `inside` with both while reading.
    fn reading<R>(&self, inside: impl FnOnce(&Both) -> R) -> R;
    /// Calls `inside` with both while writing.
    fn writing<R>(&self, inside: impl FnOnce(&Both) -> R) -> R;
}

/// Any read without the bias gives it.
pub(crate) type Real = biased_lock::BiasedLock<Both, 1>;
/// And so does any write.
type Keeping = biased_lock::BiasedLock<Both, 0>;

impl<const GIVES: u32> BiasedLock for biased_lock::BiasedLock<Both, GIVES> {
    fn new() -> Self {
        biased_lock::BiasedLock::new(Both::default())
    }

    fn reading<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        self.read(inside)
    }

    fn writing<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        self.write(|value| inside(value))
    }
}

/// The decisions of the lock.
pub trait Decisions: Send + Sync + 'static {
    /// Whether a reader fences between its mark and its look at the bias, and a writer between taking the bias away and
    /// its look at the marks.
    const FENCES: bool = true;
    /// Whether a reader looks at the bias again when it has marked.
    const LOOKS_AGAIN: bool = true;
    /// With which a reader takes its mark away.
    const LEAVE: Ordering = Ordering::Release;
    /// With which a reader gives the bias.
    const GIVE: Ordering = Ordering::Release;
    /// Whether it holds the gate while it does.
    const GIVES_INSIDE: bool = true;
    /// With which a writer gives the bias back, if it does.
    const KEEP: Option<Ordering> = None;
}

/// Those of the pattern.
///
/// They are spelled out at the end of this file, to be shown beside those of a twin.
#[derive(Debug)]
pub enum AsPublished {}

/// Those of the pattern where a thread reads so much that it keeps the bias when it writes.
#[derive(Debug)]
pub enum ThatKeeps {}

/// The lock, small.
#[derive(Debug)]
pub struct Rebuilt<D: Decisions> {
    gate: RwLock<()>,
    is_biased: AtomicBool,
    /// A mark a seat.
    marks: Box<[AtomicBool]>,
    value: UnsafeCell<Both>,
    decisions: std::marker::PhantomData<D>,
}

// SAFETY: every access goes through `reading` or `writing`, which are to order it; whether they do is what the checks
// are about.
unsafe impl<D: Decisions> Sync for Rebuilt<D> {}

impl<D: Decisions> Rebuilt<D> {
    fn read<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        // SAFETY: see the impl of Sync.
        self.value.with(|value| inside(unsafe { &*value }))
    }

    fn fence() {
        if D::FENCES {
            fence(Ordering::SeqCst);
        }
    }
}

impl<D: Decisions> BiasedLock for Rebuilt<D> {
    fn new() -> Self {
        Rebuilt {
            gate: RwLock::new(()),
            is_biased: AtomicBool::new(true),
            marks: (0..thread::seats()).map(|_| AtomicBool::new(false)).collect(),
            value: UnsafeCell::new(Both::default()),
            decisions: std::marker::PhantomData,
        }
    }

    fn reading<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        if let Some(mark) = self.marks.get(thread::seat())
            && self.is_biased.load(Ordering::Acquire)
        {
            mark.store(true, Ordering::Relaxed);
            Self::fence();
            if !D::LOOKS_AGAIN || self.is_biased.load(Ordering::Acquire) {
                let result = self.read(inside);
                mark.store(false, D::LEAVE);
                return result;
            }
            mark.store(false, Ordering::Relaxed);
        }
        let shared = self.gate.read();
        let result = self.read(inside);
        if D::GIVES_INSIDE {
            self.is_biased.store(true, D::GIVE);
        }
        drop(shared);
        if !D::GIVES_INSIDE {
            self.is_biased.store(true, D::GIVE);
        }
        result
    }

    fn writing<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        let _alone = self.gate.write();
        self.is_biased.store(false, Ordering::Relaxed);
        Self::fence();
        for mark in &self.marks {
            let backoff = Backoff::new();
            while mark.load(Ordering::Acquire) {
                backoff.snooze();
            }
        }
        // SAFETY: see the impl of Sync.
        let result = self.value.with_mut(|value| inside(unsafe { &*value }));
        if let Some(keep) = D::KEEP {
            self.is_biased.store(true, keep);
        }
        result
    }
}

fn both<L: BiasedLock>(lock: &L) -> [u64; 2] {
    lock.reading(|value| [0, 1].map(|half: usize| value[half].load(Ordering::Relaxed)))
}

fn set_both<L: BiasedLock>(lock: &L, new: u64) {
    lock.writing(|value| value.iter().for_each(|half| half.store(new, Ordering::Relaxed)));
}

/// A writer waits for the reader who went past the gate, and a reader for the writer.
fn writer_is_alone<L: BiasedLock>() {
    let lock = L::new();
    let (_, [one, other]) = together(|| set_both(&lock, 1), || both(&lock));
    require(one == other, || format!("torn read: one number was {one} and the other {other}"));
}

/// The second write comes after a bias that was given between the two.
fn bias_given_back_is_sound<L: BiasedLock>() {
    let lock = L::new();
    set_both(&lock, 1);
    let (_, seen) = together(|| set_both(&lock, 2), || [both(&lock), both(&lock)]);
    let torn = seen.iter().find(|[one, other]| one != other);
    require(torn.is_none(), || format!("torn read: {torn:?}"));
    require(seen[0][0] <= seen[1][0], || format!("a reader saw {} after {}", seen[1][0], seen[0][0]));
}

/// Who goes past the gate by a bias that another gave sees the write that the other has seen.
fn bias_of_another_is_sound<L: BiasedLock>() {
    let lock = L::new();
    let given = thread::scope(|scope| {
        scope.spawn(|| set_both(&lock, 1));
        scope.spawn(|| both(&lock));
        let reader = scope.spawn(|| both(&lock));
        reader.join().expect("no panic leaves a thread of a check")
    });
    require(given[0] == given[1], || format!("torn read: {given:?}"));
}

fn writers_exclude_each_other<L: BiasedLock>() {
    let lock = L::new();
    let increment = || {
        lock.writing(|value| {
            let old = value[0].load(Ordering::Relaxed);
            value[0].store(old + 1, Ordering::Relaxed);
        });
    };
    together(increment, increment);
    let [total, _] = both(&lock);
    require(total == 2, || format!("lost update: two increments make {total}"));
}

/// Two readers meet inside: if one kept the other out, both would wait for ever.
fn readers_go_together<L: BiasedLock>() {
    let lock = L::new();
    let (here, there) = channel::bounded(0);
    together(
        || lock.reading(|_| require(here.send(()).is_ok(), || "the other reader has gone".to_owned())),
        || lock.reading(|_| require(there.recv().is_ok(), || "the other reader has gone".to_owned())),
    );
}

/// Whoever comes after a panic gets in.
fn a_panic_unlocks<L: BiasedLock>() {
    let lock = L::new();
    let panic = || {
        let outcome = catch_unwind(|| lock.reading(|_| panic!("no")));
        require(outcome.is_err(), || "the panic was swallowed".to_owned());
        let outcome = catch_unwind(|| lock.writing(|_| panic!("no")));
        require(outcome.is_err(), || "the panic was swallowed".to_owned());
    };
    together(panic, || set_both(&lock, 1));
    require(both(&lock) == [1, 1], || "the write is gone".to_owned());
}

pub(crate) fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("biased_lock", property, claim);
    let alone = new("writer_is_alone", "a writer waits for readers past the gate, and they for it")
        .on("BiasedLock", writer_is_alone::<Real>)
        .quick_loom_bound(3);
    let back = new("bias_given_back_is_sound", "a bias that is given back keeps writers out again")
        .on("BiasedLock", bias_given_back_is_sound::<Real>)
        .loom_bound(3);
    let another = new("bias_of_another_is_sound", "who reads by a bias sees what was written before it was given")
        .on("BiasedLock", bias_of_another_is_sound::<Real>)
        .loom_bound(3)
        .quick_loom_bound(2);
    let kept = new("bias_kept_is_sound", "who reads by a bias that a writer gave back sees what it wrote")
        .on("BiasedLock", bias_given_back_is_sound::<Keeping>)
        .loom_bound(3);
    vec![
        alone.twin("BiasLookedAtOnce", writer_is_alone::<Rebuilt<BiasLookedAtOnce>>),
        alone.twin("MarkWithoutFences", writer_is_alone::<Rebuilt<MarkWithoutFences>>).without_a_data_race(),
        alone.twin("MarkGoneWithRelaxed", writer_is_alone::<Rebuilt<MarkGoneWithRelaxed>>),
        back.twin("BiasGivenOutsideTheGate", bias_given_back_is_sound::<Rebuilt<BiasGivenOutsideTheGate>>),
        another.twin("BiasGivenWithRelaxed", bias_of_another_is_sound::<Rebuilt<BiasGivenWithRelaxed>>),
        kept.twin("BiasKeptWithRelaxed", bias_given_back_is_sound::<Rebuilt<BiasKeptWithRelaxed>>),
        new("small_form_is_alone", "the form of which the twins are made is right")
            .on("AsPublished", writer_is_alone::<Rebuilt<AsPublished>>),
        new("small_form_gives_back", "the form of which the twins are made is right")
            .on("AsPublished", bias_given_back_is_sound::<Rebuilt<AsPublished>>)
            .loom_bound(3),
        new("small_form_gives_to_others", "the form of which the twins are made is right")
            .on("AsPublished", bias_of_another_is_sound::<Rebuilt<AsPublished>>)
            .loom_bound(3)
            .quick_loom_bound(2),
        new("small_form_keeps", "the form of which the twins are made is right")
            .on("ThatKeeps", bias_given_back_is_sound::<Rebuilt<ThatKeeps>>)
            .loom_bound(3),
        alone,
        back,
        another,
        kept,
        new("writers_exclude_each_other", "writers are alone among themselves")
            .on("BiasedLock", writers_exclude_each_other::<Real>),
        new("readers_go_together", "a reader does not wait for another").on("BiasedLock", readers_go_together::<Real>),
        new("a_panic_unlocks", "a panic leaves nobody waiting").on("BiasedLock", a_panic_unlocks::<Real>).loom_bound(3),
    ]
}

impl Decisions for AsPublished {
    const FENCES: bool = true;
    const LOOKS_AGAIN: bool = true;
    const LEAVE: Ordering = Ordering::Release;
    const GIVE: Ordering = Ordering::Release;
    const GIVES_INSIDE: bool = true;
    const KEEP: Option<Ordering> = None;
}

impl Decisions for ThatKeeps {
    const KEEP: Option<Ordering> = Some(Ordering::Release);
}
