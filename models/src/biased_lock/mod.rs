//! The biased lock: readers that write no shared cache line, and a writer that has to see them all the same.
//!
//! The lock is rebuilt here as small as it can be, with its decisions as parameters, so that a twin differs in one of
//! them. Each unsafe block is an access that the lock under test has to protect; loom and `dpor` report two that are not
//! ordered.

#![allow(unsafe_code, reason = "what is under test is what makes these accesses sound")]

mod checks;
pub mod twins;

use selvedge::patterns::biased_lock;
use selvedge::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, fence};
use selvedge::sync::{AsymmetricFence, Backoff, RwLock, UnsafeCell, thread};

use crate::room::Room;

pub(crate) const ROOM: Room = Room::of_checks(checks::checks);

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

/// Any read without the bias gives the bias.
pub(crate) type Real = biased_lock::BiasedLock<Both, 1>;
/// So does any write.
type Keeping = biased_lock::BiasedLock<Both, 0>;
/// A thread's second read past the gate frees the bias.
type Freeing = biased_lock::BiasedLock<Both, 1, 1>;
/// Any read without a free bias frees it, and any write gives one with a fence.
type Mixing = biased_lock::BiasedLock<Both, 0, 0>;

impl<const GIVES: u32, const FREES: u32> BiasedLock for biased_lock::BiasedLock<Both, GIVES, FREES> {
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
    /// Whether a reader looks at the bias again after its mark.
    const LOOKS_AGAIN: bool = true;
    /// The ordering with which a reader takes its mark away.
    const LEAVE: Ordering = Ordering::Release;
    /// The ordering with which a reader gives the bias.
    const GIVE: Ordering = Ordering::Release;
    /// Whether it holds the gate while it gives the bias.
    const GIVES_INSIDE: bool = true;
    /// The ordering with which a writer gives the bias back, with fences, if it does.
    const KEEP: Option<Ordering> = None;
    /// Whether the bias is free from the beginning, and as readers give it.
    const FREES: bool = false;
    /// Whether a writer who takes a free bias passes the heavy fence, and not an ordinary one.
    const HEAVY: bool = true;
    /// Whether a reader looks for the same bias again, and not for any.
    const SAME: bool = true;
}

/// The decisions of the pattern.
///
/// They are spelled out at the end of this file, to be shown beside those of a twin.
#[derive(Debug)]
pub enum AsPublished {}

/// Those of the pattern for a thread that reads so much that it keeps the bias when it writes.
#[derive(Debug)]
pub enum ThatKeeps {}

/// Those of the pattern for threads of which some read so much that the bias is free, and others keep it.
#[derive(Debug)]
pub enum ThatFrees {}

/// No reader goes past the gate.
const NONE: u8 = 0;
/// Who does fences.
const FENCED: u8 = 1;
/// Who does passes the light fence.
const FREE: u8 = 2;

/// The lock, small.
#[derive(Debug)]
pub struct Rebuilt<D: Decisions> {
    gate: RwLock<()>,
    bias: AtomicU8,
    order: AsymmetricFence,
    /// One mark for each seat.
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

    /// As a reader gives it, and as it is in the beginning.
    const BIAS: u8 = if D::FREES { FREE } else { FENCED };

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
            bias: AtomicU8::new(Self::BIAS),
            order: AsymmetricFence::new().unwrap(),
            marks: (0..thread::seats()).map(|_| AtomicBool::new(false)).collect(),
            value: UnsafeCell::new(Both::default()),
            decisions: std::marker::PhantomData,
        }
    }

    fn reading<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        let bias = self.bias.load(Ordering::Acquire);
        if let Some(mark) = self.marks.get(thread::seat())
            && bias != NONE
        {
            mark.store(true, Ordering::Relaxed);
            if bias == FREE {
                self.order.light()
            } else {
                Self::fence()
            }
            let is_there = |again| if D::SAME { again == bias } else { again != NONE };
            if !D::LOOKS_AGAIN || is_there(self.bias.load(Ordering::Acquire)) {
                let result = self.read(inside);
                mark.store(false, D::LEAVE);
                return result;
            }
            mark.store(false, Ordering::Relaxed);
        }
        let shared = self.gate.read();
        let result = self.read(inside);
        if D::GIVES_INSIDE {
            self.bias.store(Self::BIAS, D::GIVE);
        }
        drop(shared);
        if !D::GIVES_INSIDE {
            self.bias.store(Self::BIAS, D::GIVE);
        }
        result
    }

    fn writing<R>(&self, inside: impl FnOnce(&Both) -> R) -> R {
        let _alone = self.gate.write();
        let bias = self.bias.swap(NONE, Ordering::Relaxed);
        if bias == FREE && D::HEAVY {
            self.order.heavy()
        } else {
            Self::fence()
        }
        for mark in &self.marks {
            let backoff = Backoff::new();
            while mark.load(Ordering::Acquire) {
                backoff.snooze();
            }
        }
        // SAFETY: see the impl of Sync.
        let result = self.value.with_mut(|value| inside(unsafe { &*value }));
        if let Some(keep) = D::KEEP {
            self.bias.store(FENCED, keep);
        }
        result
    }
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

impl Decisions for ThatFrees {
    const KEEP: Option<Ordering> = Some(Ordering::Release);
    const FREES: bool = true;
}
