use selvedge::check::require;

/// A version: what is in it never changes.
#[derive(Clone, Debug)]
pub struct Config {
    timeout: u32,
    retries: u32,
}

/// One sets the timeout to 60, and another the retries to 5. Each copies the version that there is, changes its copy, and
/// publishes it.
pub fn program() -> (u32, u32) {
    let current = RwLock::new(Config { timeout: 30, retries: 3 });
    let set = |change: fn(&mut Config)| {
        let mut copy = current.read().clone();
        change(&mut copy);
        *current.write() = copy;
    };
    thread::scope(|scope| {
        scope.spawn(|| set(|config| config.timeout = 60));
        set(|config| config.retries = 5);
    });
    let config = current.read();
    (config.timeout, config.retries)
}

/// Both changes are in the last version.
pub fn check() {
    let current = RwLock::new(Arc::new(Config { timeout: 30, retries: 3 }));
    thread::scope(|scope| {
        scope.spawn(|| update(&current, |config| config.timeout = 60));
        update(&current, |config| config.retries = 5);
    });
    let Config { timeout, retries } = **current.read();
    require((timeout, retries) == (60, 5), || format!("a change is lost: timeout {timeout}, retries {retries}"));
}
