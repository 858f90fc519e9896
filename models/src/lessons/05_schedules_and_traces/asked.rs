use selvedge::check::require;

/// Two threads write two digits each into one log.
pub fn program() -> u32 {
    let log = Mutex::new(0);
    let write = |digit| {
        let mut log = log.lock();
        *log = *log * 10 + digit;
    };
    thread::scope(|scope| {
        scope.spawn(|| [1, 1].map(write));
        scope.spawn(|| [2, 2].map(write));
    });
    log.into_inner()
}

/// The report is the same in every execution.
pub fn check() {
    let filed = Mutex::new(0);
    *filed.lock() = report();
    let report = filed.into_inner();
    require(report == 1122, || format!("the report depends on the schedule: it reads {report}"));
}
