//! The cells of a run: each starts when its program is built, while other programs are still being built.
//!
//! A broken twin on real threads is caught, most often, by being taken for stuck, and until then it waits. So as many of
//! these cells as there are jobs run beside the others, and keep none from a core.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::thread;

use cli::interrupt;
use selvedge::check::protocol::{Cell, Row};
use selvedge::check::{Engine, Status};

use crate::builds;
use crate::checks::{Cfg, Checks};
use crate::view::View;

/// The builds that are done, and the cells that are left to run.
struct Queue<B> {
    built: BTreeMap<Cfg, B>,
    /// Cells that have not begun, by number, in order.
    left: Vec<usize>,
    /// A build has failed, so cells that wait for it never run.
    is_broken: bool,
}

/// Runs `cells`, so many that compute at a time, with `run`, which gets the build that a cell needs. Some builds are in `built`
/// already; the rest are made one after another, in the order in which cells need them, each on all cores as cargo
/// does. If a build fails, or an interrupt comes, the rows of the cells that have run are returned, and the error of
/// the build.
pub fn run<C: Checks>(
    checks: &C,
    cells: &[Cell],
    jobs: usize,
    built: BTreeMap<Cfg, C::Built>,
    view: &View,
    run: impl Fn(&Cell, &C::Built) -> Row + Sync,
) -> (Vec<Row>, anyhow::Result<()>) {
    let missing: Vec<Cfg> = builds::CFGS
        .into_iter()
        .filter(|cfg| !built.contains_key(cfg) && cells.iter().any(|cell| cell.engine.cfg() == *cfg))
        .collect();
    let queue = Mutex::new(Queue { built, left: (0..cells.len()).collect(), is_broken: false });
    let (changed, rows) = (Condvar::new(), Mutex::new(BTreeMap::new()));
    let work = |idles: bool| {
        while let Some((number, built)) = next(cells, idles, &queue, &changed) {
            let row = run(&cells[number], &built);
            if interrupt::came() && row.verdict == Status::Crashed {
                // It was killed, and came to nothing.
                return;
            }
            view.verdict(&row);
            rows.lock().expect("no panic under this lock").insert(number, row);
        }
    };
    let build = thread::scope(|scope| {
        for idles in [false, true] {
            (0..jobs.min(cells.len())).for_each(|_| _ = scope.spawn(move || work(idles)));
        }
        for cfg in missing {
            let built = checks.build(cfg, view);
            let mut queue = queue.lock().expect("no panic under this lock");
            queue.is_broken = built.is_err();
            changed.notify_all();
            queue.built.insert(cfg, built?);
        }
        view.build("");
        anyhow::Ok(())
    });
    (rows.into_inner().expect("no panic under this lock").into_values().collect(), build)
}

/// Whether it spends most of its time waiting.
fn idles(cell: &Cell) -> bool {
    cell.engine == Engine::Threads && cell.defect.is_some()
}

/// The next cell whose build is done, as soon as there is one: one that idles, if only such a one is wanted; if not, last.
fn next<B: Clone>(cells: &[Cell], only_idle: bool, queue: &Mutex<Queue<B>>, changed: &Condvar) -> Option<(usize, B)> {
    let mut queue = queue.lock().expect("no panic under this lock");
    loop {
        let wanted = queue.left.iter().filter(|number| !only_idle || idles(&cells[**number]));
        if wanted.clone().next().is_none() || interrupt::came() {
            return None;
        }
        let built = |&number: &usize| Some((number, queue.built.get(&cells[number].engine.cfg())?.clone()));
        match wanted.filter_map(built).min_by_key(|(number, _)| idles(&cells[*number])) {
            Some(found) => {
                queue.left.retain(|&left| left != found.0);
                return Some(found);
            }
            None if queue.is_broken => return None,
            None => queue = changed.wait(queue).expect("no panic under this lock"),
        }
    }
}
