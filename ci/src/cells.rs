//! The cells of a run: each starts when its program is built, while other programs are still being built.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::thread;

use cli::interrupt;
use selvedge::check::Status;
use selvedge::check::protocol::{Cell, Row};

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

/// Runs `cells` on so many threads with `run`, which gets the build that a cell needs. Some builds are in `built`
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
    let work = || {
        while let Some((number, built)) = next(cells, &queue, &changed) {
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
        (0..jobs.min(cells.len())).for_each(|_| _ = scope.spawn(work));
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

/// The next cell whose build is done, as soon as there is one.
fn next<B: Clone>(cells: &[Cell], queue: &Mutex<Queue<B>>, changed: &Condvar) -> Option<(usize, B)> {
    let mut queue = queue.lock().expect("no panic under this lock");
    loop {
        if queue.left.is_empty() || interrupt::came() {
            return None;
        }
        let built = |(at, number): (usize, &usize)| Some((at, queue.built.get(&cells[*number].engine.cfg())?.clone()));
        match queue.left.iter().enumerate().find_map(built) {
            Some((at, built)) => return Some((queue.left.remove(at), built)),
            None if queue.is_broken => return None,
            None => queue = changed.wait(queue).expect("no panic under this lock"),
        }
    }
}
