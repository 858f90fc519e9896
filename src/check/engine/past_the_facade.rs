//! What reaches Shuttle past the facade is an error: nothing can be said of its schedules.

use crate::check::{Engine, Explorer, Verdict};

fn headline(check: impl Fn() + Send + Sync + 'static) -> String {
    match Explorer::new(Engine::Dpor).run(check).verdict {
        Verdict::Unsupported { what } => what,
        other => panic!("expected none of a verdict, and got {other:?}"),
    }
}

#[test]
fn an_operation_past_the_facade_is_an_error_that_names_its_line() {
    let line = line!() + 1;
    let text = headline(|| drop(shuttle::sync::Mutex::new(0).lock()));
    assert!(text.starts_with("an unannounced operation at"), "{text}");
    assert!(text.contains(&format!("past_the_facade.rs:{line}")), "{text}");
}

#[test]
fn random_data_is_an_error() {
    let text = headline(|| {
        use shuttle::rand::Rng;

        let _drawn: u64 = shuttle::rand::thread_rng().r#gen();
    });
    assert!(text.starts_with("random data at"), "{text}");
}
