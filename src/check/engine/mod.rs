//! How schedules are explored. A plain build has real threads, one for loom has loom, and Shuttle's has six engines;
//! what stands behind a `cfg` below belongs to the builds that it names. `imp` is where a build begins to explore.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "an explorer stands outside of the executions: it measures real time and has real threads"
)]

pub(super) mod build;
mod explore;
mod hook;
mod uncaught;

#[cfg(not(any(loom, shuttle)))]
#[path = "threads.rs"]
mod imp;

#[cfg(any(loom, shuttle))]
mod endless;
#[cfg(any(loom, shuttle))]
mod failure;
#[cfg(shuttle)]
mod loops;
#[cfg(any(loom, shuttle))]
mod meter;
#[cfg(any(loom, shuttle))]
mod outside;
#[cfg(any(loom, shuttle))]
mod run;
#[cfg(any(loom, shuttle))]
mod shrink;
#[cfg(any(loom, shuttle))]
mod source;
#[cfg(any(loom, shuttle))]
mod story;
#[cfg(any(loom, shuttle))]
mod stray;
#[cfg(all(any(loom, shuttle), target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod watch;
#[cfg(all(any(loom, shuttle), not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))))]
#[path = "watch_nothing.rs"]
mod watch;
#[cfg(any(loom, shuttle))]
mod whole;

#[cfg(shuttle)]
mod chart;
#[cfg(shuttle)]
mod dpor;
#[cfg(shuttle)]
mod drive;
#[cfg(shuttle)]
mod driver;
#[cfg(shuttle)]
mod fingerprint;
#[cfg(shuttle)]
mod pct;
#[cfg(shuttle)]
mod pos;
#[cfg(shuttle)]
mod rc11;
#[cfg(shuttle)]
mod ready;
#[cfg(shuttle)]
mod reduce;
#[cfg(shuttle)]
mod replay;
#[cfg(shuttle)]
mod resume;
#[cfg(shuttle)]
mod seen;
#[cfg(shuttle)]
mod strategy;
#[cfg(shuttle)]
mod surw;
#[cfg(shuttle)]
mod suspect;
#[cfg(shuttle)]
mod trace;
#[cfg(shuttle)]
mod unpruned;
#[cfg(shuttle)]
mod walk;
#[cfg(shuttle)]
mod weak;
#[cfg(shuttle)]
mod weaken;
#[cfg(not(shuttle))]
#[path = "weaken_nothing.rs"]
mod weaken;

#[cfg(loom)]
#[path = "loom.rs"]
mod imp;
#[cfg(shuttle)]
#[path = "shuttle.rs"]
mod imp;

pub(super) use explore::{explore, replay, schedules, stop_at_a_race};
pub(super) use weaken::weaken;
