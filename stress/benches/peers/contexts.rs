//! Cancellation: the question whether, asked over and over, and a cancel that reaches 10,000 children.

use std::hint::black_box;
use std::time::{Duration, Instant};

use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;
use tokio_util::sync::CancellationToken;

use crate::harness::{Case, Contender, Entry, Worker, over_and_over};

const CHILDREN: u64 = 10_000;

/// A parent and its children, made anew for each cancel.
struct Cancelled<T> {
    parent: fn() -> T,
    child: fn(&T) -> T,
    cancel: fn(&T),
    is_cancelled: fn(&T) -> bool,
}

impl<T> Cancelled<T> {
    fn family(&self, children: u64) -> (T, Vec<T>) {
        let parent = (self.parent)();
        let children = (0..children).map(|_| (self.child)(&parent)).collect();
        (parent, children)
    }
}

impl<T> Contender for Cancelled<T> {
    /// Makes children and cancels them; an operation is a child.
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|children| {
            let family = self.family(children);
            (self.cancel)(&family.0);
        })
    }

    /// Children a second, of the cancel alone.
    fn rate(&self, _threads: usize, slot: Duration) -> f64 {
        let (mut spent, mut cancelled) = (Duration::ZERO, 0);
        while spent < slot / 4 {
            let (parent, children) = self.family(CHILDREN);
            let start = Instant::now();
            (self.cancel)(&parent);
            spent += start.elapsed();
            assert!(children.last().is_some_and(self.is_cancelled), "the cancel reached them");
            cancelled += CHILDREN;
        }
        cancelled as f64 / spent.as_secs_f64()
    }
}

fn background() -> Context {
    Context::background(&Clock::system())
}

pub fn cases() -> Vec<Case> {
    let asked = Case::new("Context", "is_cancelled", &[1, 2, 4, 8], 1.0, "", || {
        let theirs = over_and_over(CancellationToken::new(), |token| _ = black_box(token.is_cancelled()));
        vec![Entry::ours("Context", own_asked()), Entry::peer("CancellationToken", theirs)]
    });
    let cancelled = Case::new("Context", format!("cancel of {CHILDREN} children"), &[1], 1.0, "", || {
        let (cancel, is_cancelled) = (Context::cancel, Context::is_cancelled);
        let ours = Cancelled { parent: background, child: Context::child, cancel, is_cancelled };
        let (cancel, is_cancelled) = (CancellationToken::cancel, CancellationToken::is_cancelled);
        let (parent, child) = (CancellationToken::new, CancellationToken::child_token);
        let theirs = Cancelled { parent, child, cancel, is_cancelled };
        vec![Entry::ours("Context", ours), Entry::peer("CancellationToken", theirs)]
    });
    vec![asked, cancelled]
}

pub fn own_asked() -> impl Contender {
    over_and_over(background(), |context| _ = black_box(context.is_cancelled()))
}
