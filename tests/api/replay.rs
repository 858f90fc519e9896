//! A saved schedule runs again, also after an edit that has nothing to do with the failure.

use selvedge::check::story::Story;
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Mutex, thread};

/// Two threads that each add 1 in two steps; `before` and `after` are run by each around that.
fn lost_update(before: fn(&Mutex<u32>), after: fn(&Mutex<u32>)) {
    let (total, other) = (AtomicU32::new(0), Mutex::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                before(&other);
                total.store(total.load(SeqCst) + 1, SeqCst);
                after(&other);
            });
        }
    });
    assert_eq!(total.load(SeqCst), 2, "lost update");
}

fn nothing(_: &Mutex<u32>) {}

fn lock(other: &Mutex<u32>) {
    *other.lock() += 1;
}

fn explorer() -> Explorer {
    Explorer::new(Engine::available().last().expect("every build has an engine"))
}

/// The story of a failure, in a build that can tell one and follow it.
fn story(check: fn()) -> Option<Story> {
    let report = explorer().run(check);
    // loom follows no schedule but its own, and real threads none at all.
    (Engine::Dpor.cfg() == Engine::available().next()?.cfg()).then(|| report.verdict.story().cloned())?
}

#[test]
fn a_story_runs_again() {
    let Some(story) = story(|| lost_update(lock, nothing)) else { return };
    assert_eq!((story.preemptions(), story.simpler.is_some()), (1, true));
    let (report, diverged) = explorer().replay(&story, || lost_update(lock, nothing));
    assert_eq!(diverged, None);
    assert_eq!(report.verdict.story().map(|again| &again.steps), Some(&story.steps));
}

#[test]
fn operations_that_came_or_went_do_not_matter() {
    let Some(with) = story(|| lost_update(lock, lock)) else { return };
    let (report, diverged) = explorer().replay(&with, || lost_update(nothing, nothing));
    assert!(matches!(report.verdict, Verdict::Failed(_)) && diverged.is_none(), "{report}, {diverged:?}");
    let without = story(|| lost_update(nothing, nothing)).expect("it fails");
    let (report, diverged) = explorer().replay(&without, || lost_update(lock, lock));
    assert!(matches!(report.verdict, Verdict::Failed(_)) && diverged.is_none(), "{report}, {diverged:?}");
}

#[test]
fn a_story_that_cannot_be_followed_says_where() {
    let Some(story) = story(|| lost_update(nothing, nothing)) else { return };
    let repaired = || {
        let total = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| lock(&total));
        });
        assert_eq!(*total.lock(), 1);
    };
    let (report, diverged) = explorer().replay(&story, repaired);
    assert!(report.verdict.holds(), "{report}");
    let diverged = diverged.expect("the second thread is gone").to_string();
    assert!(diverged.starts_with("diverged at step 2: main, which was to spawn at tests/api/replay.rs:"), "{diverged}");
}
