//! The checks of the biased lock.

use selvedge::check::require;
use selvedge::sync::atomic::Ordering;
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{channel, thread};

use super::twins::{
    AnotherBiasIsAsGood, BiasGivenOutsideTheGate, BiasGivenWithRelaxed, BiasKeptWithRelaxed, BiasLookedAtOnce,
    FreeBiasTakenWithAFence, MarkGoneWithRelaxed, MarkWithoutFences,
};
use super::{AsPublished, BiasedLock, Freeing, Keeping, Mixing, Real, Rebuilt, ThatFrees, ThatKeeps};
use crate::check::Check;
use crate::threads::together;

fn both<L: BiasedLock>(lock: &L) -> [u64; 2] {
    lock.reading(|value| [0, 1].map(|half: usize| value[half].load(Ordering::Relaxed)))
}

fn set_both<L: BiasedLock>(lock: &L, new: u64) {
    lock.writing(|value| value.iter().for_each(|half| half.store(new, Ordering::Relaxed)));
}

/// A writer waits for the reader that went past the gate, and a reader for the writer.
fn writer_is_alone<L: BiasedLock>() {
    let lock = L::new();
    let (_, [one, other]) = together(|| set_both(&lock, 1), || both(&lock));
    require(one == other, || format!("torn read: one number was {one} and the other {other}"));
}

/// The second write comes after a bias that was given between the two writes.
fn bias_given_back_is_sound<L: BiasedLock>() {
    let lock = L::new();
    set_both(&lock, 1);
    let (_, seen) = together(|| set_both(&lock, 2), || [both(&lock), both(&lock)]);
    let torn = seen.iter().find(|[one, other]| one != other);
    require(torn.is_none(), || format!("torn read: {torn:?}"));
    require(seen[0][0] <= seen[1][0], || format!("a reader saw {} after {}", seen[1][0], seen[0][0]));
}

/// A reader that goes past the gate by a bias which another gave sees the write that the other has seen.
fn bias_of_another_is_sound<L: BiasedLock>() {
    let lock = L::new();
    let given = thread::scope(|scope| {
        scope.spawn(|| set_both(&lock, 1));
        scope.spawn(|| both(&lock));
        // Who starts the others has a seat, too.
        both(&lock)
    });
    require(given[0] == given[1], || format!("torn read: {given:?}"));
}

/// A reader that does not fence, and a writer who takes first its bias and then one of those who do.
fn free_bias_is_sound<L: BiasedLock>() {
    let lock = L::new();
    // Frees the bias, where it is not free.
    both(&lock);
    let write_twice = || {
        set_both(&lock, 1);
        set_both(&lock, 2);
    };
    let (_, [one, other]) = together(write_twice, || both(&lock));
    require(one == other, || format!("torn read: one number was {one} and the other {other}"));
}

/// One reads past the gate with a fence, while another, who has before, frees the bias, which a writer takes.
fn who_fences_beside_a_free_bias_reads_whole<L: BiasedLock>() {
    let lock = L::new();
    both(&lock);
    let seen = thread::scope(|scope| {
        scope.spawn(|| set_both(&lock, 1));
        let reader = scope.spawn(|| both(&lock));
        both(&lock);
        reader.join().expect("no panic leaves a thread of a check")
    });
    require(seen[0] == seen[1], || format!("torn read: {seen:?}"));
}

/// The third that is started has no seat: it neither goes past the gate nor gives a bias.
fn who_has_no_seat_reads_whole<L: BiasedLock>() {
    let lock = L::new();
    let seen = thread::scope(|scope| {
        scope.spawn(|| set_both(&lock, 1));
        scope.spawn(|| both(&lock));
        let reader = scope.spawn(|| both(&lock));
        reader.join().expect("no panic leaves a thread of a check")
    });
    require(seen[0] == seen[1], || format!("torn read: {seen:?}"));
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

/// A thread that comes after a panic gets in.
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
    let free = new("free_bias_is_sound", "who reads by a bias without a fence keeps writers out")
        .on("BiasedLock", free_bias_is_sound::<Mixing>)
        .loom_bound(3)
        .quick_loom_bound(2);
    vec![
        free.twin("FreeBiasTakenWithAFence", free_bias_is_sound::<Rebuilt<FreeBiasTakenWithAFence>>)
            .without_a_data_race(),
        free.twin("AnotherBiasIsAsGood", free_bias_is_sound::<Rebuilt<AnotherBiasIsAsGood>>).without_a_data_race(),
        new("small_form_frees", "the form of which the twins are made is right")
            .on("ThatFrees", free_bias_is_sound::<Rebuilt<ThatFrees>>)
            .loom_bound(3)
            .quick_loom_bound(2),
        free,
        new("who_fences_beside_a_free_bias_reads_whole", "a free bias leaves those in peace who fence")
            .on("BiasedLock", who_fences_beside_a_free_bias_reads_whole::<Freeing>)
            .loom_bound(3)
            .quick_loom_bound(2),
        alone.twin("BiasLookedAtOnce", writer_is_alone::<Rebuilt<BiasLookedAtOnce>>),
        alone.twin("MarkWithoutFences", writer_is_alone::<Rebuilt<MarkWithoutFences>>).without_a_data_race(),
        alone.twin("MarkGoneWithRelaxed", writer_is_alone::<Rebuilt<MarkGoneWithRelaxed>>),
        back.twin("BiasGivenOutsideTheGate", bias_given_back_is_sound::<Rebuilt<BiasGivenOutsideTheGate>>),
        another.twin("BiasGivenWithRelaxed", bias_of_another_is_sound::<Rebuilt<BiasGivenWithRelaxed>>),
        kept.twin("BiasKeptWithRelaxed", bias_given_back_is_sound::<Rebuilt<BiasKeptWithRelaxed>>),
        new("small_form_is_alone", "the form of which the twins are made is right")
            .on("AsPublished", writer_is_alone::<Rebuilt<AsPublished>>)
            .quick_loom_bound(3),
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
        new("who_has_no_seat_reads_whole", "more threads than there are seats read whole")
            .on("BiasedLock", who_has_no_seat_reads_whole::<Real>)
            .loom_bound(3)
            .quick_loom_bound(2),
        new("writers_exclude_each_other", "writers are alone among themselves")
            .on("BiasedLock", writers_exclude_each_other::<Real>),
        new("readers_go_together", "a reader does not wait for another").on("BiasedLock", readers_go_together::<Real>),
        new("a_panic_unlocks", "a panic leaves nobody waiting").on("BiasedLock", a_panic_unlocks::<Real>).loom_bound(3),
    ]
}
