//! The checks of the cache.

use selvedge::check::require;
use selvedge::patterns::ttl_cache;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::thread;
use selvedge::sync::time::Clock;

use super::twins::{CleanupLoopInTwoPasses, GetDeletesWithoutRecheck, JanitorWithoutStop};
use super::{Cache, Janitor, Real, TTL};
use crate::check::Check;
use crate::threads::together;

/// A cache in which key 1 has expired.
fn expired<C: Cache>() -> (C, Clock) {
    let clock = Clock::manual();
    let cache = C::new(&clock);
    cache.set(1, 1, TTL);
    clock.advance(TTL * 2);
    (cache, clock)
}

/// The document's loss: a get finds an expired value, a set replaces it, and the get deletes that.
fn fresh_write_survives_get<C: Cache>() {
    let (cache, _clock) = expired::<C>();
    together(|| cache.get(1), || cache.set(1, 2, TTL));
    let value = cache.get(1);
    require(value == Some(2), || format!("lost update: key 1 = 2 was written, and is {value:?}"));
}

fn fresh_write_survives_sweep<C: Cache>() {
    let (cache, _clock) = expired::<C>();
    together(|| cache.sweep(), || cache.set(1, 2, TTL));
    let value = cache.get(1);
    require(value == Some(2), || format!("lost update: key 1 = 2 was written, and is {value:?}"));
}

/// One thread cleans up in both ways, the other writes and reads, and finds what it wrote.
fn own_fresh_write_is_found<C: Cache>() {
    let (cache, _clock) = expired::<C>();
    let (stale, own) = together(
        || {
            let stale = cache.get(1);
            cache.sweep();
            stale
        },
        || {
            cache.set(1, 2, TTL);
            cache.get(1)
        },
    );
    require(own == Some(2), || format!("lost update: key 1 = 2 was written, and its writer found {own:?}"));
    require(matches!(stale, None | Some(2)), || format!("{stale:?} was returned after it had expired"));
}

fn fresh_write_survives_get_and_sweep<C: Cache>() {
    let (cache, _clock) = expired::<C>();
    thread::scope(|scope| {
        scope.spawn(|| cache.get(1));
        scope.spawn(|| cache.sweep());
        scope.spawn(|| cache.set(1, 2, TTL));
    });
    let value = cache.get(1);
    require(value == Some(2), || format!("lost update: key 1 = 2 was written, and is {value:?}"));
}

fn expired_is_never_returned<C: Cache>() {
    let clock = Clock::manual();
    let cache = C::new(&clock);
    cache.set(1, 1, TTL);
    let ((late, value), ()) = together(
        || {
            let late = clock.now().since_origin() > TTL;
            (late, cache.get(1))
        },
        || clock.advance(TTL * 2),
    );
    require(!late || value.is_none(), || format!("{value:?} was returned after it had expired"));
    require(late || matches!(value, None | Some(1)), || format!("{value:?} was never written"));
    require(cache.get(1).is_none(), || "an expired value was returned".to_owned());
}

fn loads_once() {
    let cache = <Real as Cache>::new(&Clock::manual());
    let loads = AtomicU64::new(0);
    let load = || cache.get_or_load(1, TTL, || Ok::<_, ()>(loads.fetch_add(1, Ordering::Relaxed) + 1));
    let (one, other) = together(load, load);
    require((one, other) == (Ok(1), Ok(1)), || format!("two callers got {one:?} and {other:?}"));
}

/// A load that fails is the caller's error, and the next caller's turn.
fn a_failed_load_is_retried() {
    let cache = <Real as Cache>::new(&Clock::manual());
    let loads = AtomicU64::new(0);
    let load =
        || cache.get_or_load(1, TTL, || if loads.fetch_add(1, Ordering::Relaxed) == 0 { Err(()) } else { Ok(7) });
    let (one, other) = together(load, load);
    let failures = [one, other].iter().filter(|loaded| loaded.is_err()).count();
    require(failures == 1, || format!("of two loads the first fails; the callers got {one:?} and {other:?}"));
}

/// Two keys, and room for one: it is full as soon as one is there, and stays so.
fn no_more_than_the_capacity() {
    let builder = ttl_cache::Cache::builder().shards(1).capacity(1).clock(Clock::manual());
    let cache = builder.build().expect("a valid cache");
    let ((), there) = together(
        || cache.set(1, 1, TTL),
        || {
            cache.set(2, 2, TTL);
            cache.len()
        },
    );
    require(there == 1, || format!("with room for one there were {there} entries"));
    let left = [1, 2].map(|key| cache.get(&key));
    require(matches!(left, [Some(1), None] | [None, Some(2)]), || format!("of two writes this is left: {left:?}"));
}

fn drop_stops_janitor<C: Janitor + Send>() {
    let clock = Clock::manual();
    let cache = C::start(&clock);
    together(|| drop(cache), || clock.advance(TTL));
    require(clock.timers() == 0, || format!("timers that are left: {}", clock.timers()));
}

pub(crate) fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("ttl_cache", property, claim);
    let get = new("fresh_write_survives_get", "a fresh value is never lost to a get")
        .on("Cache", fresh_write_survives_get::<Real>);
    let sweep = new("fresh_write_survives_sweep", "a fresh value is never lost to the janitor")
        .on("Cache", fresh_write_survives_sweep::<Real>);
    let dropped = new("drop_stops_janitor", "a cache that is dropped leaves neither janitor nor timer")
        .on("Cache", drop_stops_janitor::<Real>)
        .quick_loom_bound(3);
    vec![
        get.twin("GetDeletesWithoutRecheck", fresh_write_survives_get::<GetDeletesWithoutRecheck>),
        sweep.twin("CleanupLoopInTwoPasses", fresh_write_survives_sweep::<CleanupLoopInTwoPasses>),
        dropped.twin("JanitorWithoutStop", drop_stops_janitor::<JanitorWithoutStop>).in_every_schedule(),
        get,
        sweep,
        new("expired_is_never_returned", "an expired value is never returned")
            .on("Cache", expired_is_never_returned::<Real>),
        new("loads_once", "concurrent callers of one key load once").on("Cache", loads_once).loom_bound(3),
        new("a_failed_load_is_retried", "a failed load is one caller's error").on("Cache", a_failed_load_is_retried),
        dropped,
        new("no_more_than_the_capacity", "a cache with room for one entry never has two, and keeps one")
            .on("Cache", no_more_than_the_capacity)
            .loom_bound(3),
        new("own_fresh_write_is_found", "whoever writes a fresh value finds it, whatever is cleaned up meanwhile")
            .on("Cache", own_fresh_write_is_found::<Real>)
            .quick_loom_bound(3),
        new("fresh_write_survives_get_and_sweep", "a fresh value is lost neither to a get nor to the janitor")
            .on("Cache", fresh_write_survives_get_and_sweep::<Real>)
            .loom_bound(3),
    ]
}
