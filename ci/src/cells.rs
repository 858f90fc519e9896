//! The cells of a run: each starts when its program is built, while others still are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};
use std::thread;

use cli::interrupt;
use selvedge::check::protocol::{Cell, Row};

use crate::builds;
use crate::view::View;

/// The cfg of a build.
type Cfg = Option<&'static str>;

/// What is built, and what is left to run.
struct Queue {
    programs: BTreeMap<Cfg, PathBuf>,
    /// Cells that nobody has begun, by number, in order.
    left: Vec<usize>,
    /// A build has failed, and what waits for it never runs.
    is_broken: bool,
}

/// Runs `cells` on so many threads by `run`, which is given the program of a cell. `built` is there already; the other
/// programs are built one after another, in the order in which cells want them, by all cores as cargo does. Where one cannot be
/// built, or an interrupt comes, there are the rows of those that have run, and the error of the build.
pub fn run(
    cells: &[Cell],
    jobs: usize,
    built: BTreeMap<Cfg, PathBuf>,
    program: builds::Runner,
    view: &View,
    run: impl Fn(&Cell, &Path) -> Row + Sync,
) -> (Vec<Row>, anyhow::Result<()>) {
    let missing: Vec<Cfg> = builds::CFGS
        .into_iter()
        .filter(|cfg| !built.contains_key(cfg) && cells.iter().any(|cell| cell.engine.cfg() == *cfg))
        .collect();
    let queue = Mutex::new(Queue { programs: built, left: (0..cells.len()).collect(), is_broken: false });
    let (changed, rows) = (Condvar::new(), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some((number, program)) = next(cells, &queue, &changed) {
            let row = run(&cells[number], &program);
            if interrupt::came() {
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
            let path = builds::runner(program, cfg, |far| view.build(far));
            let mut queue = queue.lock().expect("no panic under this lock");
            queue.is_broken = path.is_err();
            changed.notify_all();
            queue.programs.insert(cfg, path?);
        }
        view.build("");
        anyhow::Ok(())
    });
    (rows.into_inner().expect("no panic under this lock").into_values().collect(), build)
}

/// The next cell whose program is built, as soon as there is one.
fn next(cells: &[Cell], queue: &Mutex<Queue>, changed: &Condvar) -> Option<(usize, PathBuf)> {
    let mut queue = queue.lock().expect("no panic under this lock");
    loop {
        if queue.left.is_empty() || interrupt::came() {
            return None;
        }
        let program = |number: &usize| queue.programs.get(&cells[*number].engine.cfg());
        match queue.left.iter().position(|number| program(number).is_some()) {
            Some(at) => {
                let number = queue.left.remove(at);
                return Some((number, queue.programs[&cells[number].engine.cfg()].clone()));
            }
            None if queue.is_broken => return None,
            None => queue = changed.wait(queue).expect("no panic under this lock"),
        }
    }
}
