//! Cancellation: the question whether, asked over and over, and a cancel that reaches 10,000 children.

use std::hint::black_box;
use std::time::{Duration, Instant};

use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;
use tokio_util::sync::CancellationToken;

use crate::harness::{Case, Contender, Entry, Worker};

const CHILDREN: u64 = 10_000;

trait Token: Sync + Send + Sized {
    fn root() -> Self;
    fn child(&self) -> Self;
    fn cancel(&self);
    fn is_cancelled(&self) -> bool;
}

struct Asked<T>(T);

impl<T: Token> Contender for Asked<T> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|operations| (0..operations).for_each(|_| _ = black_box(black_box(&self.0).is_cancelled())))
    }
}

/// A parent and its children, made anew for each cancel.
struct Cancelled<T>(std::marker::PhantomData<fn() -> T>);

impl<T: Token> Cancelled<T> {
    fn family(children: u64) -> (T, Vec<T>) {
        let parent = T::root();
        let children = (0..children).map(|_| parent.child()).collect();
        (parent, children)
    }
}

impl<T: Token> Contender for Cancelled<T> {
    /// Makes children and cancels them; an operation is a child.
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|children| {
            let family = Cancelled::<T>::family(children);
            family.0.cancel();
        })
    }

    /// Children a second, of the cancel alone.
    fn rate(&self, _threads: usize, slot: Duration) -> f64 {
        let (mut spent, mut cancelled) = (Duration::ZERO, 0);
        while spent < slot / 4 {
            let (parent, children) = Cancelled::<T>::family(CHILDREN);
            let start = Instant::now();
            parent.cancel();
            spent += start.elapsed();
            assert!(children.last().is_some_and(T::is_cancelled), "the cancel reached them");
            cancelled += CHILDREN;
        }
        cancelled as f64 / spent.as_secs_f64()
    }
}

pub fn cases() -> Vec<Case> {
    let asked = Case {
        pattern: "Context",
        name: "is_cancelled".to_owned(),
        threads: vec![1, 2, 4, 8],
        goal: 1.0,
        limit: "",
        entries: Box::new(|| {
            vec![
                Entry::ours("Context", Asked(Context::root())),
                Entry::peer("CancellationToken", Asked(CancellationToken::root())),
            ]
        }),
    };
    let cancelled = Case {
        pattern: "Context",
        name: format!("cancel of {CHILDREN} children"),
        threads: vec![1],
        goal: 1.0,
        limit: "",
        entries: Box::new(|| {
            vec![
                Entry::ours("Context", Cancelled::<Context>(std::marker::PhantomData)),
                Entry::peer("CancellationToken", Cancelled::<CancellationToken>(std::marker::PhantomData)),
            ]
        }),
    };
    vec![asked, cancelled]
}

impl Token for Context {
    fn root() -> Self {
        Context::background(&Clock::system())
    }

    fn child(&self) -> Self {
        Context::child(self)
    }

    fn cancel(&self) {
        Context::cancel(self);
    }

    fn is_cancelled(&self) -> bool {
        Context::is_cancelled(self)
    }
}

impl Token for CancellationToken {
    fn root() -> Self {
        CancellationToken::new()
    }

    fn child(&self) -> Self {
        self.child_token()
    }

    fn cancel(&self) {
        CancellationToken::cancel(self);
    }

    fn is_cancelled(&self) -> bool {
        CancellationToken::is_cancelled(self)
    }
}
