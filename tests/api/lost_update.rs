use selvedge::check::verify;
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Arc, thread};
#[test]
#[ignore = "it fails: the front page shows how, with these very lines"]
fn no_update_is_lost() {
    verify(|| {
        let balance = Arc::new(AtomicU32::new(100));
        let deposits = [50, 30].map(|amount| {
            let balance = Arc::clone(&balance);
            thread::spawn(move || balance.store(balance.load(SeqCst) + amount, SeqCst))
        });
        deposits.into_iter().for_each(|deposit| deposit.join().unwrap());
        assert_eq!(balance.load(SeqCst), 180);
    });
}

/// The report on the front page is the one that comes.
#[test]
#[cfg(shuttle)]
fn the_front_page_has_the_report() {
    let mut fails = std::process::Command::new(std::env::current_exe().unwrap());
    fails.args(["--exact", "lost_update::no_update_is_lost", "--ignored"]);
    let (_, said) = super::checks::said(fails.env("SELVEDGE_ENGINE", "dpor").env("RUST_BACKTRACE", "0"));
    let said = said.replace("tests/api/", "tests/");
    let report =
        said.split_once("under dpor: ").expect(&said).1.split("again: ").next().expect("there is a first part");
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    assert!(
        page.contains(&format!("```text\nunder dpor: {report}```")),
        "README.md needs this report:\nunder dpor: {report}"
    );
}
