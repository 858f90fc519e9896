use selvedge::check::require;

/// Two workers send 1 and 2, and main adds up until it finds the channel empty.
pub fn program() -> u32 {
    let (sender, receiver) = channel::unbounded();
    let workers = [1, 2].map(|n| {
        let sender = sender.clone();
        thread::spawn(move || sender.send(n))
    });
    let mut sum = 0;
    while let Ok(n) = receiver.try_recv() {
        sum += n;
    }
    workers.into_iter().for_each(|worker| worker.join().unwrap().unwrap());
    sum
}

/// Main has received all that was sent.
pub fn check() {
    let sum = collect();
    require(sum == 3, || format!("1 and 2 are sent, and what arrives is {sum}"));
}
