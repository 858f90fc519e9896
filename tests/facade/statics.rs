//! Statics.

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, thread};

use super::everywhere;

selvedge::statics! {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    /// With its condition.
    pub static READY: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());
    static CONFIG: OnceLock<String> = OnceLock::new();
    static INIT: Once = Once::new();
    static TABLE: RwLock<[u32; 2]> = RwLock::new([0; 2]);
    static MANY: [AtomicU32; 2] = [const_counter(), const_counter()];
}

/// What is made when it is first asked for needs no macro.
static LARGE: LazyLock<Mutex<u32>> = LazyLock::new(|| Mutex::new(7));
static DOUBLED: LazyLock<u32> = LazyLock::new(|| 2 * *LARGE.lock());

selvedge::const_fn! {
    /// A constructor over a primitive's.
    const fn const_counter() -> AtomicU32 {
        AtomicU32::new(0)
    }
}

#[test]
fn each_execution_has_its_own() {
    everywhere(|| {
        let work = || {
            COUNT.fetch_add(1, SeqCst);
            LOG.lock().push(COUNT.load(SeqCst));
        };
        let other = thread::spawn(work);
        work();
        other.join().unwrap();
        assert_eq!((COUNT.swap(0, SeqCst), std::mem::take(&mut *LOG.lock()).len()), (2, 2));
    });
}

#[test]
fn what_is_initialized_once_is_so_in_each_execution() {
    everywhere(|| {
        let other = thread::spawn(|| *LARGE.lock());
        INIT.call_once(|| TABLE.write()[0] = 1);
        let value = CONFIG.get_or_init(|| "text".to_owned());
        assert_eq!((value.len(), TABLE.read()[0], other.join().unwrap()), (4, 1, 7));
        MANY[1].fetch_add(1, SeqCst);
        assert_eq!((MANY[0].load(SeqCst), *DOUBLED), (0, 14));
    });
}

#[test]
fn a_static_is_waited_for() {
    everywhere(|| {
        let other = thread::spawn(|| {
            *READY.0.lock() = true;
            READY.1.notify_one();
        });
        READY.1.wait_while(&mut READY.0.lock(), |ready| !*ready);
        other.join().unwrap();
        *READY.0.lock() = false;
    });
}
