//! The counts of `tests/litmus`: as many executions as are consistent under RC11, and none is blocked.

use super::{exhausted, explore, litmus};

#[test]
fn litmus_programs_have_as_many_executions_as_are_published() {
    for litmus in litmus::all() {
        let (name, published) = (litmus.name.clone(), litmus.rc11);
        let report = explore(move || _ = litmus.run());
        assert_eq!(exhausted(&report, &name), published, "{name}");
    }
}
