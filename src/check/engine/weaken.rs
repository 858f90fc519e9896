//! Lowers the orderings of a check, one at a time.
//!
//! RC11 is monotone: an execution that it allows is allowed where an ordering is weaker, too. So what is weaker than an
//! ordering that fails fails like it, and is not tried.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::explore::explore;
use super::source::Sources;
use crate::check::config::{Check, Config};
use crate::check::engines::Engine;
use crate::check::orderings::{Attempt, Weakened, Weakening, is_weaker};
use crate::check::verdict::Verdict;
use crate::sync::engine::orderings::{Asked, Site};
use crate::sync::place::Place;

/// Explores a check as it is written, and then once for each weaker ordering, all in the time of one.
#[track_caller]
pub(in crate::check) fn weaken(config: &Config, check: &Check) -> Weakening {
    // Each ordering has a search of its own.
    let config = Config { engine: Engine::Rc11, shard: (0, 1), resume: None, ..config.clone() };
    config.assert_available();
    let deadline = Instant::now() + config.time_limit;
    let explore = |asked| {
        let left = deadline.saturating_duration_since(Instant::now());
        if left == Duration::ZERO {
            let limit = format!("the time limit of {:?}, which all orderings have together", config.time_limit);
            return config.report(Verdict::Cut { limit }, 0, Duration::ZERO);
        }
        let config = Config { orderings: Some(asked), time_limit: left, ..config.clone() };
        explore(&config, Arc::clone(check)).0
    };
    let met = Arc::new(Mutex::new(Vec::new()));
    let report = explore(Asked::Met(Arc::clone(&met)));
    let mut sites = std::mem::take(&mut *met.lock());
    sites.retain(|_| report.verdict.holds() || matches!(report.verdict, Verdict::Cut { .. }));
    sites.sort_by_key(|site| (site.location, site.access, format!("{:?}", site.ordering)));
    let mut sources = Sources::default();
    let weakened = |site: Site| {
        let mut attempts: Vec<Attempt> = Vec::new();
        for ordering in site.access.weaker(site.ordering) {
            let fails = |attempt: &Attempt| matches!(attempt.report.verdict, Verdict::Failed(_));
            if !attempts.iter().any(|attempt| fails(attempt) && is_weaker(ordering, attempt.ordering)) {
                attempts.push(Attempt { ordering, report: explore(Asked::Lowered(site, ordering)) });
            }
        }
        let place = Place::of(site.location);
        let (function, line) = sources.at(&place);
        Weakened { source: function.zip(line), place, access: site.access, ordering: site.ordering, attempts }
    };
    let orderings = sites.into_iter().map(weakened).filter(|weakened| !weakened.attempts.is_empty()).collect();
    Weakening { report, orderings }
}
