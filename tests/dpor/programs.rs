//! Small concurrent programs of the literature on partial-order reduction, by their usual names.
//!
//! `readers`, `lastzero`, `ainc`, `lockinc`, `cas`, `inc`: Abdulla, Aronis, Jonsson and Sagonas (POPL
//! 2014) and the test suites of Nidhugg, Concuerror and GenMC; `indexer` and `filesystem`: Flanagan and
//! Godefroid (POPL 2005); the litmus tests: Alglave, Maranget and Tautschnig (TOPLAS 2014).

use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Condvar, Mutex, thread};

type Body = Box<dyn FnOnce() + Send>;

/// Starts all bodies, and waits for them.
pub fn together(bodies: impl IntoIterator<Item = Body>) {
    let threads: Vec<_> = bodies.into_iter().map(thread::spawn).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn variables<const N: usize>() -> [Arc<AtomicUsize>; N] {
    std::array::from_fn(|_| Arc::new(AtomicUsize::new(0)))
}

/// `n` threads that do the same to one object.
fn alike<T: Send + Sync + 'static>(n: usize, object: T, act: fn(&T, usize)) {
    let object = Arc::new(object);
    together((0..n).map(|i| {
        let object = Arc::clone(&object);
        Box::new(move || act(&object, i)) as Body
    }));
}

pub fn readers(n: usize) {
    alike(n + 1, AtomicUsize::new(0), |x, i| {
        if i == 0 {
            x.store(42, SeqCst);
        } else {
            x.load(SeqCst);
        }
    });
}

pub fn lastzero(n: usize) {
    let array: Vec<_> = (0..=n).map(|_| AtomicUsize::new(0)).collect();
    alike(n + 1, array, |a, j| {
        if j == 0 {
            let mut i = a.len() - 1;
            while a[i].load(SeqCst) != 0 {
                i -= 1;
            }
        } else {
            let before = a[j - 1].load(SeqCst);
            a[j].store(before + 1, SeqCst);
        }
    });
}

pub fn ainc(n: usize) {
    alike(n, AtomicUsize::new(0), |x, _| {
        x.fetch_add(1, SeqCst);
    });
}

pub fn lockinc(n: usize) {
    alike(n, Mutex::new(0), |x, _| *x.lock() += 1);
}

pub fn cas(n: usize) {
    alike(n, AtomicUsize::new(0), |x, i| {
        let _ = x.compare_exchange(0, i + 1, SeqCst, SeqCst);
    });
}

pub fn inc(n: usize) {
    alike(n, AtomicUsize::new(0), |x, _| {
        let r = x.load(SeqCst);
        x.store(r + 1, SeqCst);
    });
}

/// `n` threads that put an item into a place for one, and as many that take it out.
pub fn handover(n: usize) {
    let place = (Mutex::new(false), Condvar::new(), Condvar::new());
    alike(2 * n, place, |(full, filled, emptied), i| {
        let puts = i % 2 == 0;
        let (mine, theirs) = if puts { (emptied, filled) } else { (filled, emptied) };
        let mut full = full.lock();
        mine.wait_while(&mut full, |full| *full == puts);
        *full = puts;
        drop(full);
        theirs.notify_one();
    });
}

pub fn indexer(n: usize) {
    const SIZE: usize = 128;
    const MAX: usize = 4;
    let table: Vec<_> = (0..SIZE).map(|_| AtomicUsize::new(0)).collect();
    alike(n, table, |table, tid| {
        for m in 1..=MAX {
            let w = m * 11 + tid;
            let mut h = (w * 7) % SIZE;
            while table[h].compare_exchange(0, w, SeqCst, SeqCst).is_err() {
                h = (h + 1) % SIZE;
            }
        }
    });
}

pub fn filesystem(n: usize) {
    const BLOCKS: usize = 26;
    const INODES: usize = 32;
    let inodes: Vec<_> = (0..INODES).map(|_| Mutex::new(0)).collect();
    let blocks: Vec<_> = (0..BLOCKS).map(|_| Mutex::new(false)).collect();
    alike(n, (inodes, blocks), |(inodes, blocks), tid| {
        let i = tid % INODES;
        let mut inode = inodes[i].lock();
        if *inode == 0 {
            let mut b = (i * 2) % BLOCKS;
            loop {
                let mut busy = blocks[b].lock();
                if !*busy {
                    *busy = true;
                    *inode = b + 1;
                    break;
                }
                drop(busy);
                b = (b + 1) % BLOCKS;
            }
        }
    });
}

/// A step of a litmus test: a store of a value, or a load.
#[derive(Clone, Copy)]
pub enum Step {
    W(usize, usize),
    R(usize),
}

/// Runs a litmus test over two variables.
pub fn litmus(threads: &[&'static [Step]]) {
    let variables = variables::<2>();
    together(threads.iter().map(|&steps| {
        let variables = variables.clone();
        Box::new(move || {
            for &step in steps {
                match step {
                    Step::W(x, value) => variables[x].store(value, SeqCst),
                    Step::R(x) => drop(variables[x].load(SeqCst)),
                }
            }
        }) as Body
    }));
}

/// One waits in a spin loop for what `n` others do.
pub fn spin(n: usize) {
    alike(n + 1, (AtomicUsize::new(0), n), |(x, n), i| {
        if i > 0 {
            x.fetch_add(1, SeqCst);
            return;
        }
        while x.load(SeqCst) < *n {
            thread::yield_now();
        }
    });
}
